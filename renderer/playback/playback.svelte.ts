import { flushSync } from 'svelte';
import type { VideoCodec } from '../../main/contract/codecs.ts';
import { maximumSlots } from '../../main/contract/limits.ts';
import type { ReceivedPicture } from '../../main/contract/picture-message.ts';
import type { ReplayCommand } from '../../main/contract/replay.ts';
import type { SlotBinding, ViewerNetwork } from '../../main/contract/viewer.ts';
import { m } from '../language/messages.ts';
import { linkBackoffMilliseconds } from '../link/backoff.ts';
import { callFailure } from '../link/call-error.ts';
import type { EngineClient } from '../link/engine-client.ts';
import { pause } from '../link/pause.ts';
import { countDecoding, type DecodeCount } from './decode-count.ts';
import { DelayMeter, wayMilliseconds } from './delay.svelte.ts';
import type { OpenViewer } from './open-viewer.ts';
import { createPictureDecoder, type PictureDecoder } from './picture-decoder.ts';
import { type Share, Slot } from './slot.svelte.ts';
import { assignSlots } from './slot-assignment.ts';
import { loadSlotCount, saveSlotCount } from './slot-memory.ts';
import { Sound } from './sound.svelte.ts';
import { StaleReports } from './stale-reports.ts';
import { type Stream, streamKey } from './stream.ts';
import { type SkippingSlots, ViewerConnection } from './viewer-connection.ts';

const showRetryMilliseconds = 1_000;
/** What an engine takes a new viewer to want, as it is compared here. */
const nothingReduced = ' ';
/** Where the wall is not known yet: enough for most. */
const usualSlots = 16;
/** When another tile is selected, two change their streams, and have two for a moment. */
const spareSlots = 2;
/** An engine that is well answers within a tenth of it. */
const prepareMilliseconds = 200;
const freeNetwork: ViewerNetwork = { short: 0, hasRoom: true };
/** At once: where more pictures are missing than this, it is not for reasons of their own. */
const maximumArrivalChecks = 8;

/** The pictures of this window: which stream is in which slot, and the peer connection that they come through. */
export class Playback {
  readonly sound: Sound = new Sound();
  readonly delayMeter: DelayMeter = new DelayMeter();
  readonly staleReports: StaleReports = new StaleReports();
  readonly #slots: Slot[] = [];
  /** By stream, for the tiles; a new one with each change, of which a wall makes a hundred at once. */
  #slotOfStream: ReadonlyMap<string, Slot> = $state.raw(new Map());
  #viewer: OpenViewer | null = null;
  #open = $state(false);
  #refusal = $state<string | null>(null);
  /** Nothing gets through to this window, although the engine has a viewer for it. */
  #unreached = $state(false);
  #network = $state.raw(freeNetwork);
  readonly #unsent = new Set<Slot>();
  /** By slot: of those whose pictures come over the data channel. */
  readonly #decoders = new Map<number, { codec: VideoCodec; decoder: PictureDecoder }>();
  #flushing = false;
  /** The slots that the engine was told last; null: nobody knows whether it has heard of them. */
  #toldKeyFrames: string | null = nothingReduced;
  #visibleSince = 0;
  #remembered = loadSlotCount();
  readonly #firstWanted = Promise.withResolvers<void>();
  readonly #firstAnswered = Promise.withResolvers<void>();

  constructor() {
    for (let index = 0; index < this.expectedTiles; index++) this.#slot(index);
  }

  /** Whether the engine has a viewer for this window; pictures cannot come without. */
  get open(): boolean {
    return this.#open && !this.#unreached;
  }

  /** Why this window gets no pictures at all; null when it does, or when that is not known. */
  get refusal(): string | null {
    return this.#refusal ?? (this.#unreached ? m.tile_unreached() : null);
  }

  /** What reaches this window of what it asks for. */
  get network(): ViewerNetwork {
    return this.#network;
  }

  /** How many tiles the last wall of this browser had; 0: nobody knows. */
  get expectedTiles(): number {
    return Math.max(0, (this.#remembered ?? 0) - spareSlots);
  }

  /** In their order; those that the last wall of this browser had are there from the start, and the first wall takes them in its order. */
  get slots(): readonly Slot[] {
    return this.#slots;
  }

  slot(stream: Stream | null): Slot | undefined {
    return stream === null ? undefined : this.#slotOfStream.get(streamKey(stream));
  }

  /** Shows the past in a slot, goes through it or back to the present; rejects with what the engine says against it. */
  async control(slot: Slot, command: ReplayCommand): Promise<void> {
    const viewer = this.#viewer;
    const { index, assignment, replay } = slot;
    if (viewer === null || (command.kind === 'live' && replay === null)) return;
    if (command.kind !== 'live' && replay === null) {
      const ago = command.kind === 'skip' ? -command.milliseconds : command.kind === 'seek' ? command.ago : 0;
      const speed = command.kind === 'skip' || command.kind === 'seek' ? 1 : 0;
      slot.setReplay(assignment, { ago, oldest: ago, speed });
    }
    try {
      await viewer.client.viewer.replay({ viewerId: viewer.id, slot: index, assignment, command });
    } catch (error) {
      if (replay === null) slot.setReplay(assignment, null);
      throw error;
    }
  }

  /** Everything is live again. */
  endReplays(): void {
    // A window that cannot be told has lost its pictures, and begins with live ones.
    for (const slot of this.#slots) this.control(slot, { kind: 'live' }).catch(() => {});
  }

  /** Shows exactly these streams; what is sent to the engine is collected until the end of the turn. */
  want(streams: readonly Stream[]): void {
    const before = this.#slots.map(({ stream }) => stream);
    const after = assignSlots(before, streams, maximumSlots);
    const isAnother = after.map((stream, index) => {
      const slot = this.#slot(index);
      if (slot.stream === stream) return false;
      slot.assign(stream);
      this.#unsent.add(slot);
      return true;
    });
    if (isAnother.includes(true)) {
      const shown = this.#slots.filter(({ stream }) => stream !== null);
      this.#slotOfStream = new Map(shown.map((slot) => [streamKey(slot.stream as Stream), slot]));
    }
    if (streams.length > 0) {
      this.#firstWanted.resolve();
      this.#rememberSlots(Math.min(maximumSlots, streams.length + spareSlots));
    }
    this.#scheduleFlush();
  }

  /**
   * Opens the way of the pictures before any is wanted. Resolves when all was said that the page must say for it, and when
   * that takes longer than a moment.
   */
  async prepare(signal: AbortSignal): Promise<void> {
    this.#firstWanted.resolve();
    await Promise.race([this.#firstAnswered.promise, pause(prepareMilliseconds, signal)]);
  }

  /**
   * Keeps a viewer open for as long as the link holds; never rejects. A browser that has shown pictures before opens it at once,
   * another one with the first picture that is wanted: slots that show nothing have their price, since Chromium reports on each
   * of them once a second.
   * @param slots how many the wall needs, so that they are all there at once
   * @param early the first one, where the page has opened it already
   */
  async run(
    client: EngineClient,
    slots: () => number,
    signal: AbortSignal,
    early: ViewerConnection | null,
  ): Promise<void> {
    let expected = this.#remembered ?? 0;
    if (expected === 0) {
      await this.#firstWanted.promise;
      expected = usualSlots;
    }
    for (let attempt = 0; !signal.aborted; attempt++) {
      let isOpen = false;
      let retryMilliseconds = 0;
      const needed = Math.min(maximumSlots, Math.max(expected, slots() + spareSlots, this.#slots.length));
      try {
        const connection = early ?? new ViewerConnection(Promise.resolve(client), needed);
        await connection.run(
          {
            opened: (id, connection) => {
              isOpen = true;
              this.#onOpened({
                ...{ id, client },
                wayMilliseconds: () => wayMilliseconds(connection),
                countDecoding: async () => countDecoding((await connection.getStats()).values()),
              });
            },
            reached: (isReached) => {
              this.#unreached = !isReached;
            },
            answered: () => this.#firstAnswered.resolve(),
            track: (index, media, receiver) => this.#slot(index).attach(media, receiver),
            way: (index, assignment, way) => this.#slot(index).setWay(assignment, way),
            still: (index, assignment, milliseconds) =>
              this.#slot(index).setStill(
                assignment,
                milliseconds === null ? null : performance.now() - milliseconds,
              ),
            replay: (index, assignment, position) => this.#slot(index).setReplay(assignment, position),
            skipping: (slots) => this.#onSkipping(slots),
            network: (network) => {
              this.#network = network;
            },
            picture: (picture) => this.#onPicture(picture),
            soundTrack: (receiver) => this.sound.attach(receiver),
            sound: (message) => this.sound.receive(message),
            // At once: the elements keep a copy of their last picture as soon as they know that it is old.
            closing: () => flushSync(() => this.#onLost()),
          },
          signal,
        );
      } catch (error) {
        // Refused, or the link ended: the wall shows that no picture arrives, and the next attempt may do.
        const { code, message, retryAfterSeconds = 0 } = await callFailure(error);
        this.#refusal = code === 'no-answer' ? null : message;
        // Not all who found no room at the same moment.
        retryMilliseconds = retryAfterSeconds * 1_000 * (1 + Math.random() / 2);
      }
      expected = 0;
      early = null;
      if (isOpen) attempt = 0;
      await pause(Math.max(retryMilliseconds, linkBackoffMilliseconds(attempt)), signal);
    }
  }

  /** To be called twice a second while the page is visible. */
  checkFreshness(now: number): void {
    this.sound.check(now);
    for (const slot of this.#slots) slot.checkFreshness(now, this.#visibleSince);
    const without = this.#slots.filter(
      ({ stream, picture }) => stream !== null && picture !== 'arriving' && picture !== 'past',
    );
    for (const slot of without.slice(0, maximumArrivalChecks)) void slot.checkArrival(now);
  }

  /** To be called once a second. */
  async settleDelays(): Promise<void> {
    await this.delayMeter.settle(
      this.#viewer,
      this.#slots.map(({ delay }) => delay),
    );
  }

  /** What this window has decoded so far; null while it has no viewer. */
  async countDecoding(): Promise<DecodeCount | null> {
    return (await this.#viewer?.countDecoding()) ?? null;
  }

  /** Which pictures are enough from now on: all of them for slots that are not named. */
  share(shares: ReadonlyMap<Slot, Share>): void {
    for (const slot of this.#slots) slot.setShare(shares.get(slot) ?? 'all');
    this.#sendKeyFrames();
  }

  /** What the engine knows already is not said again. */
  #sendKeyFrames(): void {
    const viewer = this.#viewer;
    const indexes = (slots: readonly Slot[]) => slots.map(({ index }) => index);
    const slots = indexes(this.#slots.filter(({ share }) => share !== 'all'));
    const seldom = indexes(this.#slots.filter(({ share }) => share === 'seldom'));
    const wanted = `${slots.join()} ${seldom.join()}`;
    if (viewer === null || wanted === this.#toldKeyFrames) return;
    this.#toldKeyFrames = wanted;
    viewer.client.viewer.showKeyFrames({ viewerId: viewer.id, slots, seldom }).catch(() => {
      // The next viewer is told anyway; this one is asked again.
      setTimeout(() => {
        if (this.#viewer !== viewer) return;
        this.#toldKeyFrames = null;
        this.#sendKeyFrames();
      }, showRetryMilliseconds);
    });
  }

  /** The page is in front again: frames were not shown while it was not. */
  becameVisible(now: number): void {
    this.#visibleSince = now;
    for (const slot of this.#slots) slot.becameVisible(now);
  }

  #slot(index: number): Slot {
    for (let next = this.#slots.length; next <= index; next++) this.#slots.push(new Slot(next));
    return this.#slots[index] as Slot;
  }

  #rememberSlots(count: number): void {
    if (count === this.#remembered) return;
    this.#remembered = count;
    saveSlotCount(count);
  }

  #onOpened(viewer: OpenViewer): void {
    this.#viewer = viewer;
    this.#open = true;
    this.#refusal = null;
    this.sound.opened(viewer);
    this.staleReports.opened(viewer);
    this.#toldKeyFrames = nothingReduced;
    this.#sendKeyFrames();
    for (const slot of this.#slots) if (slot.stream !== null) this.#unsent.add(slot);
    this.#flush();
  }

  #onLost(): void {
    this.#viewer = null;
    this.#open = false;
    this.#network = freeNetwork;
    this.sound.lost();
    this.staleReports.lost();
    for (const slot of this.#slots) slot.detach();
    for (const { decoder } of this.#decoders.values()) decoder.close();
    this.#decoders.clear();
  }

  #onSkipping(slots: SkippingSlots): void {
    const of = new Map(slots.map((entry) => [entry.slot, entry]));
    for (const slot of this.#slots) {
      const { assignment = slot.assignment, reason = null } = of.get(slot.index) ?? {};
      slot.setSkipping(assignment, reason);
    }
  }

  #onPicture(picture: ReceivedPicture): void {
    const { slot: index, assignment, codec } = picture;
    const slot = this.#slots[index];
    if (slot === undefined || assignment !== slot.assignment) return;
    slot.received(picture.waited, performance.now());
    // It may be here before the engine's word for its way.
    slot.setWay(assignment, { kind: 'channel', codec });
    let entry = this.#decoders.get(index);
    if (entry?.codec !== codec) {
      entry?.decoder.close();
      const decoder = createPictureDecoder(codec, (of, image) => slot.show(of, image, performance.now()));
      entry = { codec, decoder };
      this.#decoders.set(index, entry);
    }
    entry.decoder.decode(picture);
  }

  #scheduleFlush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const viewer = this.#viewer;
    if (viewer === null || this.#unsent.size === 0) return;
    const slots = [...this.#unsent];
    this.#unsent.clear();
    void this.#show(viewer, slots);
  }

  async #show(viewer: OpenViewer, slots: readonly Slot[]): Promise<void> {
    const sent = slots.map((slot) => ({ slot, assignment: slot.assignment }));
    const bindings = sent.map(
      ({ slot: { index, stream }, assignment }): SlotBinding => ({
        assignment,
        slot: index,
        cameraId: stream?.cameraId ?? null,
        profile: stream?.profile ?? 'sub',
      }),
    );
    try {
      await viewer.client.viewer.show({ viewerId: viewer.id, bindings });
      const now = performance.now();
      for (const { slot, assignment } of sent) slot.confirm(assignment, now);
    } catch {
      // The link may have ended, and then the next viewer gets everything; else the engine is asked again.
      setTimeout(() => {
        if (this.#viewer !== viewer) return;
        for (const slot of slots) this.#unsent.add(slot);
        this.#flush();
      }, showRetryMilliseconds);
    }
  }
}
