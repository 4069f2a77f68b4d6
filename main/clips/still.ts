import { GatehouseError } from '../base/gatehouse-error.ts';
import type { ReplayHistory } from '../media/replay-history.ts';
import type { StreamFrame } from '../media/stream-frame.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import { fileOfFrames } from './clip-file.ts';
import { keptTime } from './clip-frames.ts';

/** For so long a picture of the main stream is waited for; then the other one is good enough. */
const mainMilliseconds = 5_000;

/** A file whose last picture is meant, and when that came in. */
export interface Still {
  readonly file: File;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * The picture of now, of a stream that may have to be opened first.
 * @param histories what else there is of the camera
 * @throws GatehouseError not-found when nothing comes and nothing is there
 */
export async function presentStill(lease: StreamLease, histories: readonly ReplayHistory[]): Promise<Still> {
  using owned = new DisposableStack();
  const { stream } = owned.use(lease);
  if (stream.gop.length === 0) {
    const { promise: first, resolve } = Promise.withResolvers<void>();
    owned.use(stream.read(() => resolve()));
    const timer = setTimeout(resolve, mainMilliseconds);
    owned.defer(() => clearTimeout(timer));
    stream.wantKeyFrame();
    await first;
  }
  // A GOP that was shortened has an old picture only.
  if (stream.isGopWhole && stream.gop.length > 0) return await stillOf(stream.gop);
  return await pastStill(histories, performance.now());
}

/** The picture of a moment of before. @param at of `performance.now()`  @throws GatehouseError not-found */
export async function pastStill(histories: readonly ReplayHistory[], at: number): Promise<Still> {
  return await stillOf(keptTime(histories, at, at).frames);
}

/** The key frame before a moment. @throws GatehouseError not-found */
export async function glimpse(histories: readonly ReplayHistory[], at: number): Promise<Still> {
  const [history] = histories.filter(({ span }) => span !== undefined && span.oldest.receivedAt <= at);
  const first = (history ?? histories.find(({ span }) => span !== undefined))?.gopAt(at)?.frames[0];
  return await stillOf(first === undefined ? [] : [first]);
}

async function stillOf([first, ...more]: readonly StreamFrame[]): Promise<Still> {
  if (first === undefined)
    throw new GatehouseError(
      'not-found',
      'Nothing of this moment is in memory: the camera was not on a wall.',
    );
  const last = more.at(-1) ?? first;
  const at = Math.round(Date.now() - (performance.now() - last.receivedAt));
  const [jpeg] = last.units;
  if (last.codec === 'JPEG' && jpeg !== undefined)
    return { file: new File([new Uint8Array(jpeg)], 'still.jpg', { type: 'image/jpeg' }), at };
  return { file: new File([await fileOfFrames([first, ...more])], 'still.mp4', { type: 'video/mp4' }), at };
}
