import { joined, percentWords } from '../language/formats.ts';
import { m } from '../language/messages.ts';
import type { DecodeUse } from '../playback/decode-watch.svelte.ts';

/** What decoding costs this computer, and what follows from it, in sentences. @param use null: nobody knows */
export function decodeWords(use: DecodeUse | null): string {
  if (use === null) return m.shell_decode_unknown();
  const { dropped } = use;
  const sentences = [
    spentWords(use),
    ...(dropped === 0 ? [] : [m.shell_decode_dropped({ share: percentWords(dropped / 100) })]),
  ];
  return [...sentences, ...consequenceWords(use)].join(' ');
}

function spentWords({ decoder, percent, processors }: DecodeUse): string {
  switch (decoder) {
    case 'hardware':
      // Its time is not that of the processors.
      return m.shell_decode_hardware();
    case 'software':
      return m.shell_decode_software({ share: percentWords(percent / 100), processors });
    case 'both':
      return m.shell_decode_both({ share: percentWords(percent / 100), processors });
    default:
      return decoder satisfies never;
  }
}

/** One sentence or none. */
function consequenceWords({ smaller, reduced, seldom, isTried }: DecodeUse): string[] {
  const parts = [
    ...(smaller === 0 ? [] : [m.shell_decode_smaller({ tiles: smaller })]),
    ...(reduced === seldom ? [] : [m.shell_decode_reduced({ tiles: reduced - seldom })]),
    ...(seldom === 0 ? [] : [m.shell_decode_seldom({ tiles: seldom })]),
  ];
  if (parts.length === 0) return [];
  const words = { parts: joined(parts) };
  return [isTried ? m.shell_decode_tried(words) : m.shell_decode_too_much(words)];
}
