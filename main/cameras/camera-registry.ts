import { randomUUID } from 'node:crypto';
import { Announcer } from '../base/announcer.ts';
import { Gate } from '../base/gate.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import type {
  Camera,
  CameraConnection,
  CameraDriver,
  CameraEdit,
  CameraEvent,
  CameraInput,
  CameraStatus,
  CamerasChange,
  PublishedCameraInput,
  StreamProfile,
} from '../contract/camera.ts';
import type { ImportResult } from '../contract/camera-file.ts';
import type { CameraHistory } from '../contract/history.ts';
import { maximumCameras } from '../contract/limits.ts';
import type { CameraPlace } from '../contract/rights.ts';
import { PictureMemory } from '../media/picture-memory.ts';
import type { ReplayHistory } from '../media/replay-history.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import type { CameraTable, StoredCamera } from '../store/camera-table.ts';
import type { HistoryTable } from '../store/history-table.ts';
import { keepRemovedMilliseconds } from '../store/removal.ts';
import type { Publisher } from '../whip/published-source.ts';
import type { CameraFileContent } from './camera-file.ts';
import { planImport } from './camera-import.ts';
import { editedCamera, newCamera, relocatedCamera, streamKey } from './camera-input.ts';
import { CameraSession, type CameraTarget } from './camera-session.ts';
import { HistoryRecorder, type RecordedStream } from './history-recorder.ts';
import { ProbeSchedule } from './probe-schedule.ts';

const profiles = ['main', 'sub'] as const;

/** The streams of a camera, and what lets one of them be dialled at a time. */
export interface Dialled {
  readonly camera: StoredCamera;
  readonly main: CameraTarget;
  readonly sub: CameraTarget | null;
  readonly gate: Gate;
}

/**
 * All cameras and the sessions of their streams. The table is the truth on disk, this the truth in memory: a change is
 * written first and announced after the commit.
 */
export class CameraRegistry implements AsyncDisposable {
  readonly #table: CameraTable;
  readonly #log: Log;
  readonly #newConnection: () => CameraConnection;
  readonly #onMoved: (before: CameraPlace, after: CameraPlace) => void;
  readonly #publisherOf: (cameraId: string) => Publisher | undefined;
  readonly #requestKeyFrame: (cameraId: string, profile: StreamProfile) => void;
  readonly #pictures: PictureMemory;
  readonly #replay: PictureMemory;
  /** In their order. */
  #cameras = new Map<string, StoredCamera>();
  /** By camera and profile, in one key. */
  readonly #sessions = new Map<
    string,
    { cameraId: string; profile: StreamProfile; session: CameraSession }
  >();
  /** By camera: one dial at a time. */
  readonly #gates = new Map<string, Gate>();
  /** Of cameras that are always connected. */
  readonly #standing = new Map<string, StreamLease>();
  /** Of cameras that were removed a moment ago. */
  readonly #ending = new Set<Promise<void>>();
  readonly #changes = new Announcer<string, CameraEvent>();
  readonly #probes = new ProbeSchedule();
  readonly #history: HistoryRecorder;

  /**
   * @param options.newConnection what a camera begins with when nobody says
   * @param options.onMoved told when a camera is in another group
   * @param options.requestKeyFrame asks a camera for a key frame that viewers wait for
   * @param options.publisherOf who sends to a camera that is published here
   * @param options.pictures memory that all cameras share
   * @param options.replay the same for instant replay; without it nothing is kept
   */
  constructor(options: {
    table: CameraTable;
    history: HistoryTable;
    newConnection: () => CameraConnection;
    onMoved?: (before: CameraPlace, after: CameraPlace) => void;
    requestKeyFrame?: (cameraId: string, profile: StreamProfile) => void;
    publisherOf?: (cameraId: string) => Publisher | undefined;
    pictures?: PictureMemory;
    replay?: PictureMemory;
    log: Log;
  }) {
    this.#onMoved = options.onMoved ?? (() => {});
    this.#requestKeyFrame = options.requestKeyFrame ?? (() => {});
    this.#publisherOf = options.publisherOf ?? (() => undefined);
    this.#pictures = options.pictures ?? new PictureMemory();
    this.#replay = options.replay ?? new PictureMemory(0);
    this.#table = options.table;
    this.#log = options.log;
    this.#newConnection = options.newConnection;
    this.#history = new HistoryRecorder({
      table: options.history,
      streams: () => this.#sessions.values(),
      log: options.log,
    });
    this.#table.purge(Date.now() - keepRemovedMilliseconds);
    for (const stored of this.#table.list()) this.#cameras.set(stored.id, stored);
    const onDemand = [...this.#cameras.values()].filter(({ connection }) => connection === 'on-demand');
    this.#probes.addAll(
      new Map(onDemand.map((camera) => [camera.id, this.#session(camera, wallProfile(camera))])),
    );
    for (const camera of this.#cameras.values())
      if (camera.connection === 'always') this.#attend(camera, false);
  }

  list(): Camera[] {
    return [...this.#cameras.values()].map(present);
  }

  /** @throws GatehouseError not-found when there is no such camera */
  require(cameraId: string): void {
    this.#get(cameraId);
  }

  /** As it is stored, with its password; undefined when there is none of this id. */
  stored(cameraId: string): StoredCamera | undefined {
    return this.#cameras.get(cameraId);
  }

  /** By what is decided who sees a camera, also one that was removed and can be restored; undefined: there is none. */
  place(cameraId: string): CameraPlace | undefined {
    return this.#cameras.get(cameraId) ?? this.#table.removedPlace(cameraId);
  }

  /** @throws GatehouseError bad-input, already-there, limit-reached */
  add(input: CameraInput): Camera {
    const camera = newCamera(input, this.#newConnection());
    this.#refuseTooMany(1);
    this.#refuseTwin(camera);
    const stored = this.#table.insert(camera);
    this.#take(stored);
    return present(stored);
  }

  /** Adds a camera that somebody publishes here. @throws GatehouseError already-there, limit-reached */
  addPublished(input: PublishedCameraInput): Camera {
    const id = randomUUID();
    const camera = newCamera({ ...input, mainUrl: `whip://${id}`, subUrl: null }, this.#newConnection());
    this.#refuseTooMany(1);
    const stored = this.#table.insert({ ...camera, id });
    this.#take(stored);
    return present(stored);
  }

  /** Adds all of them, or none. @throws GatehouseError as `add`; its paths say which: `cameras[3].mainUrl` */
  addAll(inputs: readonly CameraInput[]): Camera[] {
    this.#refuseTooMany(inputs.length);
    const streams = new Map<string, string>();
    const added = inputs.map((input, index) =>
      GatehouseError.within(`cameras[${index}]`, () => {
        const camera = newCamera(input, this.#newConnection());
        this.#refuseTwin(camera);
        const key = streamKey(camera.mainUrl);
        const twin = streams.get(key);
        if (twin !== undefined)
          throw GatehouseError.ofField(
            'mainUrl',
            `${camera.name} has the same address as ${twin}.`,
            'already-there',
          );
        streams.set(key, camera.name);
        return camera;
      }),
    );
    const stored = this.#table.merge([], added);
    for (const camera of stored) this.#take(camera);
    return stored.map(present);
  }

  /** @throws GatehouseError bad-input, already-there, not-found */
  edit({ id, ...changes }: CameraEdit): Camera {
    const stored = this.#get(id);
    const edited = editedCamera(stored, changes);
    if (streamKey(edited.mainUrl) !== streamKey(stored.mainUrl)) this.#refuseTwin(edited);
    this.#table.update([edited]);
    // Who saves a camera that refuses its password may have changed it at the camera.
    this.#take(edited, { retries: true });
    return present(edited);
  }

  /** Gives many cameras the same group or connection. @throws GatehouseError not-found */
  change({ ids, group, connection }: CamerasChange): Camera[] {
    const changed = ids.map((id) => {
      const stored = this.#get(id);
      return { ...stored, group: group ?? stored.group, connection: connection ?? stored.connection };
    });
    this.#table.update(changed);
    for (const stored of changed) this.#take(stored);
    return changed.map(present);
  }

  /**
   * The device of these cameras is at another address now: all of them go there, or none.
   * @param digestOnly no person said so: passwords are not sent there in clear text
   * @throws GatehouseError not-found; already-there when another camera is there
   */
  relocate(ids: readonly string[], address: string, { digestOnly }: { digestOnly: boolean }): Camera[] {
    const moved = ids.map((id) => relocatedCamera(this.#get(id), address, digestOnly));
    for (const camera of moved) this.#refuseTwin(camera);
    this.#table.update(moved);
    for (const camera of moved) this.#take(camera, { retries: true });
    return moved.map(present);
  }

  /** Takes cameras away until they are restored. @throws GatehouseError not-found */
  remove(ids: readonly string[]): void {
    for (const id of ids) this.#get(id);
    this.#table.remove(ids, Date.now());
    for (const id of ids) {
      this.#cameras.delete(id);
      this.#dismiss(id);
      this.#changes.put(`camera ${id}`, { type: 'removed', cameraId: id });
    }
  }

  /** Brings removed cameras back, in their old places. @throws GatehouseError not-found, limit-reached */
  restore(ids: readonly string[]): Camera[] {
    this.#refuseTooMany(ids.length);
    const restored = this.#table.restore(ids);
    for (const stored of restored) this.#take(stored);
    this.#sort();
    return restored.map(present);
  }

  /**
   * Moves cameras, in the order given, in front of another one; null: behind all others.
   * @throws GatehouseError not-found
   */
  reorder(ids: readonly string[], before: string | null): void {
    const moved = new Set(ids);
    for (const id of moved) this.#get(id);
    if (before !== null) this.#get(before);
    const others = [...this.#cameras.keys()];
    // Before one of those that move: before the next one that stays.
    const anchor =
      before === null ? undefined : others.slice(others.indexOf(before)).find((id) => !moved.has(id));
    const staying = others.filter((id) => !moved.has(id));
    const at = anchor === undefined ? staying.length : staying.indexOf(anchor);
    const order = [...staying.slice(0, at), ...moved, ...staying.slice(at)];
    this.#table.reorder(order);
    for (const [position, id] of order.entries())
      this.#cameras.set(id, { ...this.#get(id), order: position });
    this.#sort();
  }

  /**
   * Adds and changes the cameras of a file: all of them, or none.
   * @throws GatehouseError bad-input with every issue of the file; already-there; limit-reached
   */
  import(file: CameraFileContent): ImportResult {
    const { changed, added } = planImport(file, [...this.#cameras.values()], this.#newConnection());
    this.#refuseTooMany(added.length);
    const inserted = this.#table.merge(changed, added);
    for (const stored of [...changed, ...inserted]) this.#take(stored);
    return { added: inserted.length, changed: changed.length };
  }

  /** Takes what a transaction has written that was about more than cameras. @param ids of those that are new or changed */
  reload(ids: readonly string[]): void {
    const stored = new Map(this.#table.list().map((camera) => [camera.id, camera]));
    for (const id of ids) {
      const camera = stored.get(id);
      if (camera !== undefined) this.#take(camera);
    }
    this.#cameras = stored;
    this.#sort();
  }

  /**
   * The right to read a camera's stream; a camera without a sub-stream gives its main stream for both.
   * @throws GatehouseError not-found
   */
  lease(cameraId: string, profile: StreamProfile): StreamLease {
    const camera = this.#get(cameraId);
    if (camera.subUrl === null) return this.#session(camera, 'main').lease();
    const other = profile === 'main' ? 'sub' : 'main';
    return {
      ...this.#session(camera, profile).lease(),
      otherHistory: () => this.#sessions.get(`${cameraId} ${other}`)?.session.stream.history,
    };
  }

  /** What is kept of a camera for replay: of its main stream first. */
  histories(cameraId: string): ReplayHistory[] {
    return profiles.flatMap(
      (profile) => this.#sessions.get(`${cameraId} ${profile}`)?.session.stream.history ?? [],
    );
  }

  /** The stream that shows a camera best among those with pictures now; where there is none, the main one. @throws GatehouseError not-found */
  leasePlaying(cameraId: string): StreamLease {
    const isPlaying = (profile: StreamProfile) =>
      (this.#sessions.get(`${cameraId} ${profile}`)?.session.stream.gop.length ?? 0) > 0;
    return this.lease(cameraId, profiles.find(isPlaying) ?? 'main');
  }

  /**
   * What is dialled for a camera, by somebody who opens its streams beside the sessions here. The gate is theirs, too: a
   * camera is dialled once at a time.
   * @throws GatehouseError not-found
   */
  dialled(cameraId: string): Dialled {
    const camera = this.#get(cameraId);
    return {
      camera,
      main: this.#target(camera, 'main'),
      sub: camera.subUrl === null ? null : this.#target(camera, 'sub'),
      gate: this.#gate(cameraId),
    };
  }

  /** The last day. @throws GatehouseError not-found */
  history(cameraId: string): CameraHistory {
    this.#get(cameraId);
    return this.#history.read(cameraId);
  }

  /** Every stream that was opened or asked since the start. */
  get streams(): Iterable<RecordedStream> {
    return this.#sessions.values();
  }

  /** How often each stream was lost during the last day, by `CAMERA PROFILE`. */
  losses(): ReadonlyMap<string, number> {
    return this.#history.losses();
  }

  statuses(): CameraStatus[] {
    return [...this.#sessions.values()].map(({ cameraId, profile, session }) => ({
      cameraId,
      profile,
      status: session.status,
    }));
  }

  /** How many cameras there are, and how many of them do not play although they should. */
  get counts(): { total: number; inTrouble: number } {
    const waiting = this.statuses().filter(
      ({ status }) => status.state === 'waiting' && status.error.code !== 'camera-not-published',
    );
    return { total: this.#cameras.size, inTrouble: new Set(waiting.map(({ cameraId }) => cameraId)).size };
  }

  /**
   * The network is another one, or the machine was asleep: cameras without a picture are tried at once, not at their time.
   * @param alsoPlaying connections that play are opened anew, too
   */
  redial(alsoPlaying: boolean): void {
    for (const { session } of this.#sessions.values()) session.redial(alsoPlaying);
    const waiting = this.statuses().filter(
      ({ status }) => status.state === 'waiting' && status.error.code !== 'camera-refused-credentials',
    );
    this.#probes.hurry(waiting.map(({ cameraId }) => cameraId));
  }

  /** Somebody has come to send to a camera that is published here, or is gone. */
  publisherChanged(cameraId: string): void {
    this.#sessions.get(`${cameraId} main`)?.session.redial(false);
    this.#probes.hurry([cameraId]);
  }

  /** Everybody is told that somebody turns or zooms a camera. @param seconds about how long it moves */
  tellSteered(cameraId: string, seconds: number): void {
    this.#changes.put(`steered ${cameraId}`, { type: 'steered', cameraId, seconds });
  }

  /** Everybody is told who moves a camera. @param seconds for so long nobody else does */
  tellDriven(cameraId: string, { id, name }: CameraDriver, seconds: number): void {
    this.#changes.put(`driven ${cameraId}`, { type: 'driven', cameraId, driver: { id, name }, seconds });
  }

  /** A snapshot, then changes; a slow reader gets the newest state of each camera and stream. */
  watch(signal: AbortSignal): AsyncGenerator<CameraEvent> {
    return this.#changes.watch(
      () => ({ type: 'snapshot', cameras: this.list(), statuses: this.statuses() }),
      signal,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const sessions = [...this.#sessions.values()].map(({ session }) => session[Symbol.asyncDispose]());
    await Promise.all([this.#probes[Symbol.asyncDispose](), ...sessions, ...this.#ending]);
    this.#history[Symbol.dispose]();
  }

  #get(cameraId: string): StoredCamera {
    const camera = this.#cameras.get(cameraId);
    if (camera === undefined) throw new GatehouseError('not-found', 'This camera does not exist any more.');
    return camera;
  }

  /** A camera is new or was changed: its streams follow, and everybody is told. */
  #take(stored: StoredCamera, { retries } = { retries: false }): void {
    const before = this.#cameras.get(stored.id);
    this.#cameras.set(stored.id, stored);
    if (before !== undefined && before.group !== stored.group) this.#onMoved(before, stored);
    let isElsewhere = false;
    for (const profile of ['main', 'sub'] as const) {
      const entry = this.#sessions.get(`${stored.id} ${profile}`);
      if (entry === undefined) continue;
      if (profile === 'sub' && stored.subUrl === null) this.#end(stored.id, profile);
      else isElsewhere = entry.session.retarget(this.#target(stored, profile), retries) || isElsewhere;
      // Only the stream that walls show is asked how it is: nothing is known of the other one any more.
      if (profile !== wallProfile(stored)) entry.session.forget();
    }
    this.#attend(stored, isElsewhere);
    this.#changes.put(`camera ${stored.id}`, { type: 'camera', camera: present(stored) });
  }

  /** What happens to a camera that nobody watches. @param isElsewhere its address or its password is new */
  #attend(camera: StoredCamera, isElsewhere: boolean): void {
    const session = this.#session(camera, wallProfile(camera));
    const standing = this.#standing.get(camera.id);
    this.#standing.delete(camera.id);
    if (camera.connection === 'always') {
      this.#probes.remove(camera.id);
      this.#standing.set(camera.id, session.lease());
    } else if (isElsewhere || !this.#probes.has(camera.id, session)) {
      // Not for a new group: who refused a password must not be asked again for that.
      this.#probes.add(camera.id, session);
    }
    standing?.[Symbol.dispose]();
  }

  #dismiss(cameraId: string): void {
    this.#probes.remove(cameraId);
    this.#standing.delete(cameraId);
    for (const profile of ['main', 'sub'] as const) this.#end(cameraId, profile);
    this.#gates.delete(cameraId);
  }

  #end(cameraId: string, profile: StreamProfile): void {
    const key = `${cameraId} ${profile}`;
    const entry = this.#sessions.get(key);
    if (entry === undefined) return;
    this.#history.note(cameraId, profile, { state: 'idle' }, entry.session.received);
    this.#sessions.delete(key);
    const ending = entry.session[Symbol.asyncDispose]().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    this.#changes.put(`status ${key}`, {
      type: 'status',
      status: { cameraId, profile, status: { state: 'idle' } },
    });
  }

  #session(camera: StoredCamera, profile: StreamProfile): CameraSession {
    const key = `${camera.id} ${profile}`;
    const existing = this.#sessions.get(key);
    if (existing !== undefined) return existing.session;
    const session: CameraSession = new CameraSession({
      target: this.#target(camera, profile),
      log: this.#log,
      gate: this.#gate(camera.id),
      pictures: this.#pictures,
      replay: this.#replay,
      onTransport: (transport) => this.#learnTransport(camera.id, transport),
      onKeyFrameWanted: () => this.#requestKeyFrame(camera.id, profile),
      onStatus: (status) => {
        // The last word of a session whose camera is gone.
        if (this.#sessions.get(key)?.session !== session) return;
        const changed: CameraStatus = { cameraId: camera.id, profile, status };
        this.#history.note(camera.id, profile, status, session.received);
        this.#changes.put(`status ${key}`, { type: 'status', status: changed });
      },
      isProbed: () => {
        const now = this.#cameras.get(camera.id);
        return now !== undefined && wallProfile(now) === profile;
      },
    });
    this.#sessions.set(key, { cameraId: camera.id, profile, session });
    return session;
  }

  #target(camera: StoredCamera, profile: StreamProfile): CameraTarget {
    const { id, name, mainUrl, subUrl, ...rest } = camera;
    const { username, password, transport, workingTransport, certificate, digestOnly } = rest;
    const url = profile === 'sub' && subUrl !== null ? subUrl : mainUrl;
    const how = { username, password, transport, workingTransport, certificate, digestOnly };
    return { name, url, ...how, publisher: () => this.#publisherOf(id) };
  }

  #gate(cameraId: string): Gate {
    const gate = this.#gates.get(cameraId) ?? new Gate();
    this.#gates.set(cameraId, gate);
    return gate;
  }

  #learnTransport(cameraId: string, transport: 'tcp' | 'udp'): void {
    const stored = this.#cameras.get(cameraId);
    if (stored === undefined) return;
    this.#table.learnTransport(cameraId, transport);
    this.#cameras.set(cameraId, { ...stored, workingTransport: transport });
  }

  #sort(): void {
    const sorted = [...this.#cameras.values()].sort((a, b) => a.order - b.order || a.number - b.number);
    this.#cameras = new Map(sorted.map((camera) => [camera.id, camera]));
    this.#changes.put('order', { type: 'order', cameraIds: [...this.#cameras.keys()] });
  }

  #refuseTooMany(added: number): void {
    if (this.#cameras.size + added <= maximumCameras) return;
    throw new GatehouseError(
      'limit-reached',
      `There cannot be more than ${maximumCameras} cameras. Remove some first; nothing was changed.`,
    );
  }

  #refuseTwin(camera: { readonly id?: string | undefined; readonly mainUrl: string }): void {
    const key = streamKey(camera.mainUrl);
    for (const other of this.#cameras.values()) {
      if (other.id === camera.id || streamKey(other.mainUrl) !== key) continue;
      throw GatehouseError.ofField(
        'mainUrl',
        `This is camera ${other.number}, ${other.name}, already. Change that one instead.`,
        'already-there',
      );
    }
  }
}

/** The stream that walls show. */
function wallProfile({ subUrl }: StoredCamera): StreamProfile {
  return subUrl === null ? 'main' : 'sub';
}

function present(stored: StoredCamera): Camera {
  const { password, order: _, workingTransport: __, digestOnly: ___, ...shown } = stored;
  return { ...shown, hasPassword: password !== null };
}
