import type { EngineClient } from '../link/engine-client.ts';

/** A new way is looked for on the same connection, and the pictures stand; after this long everything is begun anew. */
const patienceMilliseconds = 15_000;
const restartMilliseconds = 2_000;

/**
 * What this window has to say about the way of its pictures: candidates, which wait until the engine has the answer that they belong
 * to; and while the way is lost, again and again, that another one is needed.
 */
export class MediaWay {
  readonly #giveUp: () => void;
  readonly #waiting: RTCIceCandidate[] = [];
  #viewer: { readonly client: EngineClient; readonly id: string } | undefined;
  #asking: ReturnType<typeof setInterval> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;

  /** @param giveUp called when no other way was found */
  constructor(giveUp: () => void) {
    this.#giveUp = giveUp;
  }

  /** The engine has the answer. */
  begin(client: EngineClient, id: string): void {
    this.#viewer = { client, id };
    for (const candidate of this.#waiting.splice(0)) this.#send(candidate);
  }

  add(candidate: RTCIceCandidate): void {
    if (this.#viewer === undefined) this.#waiting.push(candidate);
    else this.#send(candidate);
  }

  /** The way is lost, or a better one may be there. */
  restart(): void {
    // What cannot be said now is said again as long as the way is lost.
    const { client, id: viewerId } = this.#viewer ?? {};
    if (viewerId !== undefined) client?.viewer.restart({ viewerId }).catch(() => {});
  }

  /** Asks for another way until it is found or given up. */
  search(): void {
    if (this.#asking !== undefined) return;
    this.#asking = setInterval(() => this.restart(), restartMilliseconds);
    this.#patience = setTimeout(this.#giveUp, patienceMilliseconds);
    this.restart();
  }

  /** Ends a search. */
  found(): void {
    clearInterval(this.#asking);
    clearTimeout(this.#patience);
    this.#asking = undefined;
  }

  #send({ candidate, sdpMid, sdpMLineIndex }: RTCIceCandidate): void {
    const { client, id: viewerId } = this.#viewer ?? {};
    if (viewerId === undefined) return;
    // A candidate that is lost is no failure: others may do, and the end of the link is noticed elsewhere.
    client?.viewer.candidate({ viewerId, candidate: { candidate, sdpMid, sdpMLineIndex } }).catch(() => {});
  }
}

/** @param signal ends it */
export function onNetworkChange(changed: () => void, signal: AbortSignal): void {
  // Only Chromium tells of a change between two networks.
  const { connection } = navigator as Navigator & { readonly connection?: EventTarget };
  connection?.addEventListener('change', changed, { signal });
  addEventListener('online', changed, { signal });
}
