const channelName = 'gatehouse.selected';
/** What a window asks that has just been opened, and knows of no selection yet. */
const question = { asks: true } as const;

/** The camera that hotspot tiles show: the one that was selected last, in this window or in another one of this computer. */
export class Hotspot {
  #cameraId = $state<string | null>(null);
  #channel: BroadcastChannel | null = null;

  get cameraId(): string | null {
    return this.#cameraId;
  }

  /** A camera was selected here. */
  show(cameraId: string): void {
    if (this.#cameraId === cameraId) return;
    this.#cameraId = cameraId;
    this.#channel?.postMessage(cameraId);
  }

  /** Follows the other windows until the signal is aborted. */
  run(signal: AbortSignal): void {
    const channel = new BroadcastChannel(channelName);
    this.#channel = channel;
    channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') this.#cameraId = data;
      else if (this.#cameraId !== null) channel.postMessage(this.#cameraId);
    });
    channel.postMessage(question);
    signal.addEventListener(
      'abort',
      () => {
        this.#channel = null;
        channel.close();
      },
      { once: true },
    );
  }
}
