import type { CameraTransport } from '../contract/camera.ts';
import type { RtspTransport } from '../rtsp/rtsp-session.ts';

/**
 * Which way a camera's packets are asked to come: TCP first, which loses nothing, unless a person wants UDP; the other way
 * where the camera does not send this way, and from then on the one that works.
 */
export class TransportChoice {
  readonly #order: readonly RtspTransport[];
  #working: RtspTransport | null;
  /** Of `#order`: what is tried now. */
  #index = 0;

  /** @param working what worked last; null: not known */
  constructor(wanted: CameraTransport, working: RtspTransport | null) {
    this.#working = working;
    // A person who wants TCP gets nothing else; UDP is never all that is tried, since firewalls swallow it.
    if (wanted === 'tcp') this.#order = ['tcp'];
    else if (working !== null) this.#order = working === 'tcp' ? ['tcp', 'udp'] : ['udp', 'tcp'];
    else this.#order = wanted === 'udp' ? ['udp', 'tcp'] : ['tcp', 'udp'];
  }

  get current(): RtspTransport {
    return this.#order[this.#index] ?? 'tcp';
  }

  /** The current one was refused, or nothing came. True when another one is worth trying at once. */
  refused(): boolean {
    this.#index = (this.#index + 1) % this.#order.length;
    return this.#index > 0;
  }

  /** Packets come this way. True when that is worth remembering. */
  works(transport: RtspTransport): boolean {
    this.#index = Math.max(this.#order.indexOf(transport), 0);
    // TCP at the first try is what would be tried anyway.
    const isNews = transport !== (this.#working ?? this.#order[0]);
    this.#working = transport;
    return isNews;
  }
}
