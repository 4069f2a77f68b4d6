import type { FoundStreams } from '../../main/contract/camera.ts';
import { m } from '../language/messages.ts';
import { sizeWords } from './found-streams-words.ts';

/** A camera as it would be added: its streams are known. */
export interface Candidate {
  readonly id: string;
  /** Of the device that was found. */
  readonly deviceId: string;
  readonly name: string;
  readonly mainUrl: string;
  readonly subUrl: string | null;
  readonly onvifUrl: string | null;
  /** What its pictures are, for people. */
  readonly words: string;
}

/**
 * The cameras of a device: one, or each channel of a recorder. What a recorder reports over ONVIF does not say which of its
 * channels is meant, so that these have no ONVIF address.
 * @param known addresses of the cameras that are there
 */
export function candidatesOf(
  deviceId: string,
  name: string,
  found: FoundStreams,
  known: ReadonlySet<string>,
): Candidate[] {
  const { mainUrl, subUrl, onvif, channels } = found;
  if (channels.length === 0) {
    const words = sizeWords(onvif?.main ?? null, subUrl === null ? null : (onvif?.sub ?? null));
    return [{ id: deviceId, deviceId, name, mainUrl, subUrl, onvifUrl: onvif?.url ?? null, words }];
  }
  return channels
    .filter((channel) => !known.has(channel.mainUrl))
    .map((channel) => ({
      id: `${deviceId} ${channel.number}`,
      deviceId,
      name: m.cameras_channel_name({ name: name.slice(0, 80), number: channel.number }),
      mainUrl: channel.mainUrl,
      subUrl: channel.subUrl,
      onvifUrl: null,
      words: sizeWords(channel.main, channel.sub),
    }));
}
