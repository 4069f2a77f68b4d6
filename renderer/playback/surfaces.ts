import { type Stream, sameStream } from './stream.ts';

/** The two `<video>` elements of a tile, each with the stream it is for; one shows while the other one gets ready. */
export type Surfaces = readonly [Stream | null, Stream | null];

export const noSurfaces: Surfaces = [null, null];

/**
 * What the two elements of a tile are for, so that a change of profile never shows black: the element that has the best
 * picture of this camera goes on with it until the wanted stream has those of now.
 * @param previous what they were for until now
 * @param wanted the stream that the tile shall show; null is a tile without camera
 * @param standby stream that must be ready although it is not shown: the small picture behind a large one, or what a tour shows
 * next
 * @param hasPicture whether anything of a stream can be shown
 * @param isReady whether it can be shown in place of another one
 */
export function planSurfaces(
  previous: Surfaces,
  wanted: Stream | null,
  standby: Stream | null,
  hasPicture: (stream: Stream) => boolean,
  isReady: (stream: Stream) => boolean,
): Surfaces {
  if (wanted === null) {
    if (standby === null) return noSurfaces;
    return sameStream(previous[0], standby) ? [standby, null] : [null, standby];
  }
  const bridge = previous.find(
    (stream) =>
      stream !== null &&
      stream.cameraId === wanted.cameraId &&
      !sameStream(stream, wanted) &&
      hasPicture(stream) &&
      !isReady(wanted),
  );
  // What is shown now comes before what is to be ready for later.
  const other = bridge ?? standby;
  const partner = sameStream(other, wanted) ? null : other;
  // Whoever is on an element already stays on it: another element would start black.
  const [first, second] = previous;
  const stays = sameStream(second, wanted) || (partner !== null && sameStream(first, partner));
  return stays ? [partner, wanted] : [wanted, partner];
}

/** The stream that a tile shows now: the wanted one as soon as it is ready, until then the other one if that has a picture. */
export function shownStream(
  surfaces: Surfaces,
  wanted: Stream | null,
  hasPicture: (stream: Stream) => boolean,
  isReady: (stream: Stream) => boolean,
): Stream | null {
  if (wanted === null || isReady(wanted)) return wanted;
  // What stands ready for later is no picture of this camera.
  const other = surfaces.find(
    (stream) => stream?.cameraId === wanted.cameraId && !sameStream(stream, wanted) && hasPicture(stream),
  );
  return other ?? wanted;
}
