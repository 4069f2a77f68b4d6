import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Secret } from '../base/secret.ts';
import type { FoundChannel, FoundStreams } from '../contract/camera.ts';
import { plainText } from '../discovery/plain-text.ts';
import { scopeValue } from '../discovery/ws-discovery-message.ts';
import type { MediaProfile } from '../onvif/media.ts';
import { OnvifClient } from '../onvif/onvif-client.ts';
import { chooseChannels, chooseProfiles } from './profile-choice.ts';

/** Where devices that announce nothing have ONVIF: most; TP-Link Tapo; Reolink; many; HiSilicon boards. */
const usualPorts = [80, 2020, 8000, 8080, 8899] as const;
/** A device that is there tells its time within this. */
const knockMilliseconds = 1_500;
/** For all that is asked; more where a recorder has to name the streams of many channels. */
const totalMilliseconds = 5_000;
const channelsMilliseconds = 20_000;
/** Channels that are asked for at a time. */
const channelsAtOnce = 4;
const maximumChannels = 128;

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
 * @throws GatehouseError camera-refused-credentials, when there are any; camera-silent, when a recorder does not name all of
 *   its channels; the signal's reason when it is aborted
 */
export async function findOnvifStreams(
  suspect: OnvifSuspect,
  signal: AbortSignal,
): Promise<FoundStreams | null> {
  const found = await askDevice(suspect, signal);
  if (found === null) return null;
  const { there, profiles, streams } = found;
  return { ...streams, channels: await askChannels(there, suspect.host, profiles, signal) };
}

interface Asked {
  readonly there: Device;
  readonly profiles: readonly MediaProfile[];
  readonly streams: Omit<FoundStreams, 'channels'>;
}

async function askDevice(suspect: OnvifSuspect, signal: AbortSignal): Promise<Asked | null> {
  const timeout = AbortSignal.timeout(totalMilliseconds);
  try {
    const within = AbortSignal.any([signal, timeout]);
    const there = await knock(suspect, within);
    if (there === null) return null;
    const profiles = await there.client.media.profiles(within);
    const streams = await askStreams(there, profiles, within);
    return streams === null ? null : { there, profiles, streams };
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
async function askStreams(
  { url, client }: Device,
  profiles: readonly MediaProfile[],
  signal: AbortSignal,
): Promise<Omit<FoundStreams, 'channels'> | null> {
  const { main, sub } = chooseProfiles(profiles);
  if (main === null) return null;
  const { mainUrl, subUrl } = await askPair(client, main, sub, signal);
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

async function askPair(
  { media }: OnvifClient,
  main: MediaProfile,
  sub: MediaProfile | null,
  signal: AbortSignal,
): Promise<{ readonly mainUrl: string; readonly subUrl: string | null }> {
  const mainUrl = await media.streamUri(main, signal);
  const named =
    sub === null
      ? null
      : await media.streamUri(sub, signal).catch(() => {
          signal.throwIfAborted();
          return null;
        });
  // Some give the main stream's address for every profile.
  return { mainUrl, subUrl: named === mainUrl ? null : named };
}

/** The streams of all channels; one that names none has nothing connected to it. None when fewer than two have any. */
async function askChannels(
  { client }: Device,
  host: string,
  profiles: readonly MediaProfile[],
  signal: AbortSignal,
): Promise<FoundChannel[]> {
  const waiting = [...chooseChannels(profiles).slice(0, maximumChannels).entries()];
  if (waiting.length === 0) return [];
  const within = AbortSignal.any([signal, AbortSignal.timeout(channelsMilliseconds)]);
  const found = new Map<string, FoundChannel>();
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, { main, sub }] = next;
      const pair = await askPair(client, main, sub, within).catch(() => null);
      signal.throwIfAborted();
      // Some name the same stream for every source.
      if (pair === null || found.has(pair.mainUrl)) continue;
      const sizes = { main: sizeOf(main), sub: sub === null || pair.subUrl === null ? null : sizeOf(sub) };
      found.set(pair.mainUrl, { number: index + 1, ...pair, ...sizes });
    }
  };
  await Promise.all(Array.from({ length: channelsAtOnce }, work));
  if (within.aborted) {
    const seconds = channelsMilliseconds / 1_000;
    const words = `${host} did not name the streams of its channels within ${seconds} s. Try again; if it goes on, restart it.`;
    throw new GatehouseError('camera-silent', words, { camera: host });
  }
  return found.size < 2 ? [] : [...found.values()].toSorted((a, b) => a.number - b.number);
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
