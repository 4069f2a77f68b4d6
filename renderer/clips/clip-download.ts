import type { Clip } from '../../main/contract/clip.ts';
import { maximumClipReadBytes } from '../../main/contract/limits.ts';
import type { EngineClient } from '../link/engine-link.svelte.ts';

const types = { video: 'video/mp4', picture: 'image/png' } as const;

/**
 * The file of a clip, read part by part: other calls have their turn in between.
 * @param onProgress of all bytes, 0 … 1
 */
export async function downloadClip(
  client: EngineClient,
  { id, kind, bytes }: Clip,
  signal: AbortSignal,
  onProgress: (share: number) => void = () => {},
): Promise<Blob> {
  const parts: Blob[] = [];
  for (let from = 0; from < bytes; ) {
    const part = await client.clips.read({ id, from, bytes: maximumClipReadBytes }, { signal });
    if (part.size === 0) break;
    parts.push(part);
    from += part.size;
    onProgress(from / bytes);
  }
  return new Blob(parts, { type: types[kind] });
}
