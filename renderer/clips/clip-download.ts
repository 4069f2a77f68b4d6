import { ORPCError } from '@orpc/client';
import type { Clip } from '../../main/contract/clip.ts';
import { maximumClipReadBytes } from '../../main/contract/limits.ts';
import type { EngineClient } from '../link/engine-client.ts';

const types = { video: 'video/mp4', picture: 'image/png' } as const;

/**
 * The file of a clip, part by part: other calls have their turn in between.
 * @param untilUnlocked where it may go on when somebody has unlocked a console that was locked meanwhile; left out, a lock ends it
 */
export async function* clipParts(
  client: EngineClient,
  { id, bytes }: Clip,
  signal: AbortSignal,
  untilUnlocked?: () => Promise<void>,
): AsyncGenerator<Blob> {
  const read = async (from: number): Promise<Blob> => {
    try {
      return await client.clips.read({ id, from, bytes: maximumClipReadBytes }, { signal });
    } catch (error) {
      const isLocked = error instanceof ORPCError && error.code === 'locked';
      if (!isLocked || untilUnlocked === undefined) throw error;
      await untilUnlocked();
      return await read(from);
    }
  };
  for (let from = 0; from < bytes; ) {
    const part = await read(from);
    if (part.size === 0) return;
    from += part.size;
    yield part;
  }
}

/** The same as a whole. @param onProgress of all bytes, 0 … 1 */
export async function downloadClip(
  client: EngineClient,
  clip: Clip,
  signal: AbortSignal,
  onProgress: (share: number) => void = () => {},
): Promise<Blob> {
  const parts: Blob[] = [];
  let read = 0;
  for await (const part of clipParts(client, clip, signal)) {
    parts.push(part);
    read += part.size;
    onProgress(read / clip.bytes);
  }
  return new Blob(parts, { type: types[clip.kind] });
}
