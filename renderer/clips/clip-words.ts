import type { Clip } from '../../main/contract/clip.ts';
import { codecWords } from '../../main/contract/codecs.ts';
import { dateFormat, numberFormat } from '../language/formats.ts';
import { m } from '../language/messages.ts';

const megabyte = 1_024 * 1_024;
const gigabyte = 1_024 * megabyte;
const second = dateFormat({ dateStyle: 'medium', timeStyle: 'medium' });
const oneDecimal = numberFormat({ minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false });

/** When something was, to the second. @param at milliseconds since 1970 */
export function secondWords(at: number): string {
  return second.format(at);
}

/** `12 s`, `2:05 min`, `1:00:00 h`. */
export function lengthWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 60) return m.clips_length_seconds({ seconds });
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return m.clips_length_minutes({ time: `${minutes}:${two(seconds % 60)}` });
  return m.clips_length_hours({
    time: `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`,
  });
}

/** `312 kB`, `4.1 MB`, `1.2 GB`. */
export function sizeWords(bytes: number): string {
  // In the steps in which the settings give room.
  if (bytes < megabyte) return `${Math.ceil(bytes / 1_024)} kB`;
  if (bytes < gigabyte) return `${oneDecimal.format(bytes / megabyte)} MB`;
  return `${oneDecimal.format(bytes / gigabyte)} GB`;
}

/** What is in the file. */
export function contentWords({ kind, codec, sound, width, height, milliseconds }: Clip): string {
  if (kind === 'picture' || codec === 'PNG') return m.clips_content_picture({ width, height });
  const content = { length: lengthWords(milliseconds), codec: codecWords[codec], width, height };
  return sound === null ? m.clips_content_without_sound(content) : m.clips_content_with_sound(content);
}
