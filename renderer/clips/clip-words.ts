import type { Clip, ClipEvent, EndMissingCause, RecordingEnd } from '../../main/contract/clip.ts';
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

const missingWords: Readonly<Record<EndMissingCause, () => string>> = {
  interrupted: m.clips_end_missing,
  'disk-full': m.clips_end_missing_disk_full,
  'storage-failed': m.clips_end_missing_storage_failed,
};

/** Of a clip whose end is missing. */
export function endMissingWords({ endMissingCause }: Clip): string {
  return missingWords[endMissingCause ?? 'interrupted']();
}

const endWords: Readonly<Record<RecordingEnd, (values: { number: number }) => string>> = {
  'too-long': m.clips_ended_too_long,
  'no-room': m.clips_ended_no_room,
  'slow-disk': m.clips_ended_slow_disk,
  'format-changed': m.clips_ended_format_changed,
  closed: m.clips_ended_closed,
  'disk-full': m.clips_ended_disk_full,
  'storage-failed': m.clips_ended_storage_failed,
};

/** Why a recording has ended by itself, and what became of it. */
export function endedWords(ended: Extract<ClipEvent, { type: 'ended' }>): string {
  const { cameraNumber: number, end, outcome } = ended;
  const why = endWords[end]({ number });
  switch (outcome) {
    case 'kept':
      return why;
    case 'end-missing':
      return `${why} ${m.clips_ended_end_missing()}`;
    case 'unlisted':
      return `${why} ${m.clips_ended_unlisted()}`;
    case 'lost':
      return `${why} ${m.clips_ended_lost()}`;
    default:
      return outcome satisfies never;
  }
}
