import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Secret } from '../base/secret.ts';
import type { FoundStreams } from '../contract/camera.ts';
import { plainText } from '../discovery/plain-text.ts';
import { scopeValue } from '../discovery/ws-discovery-message.ts';
import type { MediaProfile } from '../onvif/media.ts';
import { OnvifClient } from '../onvif/onvif-client.ts';
import { chooseProfiles } from './profile-choice.ts';

/** Where devices that announce nothing have ONVIF: most; TP-Link Tapo; Reolink; many; HiSilicon boards. */
const usualPorts = [80, 2020, 8000, 8080, 8899] as const;
/** A device that is there tells its time within this. */
const knockMilliseconds = 1_500;
/** For all that is asked. */
const totalMilliseconds = 5_000;

/** Who may have an ONVIF device. */
export interface OnvifSuspect {
  /** Without brackets. */
  readonly host: string;
  readonly rtspPort: number;
  /** Where its device service is, on the same host; null: at one of the usual ports, perhaps. */
  readonly onvifUrl: URL | null;
  readonly username: string | null;
  readonly password: Secret | null;
}

/**
 * The streams that an ONVIF device names; null when there is none, or none that gives them in time.
 * @throws GatehouseError camera-refused-credentials, when there are any; the signal's reason when it is aborted
 */
export async function findOnvifStreams(
  suspect: OnvifSuspect,
  signal: AbortSignal,
): Promise<FoundStreams | null> {
  const timeout = AbortSignal.timeout(totalMilliseconds);
  try {
    const within = AbortSignal.any([signal, timeout]);
    const there = await knock(suspect, within);
    return there === null ? null : await askStreams(there, within);
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) return null;
    if (!(error instanceof GatehouseError)) throw error;
    const hasCredentials = suspect.username !== null && suspect.password !== null;
    if (error.code === 'camera-refused-credentials' && hasCredentials) throw withWayOut(error, suspect);
    return null;
  }
}

interface Device {
  readonly url: URL;
  readonly client: OnvifClient;
}

/** The first address at which an ONVIF device tells its time, which takes no password: none is sent to what is no such device. */
async function knock(suspect: OnvifSuspect, signal: AbortSignal): Promise<Device | null> {
  const { host, onvifUrl, username, password } = suspect;
  const enough = new AbortController();
  const within = AbortSignal.any([signal, enough.signal, AbortSignal.timeout(knockMilliseconds)]);
  const knocks = (onvifUrl === null ? usualAddresses(host) : [onvifUrl]).map(async (url): Promise<Device> => {
    const client = await OnvifClient.connect({ name: host, url, username, password }, within);
    // What announces itself may want a password even for the time; anything else may be any web server.
    if (onvifUrl === null && !client.tellsTime) throw new Error('no ONVIF device');
    return { url, client };
  });
  try {
    return await Promise.any(knocks);
  } catch {
    signal.throwIfAborted();
    return null;
  } finally {
    enough.abort();
    await Promise.allSettled(knocks);
  }
}

function usualAddresses(host: string): URL[] {
  const name = host.includes(':') ? `[${host}]` : host;
  return usualPorts.flatMap((port) => URL.parse(`http://${name}:${port}/onvif/device_service`) ?? []);
}

/** One question after the other: a password that is wrong is seen with the first one only. */
async function askStreams({ url, client }: Device, signal: AbortSignal): Promise<FoundStreams | null> {
  const { main, sub } = chooseProfiles(await client.media.profiles(signal));
  if (main === null) return null;
  const mainUrl = await client.media.streamUri(main, signal);
  const named =
    sub === null
      ? null
      : await client.media.streamUri(sub, signal).catch(() => {
          signal.throwIfAborted();
          return null;
        });
  // Some give the main stream's address for every profile.
  const subUrl = named === mainUrl ? null : named;
  const name = await askName(client, signal).catch(() => null);
  return {
    mainUrl,
    subUrl,
    onvif: {
      url: url.href,
      name,
      main: sizeOf(main),
      sub: sub === null || subUrl === null ? null : sizeOf(sub),
    },
  };
}

/** As a person named it, else what it is. */
async function askName({ device }: OnvifClient, signal: AbortSignal): Promise<string | null> {
  const scopes = await device.scopes(signal).catch(() => []);
  const named = scopes.flatMap((scope) => plainText(scopeValue(scope, 'name') ?? '') ?? [])[0];
  if (named !== undefined) return named;
  const { manufacturer, model } = await device.information(signal);
  return plainText(`${manufacturer ?? ''} ${model ?? ''}`);
}

function sizeOf({ video }: MediaProfile): { width: number; height: number } | null {
  if (video === null || video.width === null || video.height === null) return null;
  return { width: video.width, height: video.height };
}

/** Users of RTSP need not be users of ONVIF. */
function withWayOut(error: GatehouseError, { host, rtspPort }: OnvifSuspect): GatehouseError {
  const address = host.includes(':') ? `[${host}]` : host;
  return new GatehouseError(
    error.code,
    `${error.message} To leave ONVIF out, add the camera by its RTSP port: ${address}:${rtspPort}.`,
    { camera: host, cause: error },
  );
}
