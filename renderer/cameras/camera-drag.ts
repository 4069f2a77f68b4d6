import type { Camera } from '../../main/contract/camera.ts';

/** Cameras on their way from the list or from a tile to somewhere else. */
export interface CameraDrag {
  readonly cameraIds: readonly string[];
  /** The tile that they come from; null from the list. */
  readonly tile: number | null;
}

const type = 'application/x-gatehouse-cameras';
/** What is being dragged: a browser shows the data of a drag only when it is dropped. */
let current: CameraDrag | null = null;

export function startListDrag(event: DragEvent, cameras: readonly Camera[]): void {
  start(event, { cameraIds: cameras.map(({ id }) => id), tile: null }, cameras);
}

export function startTileDrag(event: DragEvent, tile: number, camera: Camera): void {
  start(event, { cameraIds: [camera.id], tile }, [camera]);
}

/** The cameras of this window that an event drags; null for anything else. */
export function readDrag(event: DragEvent): CameraDrag | null {
  return event.dataTransfer?.types.includes(type) === true ? current : null;
}

function start(event: DragEvent, drag: CameraDrag, cameras: readonly Camera[]): void {
  const { dataTransfer } = event;
  if (dataTransfer === null) return;
  current = drag;
  dataTransfer.effectAllowed = 'move';
  dataTransfer.setData(type, '');
  dataTransfer.setData('text/plain', cameras.map(({ number, name }) => `${number} ${name}`).join('\n'));
}
