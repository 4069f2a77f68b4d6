import type { StreamRemark, StreamStatus } from '../../main/contract/camera.ts';
import { joined } from '../language/formats.ts';
import { m } from '../language/messages.ts';
import { errorWords } from '../wall/error-words.ts';

export type StatusTone = 'good' | 'quiet' | 'busy' | 'bad';

/** What is worth knowing of a stream that plays. */
export const remarkWords: Record<StreamRemark, () => string> = {
  'b-frames': m.cameras_remark_b_frames,
  'old-encryption': m.cameras_remark_old_encryption,
};

/** How a camera is, in a word and a colour. */
export function statusWords(status: StreamStatus): { readonly words: string; readonly tone: StatusTone } {
  switch (status.state) {
    case 'playing':
      return {
        words: joined([
          m.cameras_status_live(),
          ...(status.remarks ?? []).map((remark) => remarkWords[remark]()),
        ]),
        tone: 'good',
      };
    case 'standby':
      return { words: m.cameras_status_ready(), tone: 'good' };
    case 'connecting':
      return { words: m.cameras_connecting(), tone: 'busy' };
    case 'waiting':
      return {
        words: errorWords[status.error.code].brief,
        tone: status.error.code === 'camera-not-published' ? 'quiet' : 'bad',
      };
    case 'idle':
      return { words: m.cameras_status_idle(), tone: 'quiet' };
    default:
      return status satisfies never;
  }
}
