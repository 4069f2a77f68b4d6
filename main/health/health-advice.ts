import type { StreamProfile } from '../contract/camera.ts';
import type { StreamHealth } from '../contract/health.ts';
import type { Judgement } from '../doctor/findings.ts';
import {
  judgeBitRate,
  judgeJitter,
  judgeKeyFrames,
  judgeLoss,
  judgePictures,
} from '../doctor/stream-findings.ts';

const manyReconnects = 6;
const longDelayMilliseconds = 1_000;

/** What was measured of a stream that plays; as in `StreamHealth`. */
export interface MeasuredStream {
  readonly profile: StreamProfile;
  readonly codec: NonNullable<StreamHealth['codec']>;
  readonly size: { readonly width: number; readonly height: number } | null;
  readonly transport: 'tcp' | 'udp' | null;
  /** How long was measured. */
  readonly seconds: number;
  readonly pictures: number;
  readonly kilobitsPerSecond: number;
  readonly keyFrameSeconds: number | null;
  readonly packets: { readonly expected: number; readonly lost: number } | null;
  readonly jitter: number | null;
  readonly delay: number | null;
  readonly reconnects: number;
}

/** Too little to judge by. */
const shortestSeconds = 5;

/** What is wrong with a stream and what to do about it, in the words of the examination. Worst first. */
export function adviceFor(measured: MeasuredStream): StreamHealth['advice'] {
  const { profile, transport, seconds, pictures, keyFrameSeconds, reconnects, delay } = measured;
  const found: Judgement[] = [];
  if (seconds >= shortestSeconds) {
    const figures = {
      ...measured,
      picturesPerSecond: pictures / seconds,
      keyFrames: 0,
      jitterMilliseconds: measured.jitter,
    };
    found.push(
      judgePictures(figures, profile),
      judgeBitRate(figures, profile),
      judgeLoss(figures, transport),
    );
    found.push(judgeJitter(figures));
    // One that has not come yet is not judged: it may just be opened.
    if (keyFrameSeconds !== null) found.push(judgeKeyFrames(figures));
  }
  if (delay !== null && delay > longDelayMilliseconds) {
    found.push({
      ...{ verdict: 'warning', measured: `${(delay / 1_000).toFixed(1)} s` },
      meaning: 'At times pictures come more than a second late.',
      advice: 'Look for a link on the way that is overloaded, and lower the bit rate of this stream.',
    });
  }
  if (reconnects >= manyReconnects) {
    found.push({
      ...{ verdict: 'warning', measured: `${reconnects} times` },
      meaning: `The connection was lost ${reconnects} times during the last day.`,
      advice: 'Check cable, plug, switch and power of the camera, and close other programs that watch it.',
    });
  }
  return found
    .flatMap(toAdvice)
    .sort((a, b) => Number(b.verdict === 'problem') - Number(a.verdict === 'problem'));
}

function toAdvice({ verdict, measured, meaning, advice }: Judgement): StreamHealth['advice'] {
  if (verdict !== 'warning' && verdict !== 'problem') return [];
  return [{ verdict, measured: meaning.includes(measured) ? '' : measured, meaning, advice }];
}
