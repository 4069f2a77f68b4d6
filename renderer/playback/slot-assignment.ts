import { type Stream, streamKey } from './stream.ts';

/**
 * Which slot shows which stream, with as few changes as can be: a stream that is still wanted stays in its slot, a new
 * one takes the lowest slot that is free, and a slot that nobody wants any more is emptied (null).
 * @param slots stream of each slot until now
 * @param wanted streams to show, in the order of the tiles; naming one twice is the same as once
 * @param limit the most slots there may be; wanted streams beyond it are left out
 */
export function assignSlots(
  slots: readonly (Stream | null)[],
  wanted: readonly Stream[],
  limit: number,
): (Stream | null)[] {
  const missing = new Map(wanted.map((stream) => [streamKey(stream), stream]));
  const next = slots.map((stream) => (stream !== null && missing.delete(streamKey(stream)) ? stream : null));
  for (const stream of missing.values()) {
    const free = next.indexOf(null);
    if (free !== -1) next[free] = stream;
    else if (next.length < limit) next.push(stream);
  }
  return next;
}
