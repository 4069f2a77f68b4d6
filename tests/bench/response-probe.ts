declare global {
  interface Window {
    gatehouseResponse: {
      look(what: 'wall' | 'search'): string;
    };
  }
}

/** Runs in the page: what a key can change, as one text. Self-contained, as it is serialised. */
export function installResponseProbe(): void {
  const tiles = () => [...document.querySelectorAll<HTMLElement>('[data-tile]')];
  window.gatehouseResponse = {
    look: (what) => {
      if (what === 'search') return document.querySelector('aside .rows, aside .none')?.textContent ?? '';
      const wall = document.querySelector<HTMLElement>('[data-layout-id]');
      return [
        wall?.dataset.layoutId,
        tiles().findIndex((tile) => tile.getAttribute('aria-current') === 'true'),
        tiles().findIndex((tile) => tile.dataset.maximised !== undefined),
        tiles()[0]?.dataset.cameraNumber,
        document.querySelector('aside [data-row]') !== null,
      ].join(' ');
    },
  };
}

/**
 * Runs in the page, before a key: `time` resolves with the milliseconds from the key event to the frame after the page
 * has changed.
 */
export function nextResponse(what: 'wall' | 'search'): { time: Promise<number> } {
  const { look } = window.gatehouseResponse;
  const before = look(what);
  const time = new Promise<number>((resolve, reject) => {
    const patience = setTimeout(() => reject(new Error(`the key changed nothing: ${before}`)), 5_000);
    let pressedAt = Number.NaN;
    window.addEventListener('keydown', ({ timeStamp }) => (pressedAt = timeStamp), {
      capture: true,
      once: true,
    });
    const observer = new MutationObserver(() => {
      if (Number.isNaN(pressedAt) || look(what) === before) return;
      observer.disconnect();
      clearTimeout(patience);
      requestAnimationFrame(() => {
        // Behind the frame: it has been laid out and painted.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          port1.close();
          resolve(performance.now() - pressedAt);
        };
        port2.postMessage(null);
      });
    });
    observer.observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    });
  });
  return { time };
}
