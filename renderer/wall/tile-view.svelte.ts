import type { Camera, StreamStatus } from '../../main/contract/camera.ts';
import type { StaleCause } from '../../main/contract/event.ts';
import type { Tile } from '../../main/contract/tile.ts';
import { inSentence, joined } from '../language/formats.ts';
import { m } from '../language/messages.ts';
import type { KeptPicture } from '../playback/kept-pictures.svelte.ts';
import { type PictureVerdict, unsuspicious } from '../playback/picture-judge.ts';
import type { Slot } from '../playback/slot.svelte.ts';
import type { Sound } from '../playback/sound.svelte.ts';
import type { Stream } from '../playback/stream.ts';
import type { Cell } from '../state/grid.ts';
import type { Station } from '../state/station.svelte.ts';
import { type SoundState, soundState } from './sound-words.ts';
import {
  fallenBackWords,
  narrowWords,
  rateWords,
  replacedWords,
  skippingWords,
  staleCause,
  type TileState,
  tileState,
  viewWords,
} from './tile-state.ts';

const corner: Cell = { column: 0, row: 0, columns: 1, rows: 1 };

/** All that one tile shows, put together from the station's parts. */
export class TileView {
  readonly index: number;
  readonly #station: Station;

  readonly camera: Camera | null = $derived.by(() => this.#station.wall.tiles[this.index] ?? null);
  readonly stream: Stream | null = $derived.by(() => this.#station.stage.shown(this.index));
  readonly slot: Slot | undefined = $derived.by(() => this.#station.playback.slot(this.stream));
  readonly first: SurfaceView;
  /** The second element exists only while it has something to show. */
  readonly second: SurfaceView;
  readonly selected: boolean = $derived.by(() => this.#station.wall.selected === this.index);
  /** Somebody has chosen it: the only tile of a wall is selected without. */
  readonly picked: boolean = $derived.by(() => this.#station.wall.picked === this.index);
  readonly maximised: boolean = $derived.by(() => this.#station.wall.maximised === this.index);
  /** Its camera has an alarm that nobody has acknowledged. */
  readonly alarmed: boolean = $derived.by(
    () => this.camera !== null && this.#station.events.cameras.has(this.camera.id),
  );
  /** Behind the maximised tile. */
  readonly covered: boolean = $derived.by(() => this.#station.wall.maximised !== null && !this.maximised);
  /** The last picture from before a rest, as long as there is no new one. */
  readonly kept: KeptPicture | null = $derived.by(() =>
    this.camera === null || (this.slot?.picture ?? 'none') !== 'none'
      ? null
      : this.#station.stage.kept(this.camera.id),
  );
  /** How long ago the picture of a replay was received, milliseconds; null: there is none. */
  readonly replayAgo: number | null = $derived.by(() => {
    const replay = this.slot?.replay ?? null;
    if (replay === null) return null;
    const { at, position } = replay;
    return position.speed === 0 ? Math.max(position.ago, this.#station.clock.monotonic - at) : position.ago;
  });
  readonly state: TileState = $derived.by(() => {
    const { link, playback, clock } = this.#station;
    return tileState({
      hasCamera: this.camera !== null,
      linked: link.state.name === 'connected' || link.state.name === 'restoring',
      viewerOpen: playback.open,
      viewerRefusal: playback.refusal,
      status: this.#status,
      picture: this.slot?.picture ?? 'none',
      replayAgo: this.replayAgo,
      verdict: this.#verdict,
      seldom: this.slot?.share === 'seldom' ? { interval: this.slot.interval } : null,
      arrival: this.slot?.arrival ?? 'unknown',
      unshowable: this.slot?.way.kind === 'none' ? this.slot.way.codec : null,
      skipping: this.slot?.skipping ?? null,
      lastFrameAt: this.slot?.lastFrameAt ?? null,
      keptAt: this.kept?.at ?? null,
      returning: this.slot?.isReturning ?? false,
      time: clock.time,
      monotonic: clock.monotonic,
    });
  });
  readonly #verdict: PictureVerdict = $derived.by(() => this.slot?.verdict ?? unsuspicious);
  /** What is odd about a view that is live; null: nothing. */
  readonly viewWords: string | null = $derived.by(() =>
    this.state.name === 'live' ? viewWords[this.#verdict.view] : null,
  );
  readonly #status: StreamStatus | undefined = $derived.by(() => {
    const { stream } = this;
    return stream === null ? undefined : this.#station.mirror.status(stream.cameraId, stream.profile);
  });
  /** Of its sound; null when nobody wants to hear it. */
  readonly sound: SoundState | null = $derived.by(() => {
    const { playback, clock } = this.#station;
    const { cameraId, wantedAt, isArriving, isBlocked, playsAac } = playback.sound;
    if (this.camera === null || this.camera.id !== cameraId || this.covered) return null;
    const wantedFor = clock.monotonic - wantedAt;
    const { number } = this.camera;
    return soundState({ number, status: this.#status, isArriving, isBlocked, playsAac, wantedFor });
  });
  /** How many of its pictures are shown where this computer has too much to decode; null: all. */
  readonly reduced: string | null = $derived.by(() => {
    const { name } = this.state;
    if (this.slot === undefined || this.slot.share === 'all' || (name !== 'live' && name !== 'seldom'))
      return null;
    return rateWords(this.slot.interval);
  });
  /** Whether its camera sends sound that may be heard. */
  readonly hasSound: boolean = $derived.by(
    () => this.#status?.state === 'playing' && this.#status.audio?.kind === 'playable',
  );
  /** What is worth saying of a picture that is there, and of its sound. */
  readonly remarks: readonly string[] = $derived.by(() => {
    if (this.state.name !== 'live') return [];
    const replaced = this.#station.stage.replaced(this.index);
    const skipping = this.slot?.skipping ?? null;
    const silence = this.sound?.reason ?? null;
    return [
      ...(replaced === null ? [] : [replacedWords(replaced)]),
      ...(this.#station.stage.hasFallenBack(this.index) ? [fallenBackWords] : []),
      ...(this.#isNarrow ? [narrowWords] : []),
      ...(skipping === null ? [] : [skippingWords(skipping)]),
      ...(silence === null ? [] : [silence]),
    ];
  });
  /** What it is set to, whatever it shows. */
  readonly setting: Tile = $derived.by(() => this.#station.wall.tileAt(this.index));
  /** Only the wall has it that a tour shows next, or that is not known yet. */
  readonly isAhead: boolean = $derived.by(
    () => !this.#station.ready || this.index >= this.#station.wall.size,
  );
  /** What a tile without a camera waits for; null: for somebody to fill it. */
  readonly emptyWords: string | null = $derived.by(() => {
    const { setting } = this;
    if (setting === null || typeof setting === 'string') return null;
    if (setting.shows === 'hotspot') return m.tile_empty_hotspot();
    return setting.shows === 'tour' ? m.tile_empty_tour() : null;
  });
  /** Whether only the network to this window keeps it from its main stream. */
  readonly #isNarrow: boolean = $derived.by(() => {
    const { stage, network } = this.#station;
    const ceiling = network.ceilings[this.index] ?? 'main';
    return ceiling !== 'main' && stage.wantsMain(this.index) && this.stream?.profile === 'sub';
  });
  /** Where it is on the wall. */
  readonly cell: Cell = $derived.by(() => this.#station.wall.shape.cells[this.index] ?? corner);
  /** How late its picture is, milliseconds; null: nobody wants to know, or nobody knows. */
  readonly delay: number | null = $derived.by(() =>
    this.#station.playback.delayMeter.on ? (this.slot?.delay.milliseconds ?? null) : null,
  );
  /** Number and name of its camera. */
  readonly title: string | null = $derived.by(() =>
    this.camera === null ? null : m.tile_camera({ number: this.camera.number, name: this.camera.name }),
  );
  /** What is wrong, without what counts on; null: nothing; undefined: not known yet. */
  readonly trouble: string | null | undefined = $derived.by(() => {
    const { name, brief } = this.state;
    if (name === 'connecting' || name === 'empty' || name === 'replay' || name === 'seldom') return undefined;
    return name === 'live' ? this.viewWords : brief;
  });
  /** That its picture does not move on, and why; null: it does, or nobody can see it. */
  readonly stale: { readonly cameraId: string; readonly cause: StaleCause } | null = $derived.by(() => {
    const { name, cause } = this.state;
    const told = name === 'stale' && !this.covered ? staleCause(cause) : null;
    return told === null || this.camera === null ? null : { cameraId: this.camera.id, cause: told };
  });
  /** For those who hear the wall. */
  readonly label: string = $derived.by(() => {
    const { camera, state, sound } = this;
    if (camera === null) return m.tile_label_empty({ number: this.index + 1 });
    const odd = this.viewWords === null ? [] : [inSentence(this.viewWords)];
    // A time that counts on would be said again and again.
    const isCounting = state.name === 'replay' || state.name === 'seldom';
    const said = inSentence(isCounting ? state.brief : state.words);
    const words = [m.tile_camera({ number: camera.number, name: camera.name }), said, ...odd];
    return joined([...words, ...(sound === null ? [] : [inSentence(sound.reason ?? sound.words)])]);
  });

  constructor(station: Station, index: number) {
    this.#station = station;
    this.index = index;
    this.first = new SurfaceView(station, this, 0);
    this.second = new SurfaceView(station, this, 1);
  }

  /** What this window hears. */
  get heard(): Sound {
    return this.#station.playback.sound;
  }

  select(): void {
    this.#station.wall.select(this.index);
  }

  toggleMaximised(): void {
    this.#station.wall.toggleMaximised(this.index);
  }

  toggleSound(): void {
    if (this.camera !== null) this.#station.playback.sound.toggle(this.camera.id);
  }

  edit(): void {
    if (this.camera !== null) this.#station.open({ name: 'camera', cameraId: this.camera.id });
  }

  examine(): void {
    if (this.camera !== null) this.#station.open({ name: 'examination', cameraId: this.camera.id });
  }

  /** The view is right as it is. */
  acceptView(): void {
    if (this.stream !== null) this.#station.pictures.accept(this.stream);
    this.slot?.setVerdict(unsuspicious);
  }
}

/** One of the two `<video>` elements of a tile. Each of its facts changes alone: what a wall plans anew is mostly as it was. */
class SurfaceView {
  readonly #station: Station;
  readonly #tile: TileView;
  readonly #place: 0 | 1;
  readonly #stream: Stream | null = $derived.by(
    () => this.#station.stage.plan(this.#tile.index).surfaces[this.#place],
  );
  readonly slot: Slot | undefined = $derived.by(() => {
    const { ready, playback } = this.#station;
    if (ready || this.#place === 1) return playback.slot(this.#stream);
    // Most likely: a track that is there before its pictures shows the first of them sooner.
    return playback.slots[this.#tile.index];
  });
  readonly shown: boolean = $derived.by(
    () => this.slot !== undefined && this.slot === this.#tile.slot && this.slot.picture !== 'none',
  );
  /** Width through height as its picture is to be shown; null: as it is. */
  readonly shape: number | null = $derived.by(() => {
    if (this.#stream === null) return null;
    const status = this.#station.mirror.status(this.#stream.cameraId, this.#stream.profile);
    return status?.state === 'playing' ? (status.shape ?? null) : null;
  });

  constructor(station: Station, tile: TileView, place: 0 | 1) {
    this.#station = station;
    this.#tile = tile;
    this.#place = place;
  }
}
