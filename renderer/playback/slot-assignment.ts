import { type Stream, sameStream } from './stream.ts';

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
  const isWanted = (stream: Stream | null) => wanted.some((other) => sameStream(other, stream));
  const next = slots.map((stream) => (isWanted(stream) ? stream : null));
  for (const stream of wanted) {
    if (next.some((other) => sameStream(other, stream))) continue;
    const free = next.indexOf(null);
    if (free !== -1) next[free] = stream;
    else if (next.length < limit) next.push(stream);
  }
  return next;
}
