import type { Camera, CameraEvent } from '../../main/contract/camera.ts';
import type { IceServers } from '../../main/contract/ice-server.ts';
import type { CustomKeys } from '../../main/contract/keys.ts';
import type { LanHostState } from '../../main/contract/lan-host.ts';
import type { MediaNetworks } from '../../main/contract/media-network.ts';
import type { Account } from '../../main/contract/people.ts';
import { type CameraRight, type ConsoleRight, cameraRightsOf } from '../../main/contract/rights.ts';
import type { WallPlace } from '../../main/contract/shell.ts';
import type { Site } from '../../main/contract/site.ts';
import type { Policy } from '../../main/contract/site-file-policy.ts';
import type { ViewerLimitsInUse } from '../../main/contract/viewer-limits.ts';
import { ClipMirror } from '../clips/clip-mirror.svelte.ts';
import { EventMirror } from '../events/event-mirror.svelte.ts';
import { m } from '../language/messages.ts';
import { type CallFailure, callFailure, notLinked } from '../link/call-error.ts';
import type { EngineClient } from '../link/engine-client.ts';
import { EngineLink } from '../link/engine-link.svelte.ts';
import { followEvents } from '../link/follow-events.ts';
import { pause } from '../link/pause.ts';
import type { Transport } from '../link/transport.ts';
import { Looks } from '../looks/looks.svelte.ts';
import type { BudgetTile } from '../playback/ceilings.ts';
import { DecodeWatch } from '../playback/decode-watch.svelte.ts';
import { NetworkWatch } from '../playback/network-watch.svelte.ts';
import { PictureWatch } from '../playback/picture-watch.ts';
import { Playback } from '../playback/playback.svelte.ts';
import { Stage } from '../playback/stage.svelte.ts';
import type { Stream } from '../playback/stream.ts';
import type { ViewerConnection } from '../playback/viewer-connection.ts';
import { Zooms } from '../zoom/zooms.svelte.ts';
import { CameraMirror } from './camera-mirror.svelte.ts';
import { Clock } from './clock.svelte.ts';
import { areaOf, distanceOf } from './grid.ts';
import { LayoutMirror } from './layout-mirror.svelte.ts';
import { NumberEntry } from './number-entry.svelte.ts';
import { Toasts } from './toasts.svelte.ts';
import { Wall } from './wall.svelte.ts';

/** An old picture is known as one so soon after its time. */
const freshnessMilliseconds = 500;
const delayMilliseconds = 1_000;

export type Dialog =
  | { readonly name: 'keys' }
  /** Commands, cameras and walls by name. */
  | { readonly name: 'palette' }
  | { readonly name: 'joystick' }
  /** The PIN that lets somebody out of the kiosk. */
  | { readonly name: 'pin' }
  | { readonly name: 'kiosk'; readonly kiosk: Policy['kiosk'] }
  | { readonly name: 'media-network'; readonly networks: MediaNetworks }
  | { readonly name: 'ice-servers'; readonly servers: IceServers }
  | { readonly name: 'connection-test' }
  | { readonly name: 'lan-host'; readonly lan: LanHostState }
  | { readonly name: 'viewer-limits'; readonly limits: ViewerLimitsInUse }
  | { readonly name: 'updates'; readonly updates: Policy['updates'] }
  /** Null: a new one. */
  | { readonly name: 'camera'; readonly cameraId: string | null }
  /** A new one. */
  | { readonly name: 'phone-camera' }
  | { readonly name: 'history'; readonly cameraId: string }
  | { readonly name: 'share'; readonly cameraId: string }
  | { readonly name: 'examination'; readonly cameraId: string }
  | { readonly name: 'group'; readonly cameraIds: readonly string[] }
  | { readonly name: 'find-cameras' }
  | { readonly name: 'import' }
  | { readonly name: 'site-import' }
  | { readonly name: 'site-export' }
  | { readonly name: 'layout-name'; readonly layoutId: string }
  /** What the tile of this page shows. */
  | { readonly name: 'tile'; readonly index: number }
  /** Which walls the tour of walls goes through. */
  | { readonly name: 'tour' }
  | { readonly name: 'people' }
  | { readonly name: 'audit' }
  | { readonly name: 'account' }
  /** At the desktop window. */
  | { readonly name: 'sign-in' }
  | { readonly name: 'unlock' }
  | { readonly name: 'settings' }
  | { readonly name: 'alarms' }
  | { readonly name: 'clips' }
  | { readonly name: 'health' };

/** Everything behind the page: one for each window. */
export class Station {
  readonly clock: Clock = new Clock();
  readonly mirror: CameraMirror = new CameraMirror();
  readonly layouts: LayoutMirror = new LayoutMirror();
  readonly events: EventMirror = new EventMirror();
  readonly clips: ClipMirror = new ClipMirror();
  readonly playback: Playback = new Playback();
  readonly toasts: Toasts = new Toasts();
  readonly looks: Looks = new Looks();
  readonly link: EngineLink;
  readonly wall: Wall;
  readonly stage: Stage;
  readonly zooms: Zooms;
  readonly numberEntry: NumberEntry;
  readonly pictures: PictureWatch;
  readonly decoding: DecodeWatch;
  readonly network: NetworkWatch;
  /** Whether bars, words and buttons are due: pictures do not wait for them. */
  furnished: boolean = $state(false);
  /** Whether the list of cameras stands beside the wall. */
  listOpen: boolean = $state(false);
  /** Whether the events stand beside the wall. */
  eventsOpen: boolean = $state(false);
  #site = $state.raw<Site | null>(null);
  #account = $state.raw<Account | null>(null);
  /** Whether the first wall may be drawn, or has been. */
  #drawn = $state(false);
  #dialog = $state.raw<Dialog | null>(null);
  #client: EngineClient | null = null;

  constructor(transport: Transport, place?: WallPlace) {
    this.link = new EngineLink(transport);
    this.wall = new Wall(this.mirror, this.layouts, place);
    this.zooms = new Zooms(this.wall);
    this.stage = new Stage(this.wall, this.playback, (tile) => this.zooms.isZoomed(tile));
    this.numberEntry = new NumberEntry(this.mirror);
    this.decoding = new DecodeWatch(
      this.playback,
      this.stage,
      () => this.#budgetTiles(),
      () => this.#streamsAhead(),
    );
    this.network = new NetworkWatch(this.playback, () => this.#budgetTiles());
    this.pictures = new PictureWatch(
      () => this.playback.slots,
      (cameraId) => ({
        mayStandStill: this.mirror.camera(cameraId)?.mayStandStill ?? false,
        isSteered: this.mirror.isSteered(cameraId, performance.now()),
      }),
    );
  }

  /** Whether all is known that the first picture of the console needs, so that it is drawn once and right. */
  get ready(): boolean {
    return (
      this.#drawn &&
      this.mirror.loaded &&
      this.layouts.loaded &&
      this.#site !== null &&
      this.#account !== null
    );
  }

  /** Who is in front of this window; null until it is known. */
  get account(): Account | null {
    return this.#account;
  }

  /** What this person has changed of the keys. */
  get keys(): CustomKeys {
    return this.#account?.keys ?? {};
  }

  /** Whether this console shows its wall and takes no orders. */
  get locked(): boolean {
    return this.#account?.lock != null;
  }

  may(right: ConsoleRight): boolean {
    return this.#account?.rights.console.includes(right) ?? false;
  }

  mayWith(camera: Camera, right: CameraRight): boolean {
    return this.#account !== null && cameraRightsOf(this.#account.rights, camera).has(right);
  }

  /** Settings, notices and backups; null until they are known. */
  get site(): Site | null {
    return this.#site;
  }

  /** The dialog that is open. */
  get dialog(): Dialog | null {
    return this.#dialog;
  }

  /** What this person may not do is said, and not opened: the engine would refuse it. */
  open(dialog: Dialog): void {
    // The kiosk has a PIN of its own.
    if (this.locked && dialog.name !== 'pin') this.#dialog = { name: 'unlock' };
    else if (this.#mayOpen(dialog)) this.#dialog = dialog;
    else this.refuse();
  }

  refuse(): void {
    this.toasts.fail(m.shell_not_allowed());
  }

  #mayOpen(dialog: Dialog): boolean {
    const manages = (id: string) => {
      const camera = this.mirror.camera(id);
      return camera === undefined || this.mayWith(camera, 'manage');
    };
    switch (dialog.name) {
      case 'kiosk':
      case 'updates':
      case 'media-network':
      case 'ice-servers':
      case 'lan-host':
      case 'viewer-limits':
      case 'alarms':
      case 'site-import':
      case 'site-export':
        return this.may('settings');
      case 'find-cameras':
      case 'phone-camera':
      case 'import':
        return this.may('discovery');
      case 'camera':
        return dialog.cameraId === null ? this.may('discovery') : manages(dialog.cameraId);
      case 'examination':
      case 'share':
        return manages(dialog.cameraId);
      case 'group':
        return dialog.cameraIds.every(manages);
      case 'layout-name':
      case 'tile':
      case 'tour':
        return this.may('layouts');
      case 'people':
      case 'audit':
        return this.may(dialog.name);
      case 'keys':
      case 'palette':
      case 'joystick':
      case 'pin':
      case 'connection-test':
      case 'history':
      case 'clips':
      case 'health':
      case 'settings':
      case 'account':
      case 'sign-in':
      case 'unlock':
        return true;
      default:
        return dialog satisfies never;
    }
  }

  closeDialog(): void {
    this.#dialog = null;
  }

  /** The engine's API while the link holds. */
  get client(): EngineClient | null {
    return this.#client;
  }

  /** Asks the engine for something; what goes wrong is the answer, too. */
  async ask<Answer>(
    work: (client: EngineClient) => Promise<Answer>,
  ): Promise<{ readonly answer: Answer; readonly failure: null } | { readonly failure: CallFailure }> {
    const client = this.#client;
    if (client === null) return { failure: notLinked };
    try {
      return { answer: await work(client), failure: null };
    } catch (error) {
      return { failure: await callFailure(error) };
    }
  }

  /** The same, where a word about what went wrong is all that can be done; undefined then. */
  async try<Answer>(
    work: (client: EngineClient) => Promise<Answer>,
  ): Promise<{ answer: Answer } | undefined> {
    const result = await this.ask(work);
    if (result.failure === null) return { answer: result.answer };
    this.toasts.fail(result.failure.message);
    return undefined;
  }

  /** Runs until the signal is aborted. */
  run(signal: AbortSignal): void {
    this.clock.run(signal);
    void this.pictures.run(signal);
    void this.decoding.run(signal);
    void this.network.run(signal);
    const settling = setInterval(() => void this.playback.settleDelays(), delayMilliseconds);
    signal.addEventListener('abort', () => clearInterval(settling), { once: true });
    const checking = setInterval(() => this.#checkFreshness(), freshnessMilliseconds);
    signal.addEventListener('abort', () => clearInterval(checking), { once: true });
    void this.link.run((client, connection, viewer) => this.#serve(client, connection, viewer), signal);
  }

  /** The tiles that show something, for what they may have of it. */
  #budgetTiles(): BudgetTile[] {
    const { tiles, shape, selected, maximised } = this.wall;
    const centre = selected === null ? undefined : shape.cells[selected];
    const { front, previews } = this.stage;
    const firsts = new Set([
      ...[selected, maximised].map((tile) => (tile === null ? undefined : tiles[tile]?.id)),
      ...[front?.id, ...previews.map(({ cameraId }) => cameraId)],
    ]);
    return tiles.flatMap((camera, tile) => {
      const cell = shape.cells[tile];
      if (camera === null || cell === undefined || this.stage.plan(tile).wanted === null) return [];
      if (this.stage.rests(tile)) return [];
      return {
        tile,
        comesFirst: firsts.has(camera.id) || this.zooms.isZoomed(tile),
        isAlarmed: this.events.cameras.has(camera.id),
        area: areaOf(cell, shape),
        distance: centre === undefined ? 0 : distanceOf(cell, centre),
        wantsMain: this.stage.wantsMain(tile),
      };
    });
  }

  /** What a tour loads before it shows it. */
  #streamsAhead(): Stream[] {
    const { ahead } = this.wall;
    return (ahead?.tiles ?? []).flatMap((camera, tile) =>
      this.stage
        .plan(tile)
        .surfaces.flatMap((stream) => (camera !== null && stream?.cameraId === camera.id ? stream : [])),
    );
  }

  /** Behind another page no frames are shown, and nothing is known. */
  #checkFreshness(): void {
    if (document.visibilityState !== 'visible') return;
    this.playback.checkFreshness(performance.now());
    this.stage.checkMains(performance.now());
  }

  #serve(client: EngineClient, signal: AbortSignal, viewer: ViewerConnection | null): void {
    this.#client = client;
    signal.addEventListener('abort', () => {
      if (this.#client === client) this.#client = null;
    });
    const follow = <Event>(
      watch: () => Promise<AsyncIterable<Event>>,
      apply: (event: Event) => void | Promise<void>,
    ): Promise<void> => followEvents(watch, apply, signal);
    void follow(
      () => client.layouts.watch(undefined, { signal }),
      (event) => this.layouts.apply(event),
    );
    void follow(
      () => client.site.watch(undefined, { signal }),
      (site) => {
        this.#site = site;
      },
    );
    void follow(
      () => client.account.watch(undefined, { signal }),
      (account) => this.#identify(account),
    );
    void follow(
      () => client.cameras.watch(undefined, { signal }),
      (event) => this.#applyCameras(event, signal),
    );
    void follow(
      () => client.events.watch(undefined, { signal }),
      (change) => this.events.apply(change),
    );
    void follow(
      () => client.clips.watch(undefined, { signal }),
      (event) => {
        const words = this.clips.apply(event);
        if (words !== null) this.toasts.fail(words);
      },
    );
    // What was changed while the engine was away.
    for (const layout of this.layouts.unsaved) this.saveLayout(layout);
    void this.playback.run(client, () => this.wall.size, signal, viewer);
  }

  /** Somebody else is here, or the same person may do something else: what is open may not be theirs any more. */
  #identify(account: Account): void {
    const before = this.#account;
    this.#account = account;
    if ((before?.lock ?? null) !== null || account.lock !== null) {
      this.#lockChanged(before, account);
      return;
    }
    if (before === null || JSON.stringify(before.rights) === JSON.stringify(account.rights)) return;
    if (this.#dialog !== null && !this.#mayOpen(this.#dialog)) this.closeDialog();
    const isSame = before.userId === account.userId && before.kind === account.kind;
    this.toasts.tell(
      isSame ? m.shell_access_changed() : m.shell_account({ name: account.name, role: account.roleName }),
    );
  }

  #lockChanged(before: Account | null, { lock }: Account): void {
    if ((before?.lock ?? null) !== null && lock !== null) return;
    this.closeDialog();
    this.listOpen = false;
    this.eventsOpen = false;
    if (lock !== null) this.playback.endReplays();
  }

  /** The first cameras: drawing a wall keeps the page busy for longer than its pictures need to begin, so these go first. */
  async #applyCameras(event: CameraEvent, signal: AbortSignal): Promise<void> {
    const isFirst = !this.#drawn && event.type === 'snapshot' && event.cameras.length > 0;
    if (isFirst) await this.playback.prepare(signal);
    this.mirror.apply(event);
    if (isFirst) {
      this.stage.arrange();
      this.decoding.arrange();
      // A turn, in which what was just arranged is sent.
      await pause(0, signal);
    }
    this.#drawn = true;
  }

  /** A layout was changed here: it counts at once, and is stored now or as soon as the engine is back. */
  saveLayout(layout: Parameters<LayoutMirror['change']>[0]): void {
    this.layouts.change(layout);
    const client = this.#client;
    if (client === null) return;
    client.layouts.save(layout).then(
      () => this.layouts.settle(layout),
      async (error: unknown) => {
        const failure = await callFailure(error);
        // Without an answer the next connection tries again.
        if (failure.code === 'no-answer') return;
        this.layouts.settle(layout);
        this.toasts.fail(m.wall_not_changed({ name: layout.name, reason: failure.message }));
      },
    );
  }
}
