import { isWhole, type Point, panned, type ZoomView, zoomed } from './zoom-view.ts';

const wheelRate = 0.0015;
/** Of `WheelEvent.deltaMode` lines, in pixels. */
const linePixels = 32;
/** A press that moves by less is one on the tile. */
const slackPixels = 4;

/** What wheel, hand and fingers do with the picture of one tile. */
export interface ZoomTarget {
  /** False while they are for something else. */
  readonly isOn: () => boolean;
  readonly view: () => ZoomView;
  readonly set: (view: ZoomView) => void;
}

/** The wheel enlarges under the pointer, a drag moves what is enlarged, two fingers do both. @returns what ends it */
export function zoomGestures(tile: HTMLElement, target: ZoomTarget): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  /** Where fingers or the mouse are, by pointer. */
  const pressed = new Map<number, Point>();
  let isPanning = false;

  const placeOf = (event: MouseEvent): Point => {
    const { left, top, width, height } = tile.getBoundingClientRect();
    return { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
  };

  const onWheel = (event: WheelEvent) => {
    if (!target.isOn() || event.deltaY === 0) return;
    // Also what a touchpad says of two fingers (`ctrlKey`): not the page is to be enlarged.
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? linePixels : 1);
    const rate = event.ctrlKey ? wheelRate * 6 : wheelRate;
    target.set(zoomed(target.view(), Math.exp(-pixels * rate), placeOf(event)));
  };

  const onDown = (event: PointerEvent) => {
    const isOnControl =
      event.target instanceof Element && event.target.closest('button, input, [data-own-hand]');
    if (!target.isOn() || event.button !== 0 || isOnControl) return;
    pressed.set(event.pointerId, placeOf(event));
  };

  const onMove = (event: PointerEvent) => {
    const from = pressed.get(event.pointerId);
    if (from === undefined) return;
    const to = placeOf(event);
    const others = [...pressed].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    const [other] = others;
    if (other !== undefined) {
      pressed.set(event.pointerId, to);
      isPanning = true;
      const before = Math.hypot(from.x - other.x, from.y - other.y);
      const after = Math.hypot(to.x - other.x, to.y - other.y);
      if (before === 0) return;
      // The middle between the fingers goes half as far as the one that moves.
      const view = panned(target.view(), { x: (to.x - from.x) / 2, y: (to.y - from.y) / 2 });
      target.set(zoomed(view, after / before, { x: (to.x + other.x) / 2, y: (to.y + other.y) / 2 }));
      return;
    }
    if (isWhole(target.view())) return;
    const by = { x: to.x - from.x, y: to.y - from.y };
    const { width, height } = tile.getBoundingClientRect();
    if (!isPanning && Math.hypot(by.x * width, by.y * height) < slackPixels) return;
    if (!isPanning) tile.setPointerCapture(event.pointerId);
    isPanning = true;
    pressed.set(event.pointerId, to);
    target.set(panned(target.view(), by));
  };

  const onEnd = (event: PointerEvent) => {
    // A finger belongs at first to what is under it, and loses that to the tile as it begins to move the picture.
    if (event.type === 'lostpointercapture' && event.target !== tile) return;
    pressed.delete(event.pointerId);
    if (pressed.size === 0) isPanning = false;
  };

  tile.addEventListener('wheel', onWheel, { passive: false, signal });
  tile.addEventListener('pointerdown', onDown, { signal });
  tile.addEventListener('pointermove', onMove, { signal });
  for (const name of ['pointerup', 'pointercancel', 'lostpointercapture'] as const)
    tile.addEventListener(name, onEnd, { signal });
  return () => stop.abort();
}
