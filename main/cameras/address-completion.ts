import { GatehouseError, type InputIssue } from '../base/gatehouse-error.ts';
import type { CameraAddress, CameraInput, FoundStreams } from '../contract/camera.ts';
import type { CameraFileContent } from './camera-file.ts';
import { type CameraFileRow, placeOf } from './camera-file-check.ts';
import { streamKey } from './camera-input.ts';

/** Cameras that are asked at a time. */
const maximumAtOnce = 8;

export interface CompletionOptions {
  /** @throws GatehouseError what is wrong with this camera */
  readonly find: (address: CameraAddress, signal: AbortSignal) => Promise<FoundStreams>;
  /** For rows that say none. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/**
 * Asks the cameras of a file of which it says only the address for their streams and, where the file has none, their names; a
 * recorder becomes a camera for each of its channels. A file with mistakes is given back as it is, and nobody is asked.
 * @throws the signal's reason when it is aborted
 */
export async function completeAddresses(
  { rows, issues }: CameraFileContent,
  options: CompletionOptions,
  signal: AbortSignal,
): Promise<CameraFileContent> {
  if (issues.length > 0 || rows.every(({ isAddressOnly }) => !isAddressOnly)) return { rows, issues };
  const completed = new Map<CameraFileRow, readonly CameraFileRow[]>();
  const wrong = new Map<CameraFileRow, string>();
  const waiting = rows.filter(({ isAddressOnly }) => isAddressOnly);
  const work = async () => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      try {
        completed.set(row, await complete(row, options, signal));
      } catch (error) {
        signal.throwIfAborted();
        wrong.set(row, GatehouseError.from(error).message);
      }
    }
  };
  await Promise.all(Array.from({ length: maximumAtOnce }, work));
  const found = rows.flatMap((row) => completed.get(row) ?? [row]);
  const failed = rows.flatMap((row): InputIssue[] => {
    const message = wrong.get(row);
    return message === undefined ? [] : [{ path: placeOf(row, 'mainUrl'), message }];
  });
  return { rows: found, issues: [...failed, ...findTwins(found)] };
}

async function complete(
  row: CameraFileRow,
  { find, ...others }: CompletionOptions,
  signal: AbortSignal,
): Promise<readonly CameraFileRow[]> {
  const { input, id, isNamed } = row;
  const isSaid = input.username !== undefined || input.password !== undefined;
  const { username, password } = isSaid ? input : others;
  const credentials = {
    ...(username === undefined || username === '' ? {} : { username }),
    ...(password === undefined || password === '' ? {} : { password }),
  };
  const { onvifUrl } = input;
  const found = await find(
    {
      address: input.mainUrl.replace(/^rtsp:\/\//, ''),
      ...credentials,
      ...(onvifUrl === undefined || onvifUrl === null ? {} : { onvifUrl }),
      ...(id === undefined ? {} : { cameraId: id }),
    },
    signal,
  );
  const { mainUrl, channels, onvif } = found;
  const name = isNamed ? input.name : (onvif?.name ?? input.name);
  const common: CameraInput = { ...input, ...credentials };
  if (channels.length === 0) {
    const subUrl = input.subUrl ?? found.subUrl;
    return [
      { ...row, input: { ...common, name, mainUrl, subUrl, onvifUrl: onvifUrl ?? onvif?.url ?? null } },
    ];
  }
  return channels.map((channel) => {
    const { number: _, onvifUrl: __, ...rest } = common;
    const input: CameraInput = {
      ...rest,
      name: `${name.slice(0, 80)} – Channel ${channel.number}`,
      mainUrl: channel.mainUrl,
      subUrl: channel.subUrl,
    };
    return { ...row, id: undefined, input };
  });
}

/** Two rows may lead to one camera. */
function findTwins(rows: readonly CameraFileRow[]): InputIssue[] {
  const first = new Map<string, CameraFileRow>();
  return rows.flatMap((row) => {
    const key = streamKey(row.input.mainUrl);
    const twin = first.get(key);
    if (twin === undefined) {
      first.set(key, row);
      return [];
    }
    return [{ path: placeOf(row, 'mainUrl'), message: `is the same camera as in ${twin.place}.` }];
  });
}
