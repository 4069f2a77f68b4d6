import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Secret } from '../base/secret.ts';
import type { FoundStreams } from '../contract/camera.ts';
import type { ErrorCode } from '../contract/error-codes.ts';
import { parseRtspUrl } from '../rtsp/rtsp-url.ts';
import { probeStream } from '../rtsp/video-description.ts';
import { findOnvifStreams } from './onvif-finder.ts';
import { streamPaths } from './stream-paths.ts';

/** Answers that only mean "not this path". */
const wrongPath: ReadonlySet<ErrorCode> = new Set([
  'camera-no-video',
  'camera-protocol-error',
  'camera-closed-connection',
]);

/** A camera of which no path is known. */
export interface UnknownCamera {
  /** `host` or `host:port`, with a path or without. */
  readonly address: string;
  /** Where its ONVIF service is, on the same host; null: nobody said. */
  readonly onvifUrl: URL | null;
  readonly username: string | null;
  readonly password: Secret | null;
}

/**
 * Asks ONVIF; else tries the path of the address, if it has one, and those of the big makers, one after the other, so that
 * the camera sees one connection at a time. A wrong password ends it at once.
 * @throws GatehouseError bad-input (address), camera-no-video (none of the paths), camera-protocol-error and
 *   camera-closed-connection (at every path), and those of the first path that could not be tried; the signal's reason
 *   when it is aborted
 */
export async function findStreams(camera: UnknownCamera, signal: AbortSignal): Promise<FoundStreams> {
  const { address, onvifUrl, username, password } = camera;
  const { url, host, port } = parseRtspUrl(`rtsp://${address}`);
  const base = url.replace(/^(rtsp:\/\/[^/?]*).*$/s, '$1');
  const ownPath = url.slice(base.length).replace(/^\/$/, '');
  // A port or a path says which of several streams is meant, perhaps behind one forwarded address: ONVIF would name others.
  const isHostAlone = ownPath === '' && !/:\d+$/.test(base);
  if (onvifUrl !== null || isHostAlone) {
    // Not beside the paths: a wrong password would be seen twice, and cameras lock accounts. Who has no ONVIF refuses the
    // connection at once; one that drops it costs the time of a knock.
    const found = await findOnvifStreams({ host, rtspPort: port, onvifUrl, username, password }, signal);
    if (found !== null) return found;
  }
  const paths = ownPath === '' ? streamPaths : [{ main: ownPath, sub: subOf(ownPath) }, ...streamPaths];
  let failure: GatehouseError | undefined;
  let knowsPaths = false;
  const probe = async (path: string) => {
    try {
      await probeStream({ name: host, url: `${base}${path}`, username, password }, { signal });
      return true;
    } catch (error) {
      if (!(error instanceof GatehouseError && wrongPath.has(error.code))) throw error;
      failure ??= error;
      knowsPaths ||= error.code === 'camera-no-video';
      return false;
    }
  };
  for (const { main, sub } of paths) {
    if (!(await probe(main))) continue;
    const hasSub = sub !== null && (await probe(sub).catch(() => false));
    signal.throwIfAborted();
    return { mainUrl: `${base}${main}`, subUrl: hasSub ? `${base}${sub}` : null, onvif: null, channels: [] };
  }
  if (failure !== undefined && !knowsPaths) throw notRtsp(failure, base);
  throw new GatehouseError(
    'camera-no-video',
    `${host} answers, but has no video under any of the ${streamPaths.length} usual paths. Enter the full address, rtsp://…, from the camera's manual.`,
    { camera: host },
  );
}

function subOf(main: string): string | null {
  return streamPaths.find((paths) => paths.main === main)?.sub ?? null;
}

/** What answers every path with the same nonsense, or hangs up on each, is hardly a camera. */
function notRtsp(failure: GatehouseError, base: string): GatehouseError {
  if (failure.code !== 'camera-closed-connection') return failure;
  return new GatehouseError(
    failure.code,
    `${base.slice('rtsp://'.length)} closed every connection without an answer. Check that this is the camera's RTSP port, usually 554; if it is, restart the camera.`,
    { ...(failure.camera === undefined ? {} : { camera: failure.camera }), cause: failure },
  );
}
