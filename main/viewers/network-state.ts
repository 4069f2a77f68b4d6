import type { ViewerNetwork } from '../contract/viewer.ts';
import type { NetworkEstimate } from './network-estimate.ts';

/** What a window is told until something else is known. */
export const freeNetwork: ViewerNetwork = { short: 0, hasRoom: true };

/** Less than this is no reason to change anything: a key frame that waited for another one. */
const leastShort = 0.02;

/** What a window needs to know of its network to choose its streams: rounded, so that it is seldom told. */
export function networkState(estimate: NetworkEstimate | undefined): ViewerNetwork {
  if (estimate === undefined) return freeNetwork;
  const { sentBitsPerSecond, wantedBitsPerSecond, limitBitsPerSecond } = estimate;
  const short = wantedBitsPerSecond === 0 ? 0 : 1 - sentBitsPerSecond / wantedBitsPerSecond;
  return {
    short: short < leastShort ? 0 : Math.ceil(short * 10) / 10,
    hasRoom: limitBitsPerSecond === undefined,
  };
}
