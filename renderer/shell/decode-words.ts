import type { DecodeUse } from '../playback/decode-watch.svelte.ts';

const decoderWords: Readonly<Record<DecodeUse['decoder'], string>> = {
  hardware: 'in hardware',
  software: 'in software',
  both: 'partly in hardware',
};

/** What decoding costs this computer, and what follows from it, in sentences. @param use null: nobody knows */
export function decodeWords(use: DecodeUse | null): string {
  if (use === null) return 'Decoding: nothing is known now.';
  const { percent, processors, decoder, dropped } = use;
  const share = processors === 1 ? 'of one core' : `of ${processors} cores`;
  const lost = dropped === 0 ? '' : ` ${dropped} % of the pictures are dropped.`;
  const consequence = consequenceWords(use);
  // The time of a decoder in hardware is not that of the processors.
  const spent = decoder === 'hardware' ? 'in hardware' : `${percent} % ${share}, ${decoderWords[decoder]}`;
  return `Decoding: ${spent}.${lost}${consequence}`;
}

function consequenceWords({ smaller, reduced, seldom, isTried }: DecodeUse): string {
  const show = (tiles: number) => (tiles === 1 ? '1 tile shows' : `${tiles} tiles show`);
  const parts = [
    ...(smaller === 0 ? [] : [`${show(smaller)} the small stream`]),
    ...(reduced === seldom ? [] : [`${show(reduced - seldom)} key frames only`]),
    ...(seldom === 0 ? [] : [`${show(seldom)} a picture now and then`]),
  ];
  const why = isTried ? 'more is tried step by step' : 'more is too much for this computer';
  return parts.length === 0 ? '' : ` ${parts.join(', ')}: ${why}.`;
}
