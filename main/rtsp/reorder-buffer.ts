import type { RtpPacket } from './rtp-packet.ts';

/** Packets that wait for one that was overtaken: 64 of 1,400 bytes are a key frame of a small picture. */
const maximumHeld = 64;
/** Nobody waits longer for a packet that is missing: later than this is lost on a local network. */
const maximumHeldMilliseconds = 40;
/** Farther apart than this it is no gap, but another count: the camera began anew. */
const maximumGap = 1_024;

/**
 * Puts packets that overtook each other on the network (UDP) back into their order. Holds at most 64 packets and none for
 * more than 40 ms; then the missing ones are given up. Doubles and packets that come too late are dropped.
 */
export class ReorderBuffer {
  /** By sequence number, with the time they came. */
  readonly #held = new Map<number, { readonly packet: RtpPacket; readonly at: number }>();
  #next: number | undefined;
  #ssrc: number | undefined;

  /** @param now milliseconds of a monotonic clock  @returns what is in order now */
  push(packet: RtpPacket, now: number): RtpPacket[] {
    const ready: RtpPacket[] = [];
    if (packet.ssrc !== this.#ssrc) this.#restart(ready);
    this.#ssrc = packet.ssrc;
    const ahead = this.#next === undefined ? 0 : (packet.sequenceNumber - this.#next) & 0xffff;
    if (ahead === 0) {
      this.#pass(packet, ready);
    } else if (ahead < maximumGap) {
      this.#held.set(packet.sequenceNumber, { packet, at: now });
      if (this.#held.size > maximumHeld) this.#skip(ready);
    } else if (ahead < 0x10000 - maximumGap) {
      this.#restart(ready);
      this.#pass(packet, ready);
    }
    this.#expire(now, ready);
    return ready;
  }

  /** What need not wait any more. @param now as in `push` */
  release(now: number): RtpPacket[] {
    const ready: RtpPacket[] = [];
    this.#expire(now, ready);
    return ready;
  }

  /** Whether `release` will have something to give. */
  get isHolding(): boolean {
    return this.#held.size > 0;
  }

  #pass(packet: RtpPacket, ready: RtpPacket[]): void {
    ready.push(packet);
    this.#next = (packet.sequenceNumber + 1) & 0xffff;
    this.#passFollowing(ready);
  }

  #passFollowing(ready: RtpPacket[]): void {
    for (;;) {
      const following = this.#next === undefined ? undefined : this.#held.get(this.#next);
      if (following === undefined) return;
      this.#held.delete(following.packet.sequenceNumber);
      ready.push(following.packet);
      this.#next = (following.packet.sequenceNumber + 1) & 0xffff;
    }
  }

  #expire(now: number, ready: RtpPacket[]): void {
    for (;;) {
      // In the order in which they came: the first is the one that has waited longest.
      const [oldest] = this.#held.values();
      if (oldest === undefined || now - oldest.at < maximumHeldMilliseconds) return;
      this.#skip(ready);
    }
  }

  /** Gives up what is missing before the first packet that is held. */
  #skip(ready: RtpPacket[]): void {
    const next = this.#next ?? 0;
    let nearest: number | undefined;
    for (const sequenceNumber of this.#held.keys()) {
      const isNearer =
        nearest === undefined || ((sequenceNumber - next) & 0xffff) < ((nearest - next) & 0xffff);
      if (isNearer) nearest = sequenceNumber;
    }
    this.#next = nearest;
    this.#passFollowing(ready);
  }

  #restart(ready: RtpPacket[]): void {
    while (this.#held.size > 0) this.#skip(ready);
    this.#next = undefined;
  }
}
