import type { ReplayPosition } from '../contract/replay.ts';
import type { H265Support, PictureWay } from '../contract/viewer.ts';
import type { StreamFrame } from '../media/stream-frame.ts';

/** What a slot has of its window. */
export interface SlotWindow {
  readonly h265: H265Support;
  /** A picture that no track carries. @param timestamp 90 kHz, not wrapped */
  offerPicture(assignment: number, frame: StreamFrame, timestamp: number): void;
  /** Pictures that were offered and have not been sent are of no use any more. */
  clearPictures(): void;
  /** The pictures of this binding come by another way than before; every binding begins with the track. */
  wayChanged(assignment: number, way: PictureWay): void;
  /**
   * What is shown from now on is this old and stands still; null: it does so no longer.
   * @param milliseconds since it was received
   */
  stillShown(assignment: number, milliseconds: number | null): void;
  /** What is shown is the past, and where in it; null: the present again. */
  replayMoved(assignment: number, position: ReplayPosition | null): void;
  /** How many packets of a live picture may leave in this turn, up to those that are asked for. */
  takeRoom(packets: number): number;
  /** `catchUp` or `replay` has work to do. */
  turnNeeded(): void;
}
