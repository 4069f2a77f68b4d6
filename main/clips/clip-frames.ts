import { unitsOfFrame } from '../media/frame-units.ts';
import type { KeptSound, ReplayHistory } from '../media/replay-history.ts';
import type { StreamFrame } from '../media/stream-frame.ts';
import { decoderConfiguration, isSameConfiguration } from './decoder-configuration.ts';

/** The other stream of a camera is taken where it has so much more of the wanted time. */
const worthChangingMilliseconds = 1_500;

/** What was received of a time. */
export interface KeptTime {
  readonly frames: readonly StreamFrame[];
  /** Between the first of them and the last one. */
  readonly sounds: readonly KeptSound[];
}

/**
 * The frames of a time, from the key frame before it on, and the sound that came with them: of the first history, the main stream's,
 * unless another one has clearly more of it. Where a camera was set to another format meanwhile, those since then.
 * @param histories the best first  @param from and until of `performance.now()`
 */
export function keptTime(histories: readonly ReplayHistory[], from: number, until: number): KeptTime {
  let best: { history: ReplayHistory; covered: number } | undefined;
  for (const history of histories) {
    const { span } = history;
    if (span === undefined) continue;
    const covered =
      Math.min(until, span.newest.receivedAt) - Math.max(from, Math.min(span.oldest.receivedAt, until));
    if (covered < 0 || (best !== undefined && covered < best.covered + worthChangingMilliseconds)) continue;
    best = { history, covered };
  }
  const frames = best === undefined ? [] : sinceLastChange(best.history.framesBetween(from, until));
  const [first, last = first] = [frames[0], frames.at(-1)];
  if (best === undefined || first === undefined || last === undefined) return { frames, sounds: [] };
  return { frames, sounds: best.history.soundsBetween(first.receivedAt, last.receivedAt) };
}

/** What one decoder shows without being set up anew. */
function sinceLastChange(frames: StreamFrame[]): StreamFrame[] {
  const configurationOf = (frame: StreamFrame) =>
    frame.codec === 'JPEG' ? undefined : decoderConfiguration(frame.codec, unitsOfFrame(frame));
  const keyFrames = frames.flatMap((frame, index) => (frame.keyFrame ? [{ frame, index }] : []));
  const last = keyFrames.at(-1);
  const wanted = last && configurationOf(last.frame);
  if (last === undefined || wanted === undefined) return frames;
  const other = keyFrames.findLast(({ frame }) => {
    const configuration = configurationOf(frame);
    return (
      frame.codec !== last.frame.codec ||
      configuration === undefined ||
      !isSameConfiguration(configuration, wanted)
    );
  });
  const start = keyFrames.find(({ index }) => index > (other?.index ?? -1));
  return frames.slice(start?.index ?? 0);
}

/** About as much as they need in a file. */
export function bytesOfFrames(frames: readonly StreamFrame[]): number {
  let bytes = 0;
  for (const { payloads, units, codec } of frames) {
    for (const { length } of codec === 'H264' ? payloads : units) bytes += length;
  }
  return bytes;
}
