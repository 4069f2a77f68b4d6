import type { Clip } from '../../main/contract/clip.ts';
import { codecWords } from '../../main/contract/codecs.ts';

const megabyte = 1_024 * 1_024;
const gigabyte = 1_024 * megabyte;
const second = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'medium',
  hourCycle: 'h23',
});

/** When something was, to the second. @param at milliseconds since 1970 */
export function secondWords(at: number): string {
  return second.format(at);
}

/** `12 s`, `2:05 min`, `1:00:00 h`. */
export function lengthWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)} min`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)} h`;
}

/** `312 kB`, `4.1 MB`, `1.2 GB`. */
export function sizeWords(bytes: number): string {
  // In the steps in which the settings give room.
  if (bytes < megabyte) return `${Math.ceil(bytes / 1_024)} kB`;
  if (bytes < gigabyte) return `${(bytes / megabyte).toFixed(1)} MB`;
  return `${(bytes / gigabyte).toFixed(1)} GB`;
}

/** What is in the file. */
export function contentWords({ kind, codec, sound, width, height, milliseconds }: Clip): string {
  const size = `${width} × ${height}`;
  if (kind === 'picture' || codec === 'PNG') return `Picture, ${size}`;
  return `${lengthWords(milliseconds)}, ${codecWords[codec]} ${size}, ${sound === null ? 'no sound' : 'with sound'}`;
}
