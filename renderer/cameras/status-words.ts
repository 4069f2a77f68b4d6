import type { StreamRemark, StreamStatus } from '../../main/contract/camera.ts';
import { errorWords } from '../wall/error-words.ts';

export type StatusTone = 'good' | 'quiet' | 'busy' | 'bad';

/** What is worth knowing of a stream that plays. */
export const remarkWords: Record<StreamRemark, string> = {
  'b-frames': 'B-frames: may stutter',
  'old-encryption': 'old encryption',
};

/** How a camera is, in a word and a colour. */
export function statusWords(status: StreamStatus): { readonly words: string; readonly tone: StatusTone } {
  switch (status.state) {
    case 'playing':
      return {
        words: ['Live', ...(status.remarks ?? []).map((remark) => remarkWords[remark])].join(', '),
        tone: 'good',
      };
    case 'standby':
      return { words: 'Ready', tone: 'good' };
    case 'connecting':
      return { words: 'Connecting…', tone: 'busy' };
    case 'waiting':
      return {
        words: errorWords[status.error.code].brief,
        tone: status.error.code === 'camera-not-published' ? 'quiet' : 'bad',
      };
    case 'idle':
      return { words: 'Not asked yet', tone: 'quiet' };
    default:
      return status satisfies never;
  }
}
