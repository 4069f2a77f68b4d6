import type { OpenViewer } from './open-viewer.ts';

/** How late a picture is: from its last packet in the engine to the screen, on average over a second. */
export class Delay {
  /** Milliseconds; null: no picture came in the last second, or nobody asked. */
  #milliseconds = $state.raw<number | null>(null);
  #sum = 0;
  #count = 0;
  /** The same since `take`. */
  #taken = { milliseconds: 0, pictures: 0 };

  get milliseconds(): number | null {
    return this.#milliseconds;
  }

  /** @param milliseconds in this window: from a picture's arrival to the screen, and what is known of before */
  add(milliseconds: number): void {
    this.#sum += Math.max(0, milliseconds);
    this.#count++;
    this.#taken.milliseconds += Math.max(0, milliseconds);
    this.#taken.pictures++;
  }

  /** Of all pictures since it was asked last, together; without the way from the engine. */
  take(): { readonly milliseconds: number; readonly pictures: number } {
    const taken = this.#taken;
    this.#taken = { milliseconds: 0, pictures: 0 };
    return taken;
  }

  /** @param way milliseconds from the engine to this window; null: nobody asks any more */
  settle(way: number | null): void {
    this.#milliseconds = way === null || this.#count === 0 ? null : Math.round(this.#sum / this.#count + way);
    this.#sum = 0;
    this.#count = 0;
  }
}

/** Whether delays are shown, and how long the way from the engine is. */
export class DelayMeter {
  #on = $state(false);

  get on(): boolean {
    return this.#on;
  }

  toggle(): void {
    this.#on = !this.#on;
  }

  /** To be called once a second. */
  async settle(viewer: OpenViewer | null, delays: readonly Delay[]): Promise<void> {
    const way = this.#on && viewer !== null ? await viewer.wayMilliseconds() : null;
    for (const delay of delays) delay.settle(way);
  }
}

/** From the engine to this window: half of the round trip that ICE has measured (RFC 8445 consent checks). */
export async function wayMilliseconds(connection: RTCPeerConnection): Promise<number> {
  let seconds = 0;
  const statistics = await connection.getStats();
  statistics.forEach((report: { type: string; nominated?: boolean; currentRoundTripTime?: number }) => {
    if (report.type === 'candidate-pair' && report.nominated === true)
      seconds = report.currentRoundTripTime ?? seconds;
  });
  return seconds * 500;
}
