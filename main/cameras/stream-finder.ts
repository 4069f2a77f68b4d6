import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Secret } from '../base/secret.ts';
import type { FoundStreams } from '../contract/camera.ts';
import type { ErrorCode } from '../contract/error-codes.ts';
import { parseRtspUrl } from '../rtsp/rtsp-url.ts';
import { probeStream } from '../rtsp/video-description.ts';
import { streamPaths } from './stream-paths.ts';

/** Answers that only mean "not this path". */
const wrongPath: ReadonlySet<ErrorCode> = new Set([
  'camera-no-video',
  'camera-protocol-error',
  'camera-closed-connection',
]);

/** A camera of which no path is known. */
export interface UnknownCamera {
  /** `host` or `host:port`. */
  readonly address: string;
  readonly username: string | null;
  readonly password: Secret | null;
}

/**
 * Tries the paths of the big makers one after the other, so that the camera sees one connection at a time; a wrong password
 * ends it at once.
 * @throws GatehouseError bad-input (address), camera-no-video (none of the paths), and those of the first path that could
 *   not be tried; the signal's reason when it is aborted
 */
export async function findStreams(camera: UnknownCamera, signal: AbortSignal): Promise<FoundStreams> {
  const { address, username, password } = camera;
  const { url, host } = parseRtspUrl(`rtsp://${address}`);
  const base = url.replace(/\/+$/, '');
  const probe = async (path: string) => {
    try {
      await probeStream({ name: host, url: `${base}${path}`, username, password }, { signal });
      return true;
    } catch (error) {
      if (error instanceof GatehouseError && wrongPath.has(error.code)) return false;
      throw error;
    }
  };
  for (const { main, sub } of streamPaths) {
    if (!(await probe(main))) continue;
    const hasSub = sub !== null && (await probe(sub).catch(() => false));
    signal.throwIfAborted();
    return { mainUrl: `${base}${main}`, subUrl: hasSub ? `${base}${sub}` : null };
  }
  throw new GatehouseError(
    'camera-no-video',
    `${host} answers, but has no video under any of the ${streamPaths.length} usual paths. Enter the full address, rtsp://…, from the camera's manual.`,
    { camera: host },
  );
}
