/** What a page keeps of each tile: every frame that was presented. Times are milliseconds of the page's own clock. */
export interface TileFrames {
  slot: number;
  frames: [presentedAt: number, rtpTimestamp: number][];
}

declare global {
  interface Window {
    gatehouseProbe: { tiles: Map<HTMLVideoElement, [number, number][]> };
  }
}

/** Runs in the page before anything else does: hooks every `<video>` that appears. Self-contained, as it is serialised. */
export function installProbe(): void {
  const tiles = new Map<HTMLVideoElement, [number, number][]>();
  window.gatehouseProbe = { tiles };
  const hook = (video: HTMLVideoElement) => {
    if (tiles.has(video)) return;
    const frames: [number, number][] = [];
    tiles.set(video, frames);
    const onFrame: VideoFrameRequestCallback = (_now, metadata) => {
      frames.push([metadata.presentationTime, metadata.rtpTimestamp ?? 0]);
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  };
  new MutationObserver(() => {
    for (const video of document.querySelectorAll('video')) hook(video);
  }).observe(document, { childList: true, subtree: true });
}

/** Empties the probe: frames of every tile since the last call. */
export function takeFrames(): TileFrames[] {
  const taken: TileFrames[] = [];
  for (const [video, frames] of window.gatehouseProbe.tiles) {
    const slot = Number(video.closest<HTMLElement>('[data-slot]')?.dataset.slot ?? Number.NaN);
    const copy = frames.splice(0);
    if (video.isConnected && Number.isFinite(slot)) taken.push({ slot, frames: copy });
  }
  return taken;
}
