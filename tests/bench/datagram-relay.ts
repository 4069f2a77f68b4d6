import dgram from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';

/** What a network does to datagrams. */
export interface Conditions {
  /** Of all RTP and RTCP, either way; 0 to 1. */
  readonly lostShare: number;
  /** Each picture comes later by up to so many milliseconds, every stream in its order. */
  readonly jitterMilliseconds: number;
}

declare global {
  interface Window {
    gatehouseRelay(offer: string): Promise<string>;
  }
}

/**
 * The network between the engine and a window: a socket that the window takes for the engine's, and one that the engine takes
 * for the window's. What is lost and how late things come is the same sequence in each run.
 */
export class DatagramRelay {
  readonly #conditions: Conditions;
  readonly #owned: AsyncDisposableStack;
  readonly #ports = new Map<number, Promise<number>>();
  /** When the last packet of each stream leaves, and of which picture it is. */
  readonly #streams = new Map<number, { timestamp: number; draw: number; leavesAt: number }>();
  #seed = 1;
  #dropped = 0;

  constructor(owned: AsyncDisposableStack, conditions: Conditions) {
    this.#owned = owned;
    this.#conditions = conditions;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Must run before the page does: its peer connections go through the relay. */
  async install(page: Page): Promise<void> {
    await page.exposeFunction('gatehouseRelay', (offer: string) => this.#rewrite(offer));
    await page.addInitScript(() => {
      const { prototype } = RTCPeerConnection;
      type Take = (this: RTCPeerConnection, description: RTCSessionDescriptionInit) => Promise<void>;
      const take: Take = prototype.setRemoteDescription;
      prototype.setRemoteDescription = async function relayed(description: RTCSessionDescriptionInit) {
        const sdp = await window.gatehouseRelay(description.sdp ?? '');
        await take.call(this, { type: description.type, sdp });
      };
      // The engine learns no address of the window but the relay's, from where its checks come.
      const local = Object.getOwnPropertyDescriptor(prototype, 'localDescription');
      Object.defineProperty(prototype, 'localDescription', {
        get(this: RTCPeerConnection) {
          const own: RTCSessionDescription | null = local?.get?.call(this);
          if (own === null) return null;
          const { type, sdp } = own;
          return { type, sdp: sdp.replace(/^a=(candidate:.*|end-of-candidates)\r\n/gm, '') };
        },
      });
      const listen = prototype.addEventListener;
      prototype.addEventListener = function quiet(this: RTCPeerConnection, ...parameters: [string, never]) {
        if (parameters[0] !== 'icecandidate') listen.apply(this, parameters);
      };
    });
  }

  /** Leaves the candidate on loopback alone, at a port of the relay. */
  async #rewrite(offer: string): Promise<string> {
    const lines = await Promise.all(
      offer.split('\r\n').map(async (line) => {
        if (!line.startsWith('a=candidate:')) return line;
        const parts = line.split(' ');
        if (parts[4] !== '127.0.0.1' || parts[2]?.toLowerCase() !== 'udp') return undefined;
        const enginePort = Number(parts[5]);
        const port = this.#ports.get(enginePort) ?? this.#open(enginePort);
        this.#ports.set(enginePort, port);
        parts[5] = String(await port);
        return parts.join(' ');
      }),
    );
    return lines.filter((line) => line !== undefined).join('\r\n');
  }

  async #open(enginePort: number): Promise<number> {
    const near = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    const far = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    await Promise.all([once(near, 'listening'), once(far, 'listening')]);
    for (const socket of [near, far]) socket.on('error', () => {});
    this.#owned.defer(() => {
      near.close();
      far.close();
    });
    let window: dgram.RemoteInfo | undefined;
    near.on('message', (datagram, from) => {
      window = from;
      if (!this.#loses(datagram)) far.send(datagram, enginePort, '127.0.0.1');
    });
    far.on('message', (datagram) => {
      if (window === undefined || this.#loses(datagram)) return;
      const { port, address } = window;
      const wait = this.#wait(datagram);
      if (wait <= 0) near.send(datagram, port, address);
      else
        void delay(wait)
          .then(() => near.send(datagram, port, address))
          .catch(() => {});
    });
    return near.address().port;
  }

  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (this.#seed >>> 8) / 2 ** 23;
  }

  /** Connections are set up without loss: that is another figure. */
  #loses(datagram: Buffer): boolean {
    if (
      !isMedia(datagram) ||
      this.#conditions.lostShare === 0 ||
      this.#random() >= this.#conditions.lostShare
    )
      return false;
    this.#dropped++;
    return true;
  }

  #wait(datagram: Buffer): number {
    const { jitterMilliseconds } = this.#conditions;
    if (jitterMilliseconds === 0 || !isMedia(datagram) || datagram.length < 12) return 0;
    const [timestamp, ssrc] = [datagram.readUInt32BE(4), datagram.readUInt32BE(8)];
    const last = this.#streams.get(ssrc);
    const draw = last?.timestamp === timestamp ? last.draw : this.#random() * jitterMilliseconds;
    const now = performance.now();
    const leavesAt = Math.max(now + draw, last?.leavesAt ?? 0);
    this.#streams.set(ssrc, { timestamp, draw, leavesAt });
    return leavesAt - now;
  }
}

/** RTP or RTCP (RFC 7983). */
function isMedia(datagram: Buffer): boolean {
  return ((datagram[0] ?? 0) & 0xc0) === 0x80;
}
