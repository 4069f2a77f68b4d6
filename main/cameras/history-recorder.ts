import type { Log } from '../base/log.ts';
import type { StreamProfile, StreamStatus } from '../contract/camera.ts';
import type { CameraHistory, StateChange, StreamHistory, StreamSample } from '../contract/history.ts';
import type { HistoryTable, StoredSample, StoredStateChange } from '../store/history-table.ts';
import type { CameraSession, Received } from './camera-session.ts';

const dayMilliseconds = 24 * 60 * 60 * 1_000;
const sampleMilliseconds = 5 * 60_000;
const tickMilliseconds = 10_000;
/** Written once a minute: what a crash takes along is at most this. */
const ticksPerWrite = 6;
const freshMilliseconds = 1_000;
/** What the disk does not take is kept up to here; then the oldest changes go. */
const maximumUnwritten = 10_000;

/** One stream whose packets are counted. */
export interface RecordedStream {
  readonly cameraId: string;
  readonly profile: StreamProfile;
  readonly session: CameraSession;
}

const nothing: Received = { bytes: 0, frames: 0, keyFrames: 0, packets: 0, lost: 0 };

const receivedNames = Object.keys(nothing) as (keyof Received)[];

interface Counting {
  readonly cameraId: string;
  readonly profile: StreamProfile;
  /** Undefined while nothing was received in this sample. */
  sample: StreamSample | undefined;
  /** When the sample began, of `performance.now()`. */
  sampleSince: number;
  /** Whether the sample has changed since it was written. */
  isUnwritten: boolean;
  /** Of the session when the sample was counted last. */
  received: Received;
  /** Of `performance.now()`; undefined while the stream does not play. */
  playingSince: number | undefined;
  last: StateChange;
}

/** Keeps what happened to each stream during the last day: its changes of state, and what came in, in steps of five minutes. */
export class HistoryRecorder implements Disposable {
  readonly #table: HistoryTable;
  readonly #log: Log;
  readonly #streams: () => Iterable<RecordedStream>;
  readonly #counting = new Map<string, Counting>();
  readonly #timer: NodeJS.Timeout;
  #unwritten: StoredStateChange[] = [];
  #finished: StoredSample[] = [];
  #ticks = 0;
  #failed = false;
  #wroteAt = Number.NEGATIVE_INFINITY;

  /** @param streams all sessions there are, asked every ten seconds */
  constructor(options: { table: HistoryTable; streams: () => Iterable<RecordedStream>; log: Log }) {
    this.#table = options.table;
    this.#streams = options.streams;
    this.#log = options.log;
    this.#timer = setInterval(() => {
      this.#count();
      if (++this.#ticks % ticksPerWrite === 0) this.#write();
    }, tickMilliseconds);
  }

  /** A stream's status has changed. */
  note(cameraId: string, profile: StreamProfile, status: StreamStatus, received: Received): void {
    const counting = this.#of(cameraId, profile);
    this.#add(counting, received);
    const isPlaying = status.state === 'playing';
    if (isPlaying && counting.playingSince === undefined) {
      this.#sample(counting).connects++;
      counting.playingSince = performance.now();
    } else if (!isPlaying) {
      counting.playingSince = undefined;
    }
    const change = changeOf(status);
    if (change === undefined || isSame(change, counting.last)) return;
    this.#change(counting, change);
  }

  /** Up to this moment; a stream that has not changed for longer than a day comes with its last change. */
  read(cameraId: string): CameraHistory {
    this.#count();
    // Many cameras may be read one after the other: each would wait for the disk.
    if (this.#unwritten.length > 0 || performance.now() - this.#wroteAt > freshMilliseconds) this.#write();
    const after = Date.now() - dayMilliseconds;
    const streams = (['main', 'sub'] as const).map((profile): StreamHistory => {
      const changes = this.#table.changes(cameraId, profile, after);
      const last = this.#counting.get(`${cameraId} ${profile}`)?.last;
      const isOld = last !== undefined && last.state !== 'unwatched' && last.at <= after;
      return {
        profile,
        changes: isOld && changes.length === 0 ? [last] : changes,
        samples: this.#table.samples(cameraId, profile, after),
      };
    });
    return {
      cameraId,
      streams: streams.filter(({ changes, samples }) => changes.length + samples.length > 0),
    };
  }

  /** How often each stream was lost during the last day, by `CAMERA PROFILE`. */
  losses(): ReadonlyMap<string, number> {
    this.#write();
    return this.#table.losses(Date.now() - dayMilliseconds);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#count();
    // Until the engine starts again nobody watches; else the last state would seem to go on.
    for (const counting of this.#counting.values()) {
      if (counting.last.state !== 'unwatched') this.#change(counting, { state: 'unwatched', code: null });
    }
    this.#write();
  }

  #change(counting: Counting, change: Pick<StateChange, 'state' | 'code'>): void {
    const { cameraId, profile } = counting;
    counting.last = { at: Date.now(), ...change };
    this.#unwritten.push({ cameraId, profile, ...counting.last });
    if (this.#unwritten.length > maximumUnwritten) this.#unwritten.shift();
  }

  #of(cameraId: string, profile: StreamProfile): Counting {
    const key = `${cameraId} ${profile}`;
    const known = this.#counting.get(key);
    if (known !== undefined) return known;
    const counting: Counting = {
      cameraId,
      profile,
      sample: undefined,
      sampleSince: 0,
      isUnwritten: false,
      received: nothing,
      playingSince: undefined,
      last: { at: 0, state: 'unwatched', code: null },
    };
    this.#counting.set(key, counting);
    return counting;
  }

  #count(): void {
    const seen = new Set<string>();
    for (const { cameraId, profile, session } of this.#streams()) {
      seen.add(`${cameraId} ${profile}`);
      const counting = this.#of(cameraId, profile);
      this.#add(counting, session.received);
      this.#addQuality(counting, session.quality);
    }
    for (const [key, counting] of this.#counting) {
      if (seen.has(key)) continue;
      this.#finish(counting);
      this.#counting.delete(key);
    }
  }

  /** What came in since the last time. */
  #add(counting: Counting, received: Received): void {
    const before = counting.received;
    counting.received = received;
    // A session of a camera that was restored counts from 0 again.
    const added = (name: keyof Received) => Math.max(0, received[name] - before[name]);
    const since = counting.playingSince;
    if (added('bytes') === 0 && added('frames') === 0 && since === undefined) return;
    const sample = this.#sample(counting);
    for (const name of receivedNames) sample[name] += added(name);
    if (since === undefined) return;
    const now = performance.now();
    sample.seconds += (now - since) / 1_000;
    counting.playingSince = now;
  }

  /** The largest of five minutes. */
  #addQuality(counting: Counting, { jitter, delay }: CameraSession['quality']): void {
    if (counting.playingSince === undefined) return;
    const sample = this.#sample(counting);
    if (jitter !== null) sample.jitter = Math.max(sample.jitter ?? 0, jitter);
    if (delay !== null) sample.delay = Math.max(sample.delay ?? 0, delay);
  }

  /** The sample that is being counted, to be changed: one begins when something comes in, and ends five minutes later. */
  #sample(counting: Counting): NonNullable<Counting['sample']> {
    if (!isCurrent(counting)) this.#finish(counting);
    counting.isUnwritten = true;
    if (counting.sample === undefined) {
      counting.sample = {
        ...{ at: Date.now(), seconds: 0, connects: 0, jitter: null, delay: null },
        ...nothing,
      };
      counting.sampleSince = performance.now();
    }
    return counting.sample;
  }

  #finish(counting: Counting): void {
    const { cameraId, profile, sample, isUnwritten } = counting;
    counting.sample = undefined;
    counting.isUnwritten = false;
    if (sample !== undefined && isUnwritten) this.#finished.push({ cameraId, profile, ...sample });
    if (this.#finished.length > maximumUnwritten) this.#finished.shift();
  }

  #write(): void {
    this.#wroteAt = performance.now();
    const samples = [...this.#finished];
    for (const { cameraId, profile, sample, isUnwritten } of this.#counting.values()) {
      if (sample !== undefined && isUnwritten) samples.push({ cameraId, profile, ...sample });
    }
    try {
      this.#table.write(this.#unwritten, samples, Date.now() - dayMilliseconds);
      this.#unwritten = [];
      this.#finished = [];
      this.#failed = false;
      for (const counting of this.#counting.values()) counting.isUnwritten = false;
    } catch (error) {
      if (!this.#failed) this.#log.error({ err: error }, 'the history of the cameras could not be written');
      this.#failed = true;
    }
  }
}

/** Whether the five minutes of its sample are not over, by both clocks: one may be set, the other sleeps. */
function isCurrent({ sample, sampleSince }: Counting): boolean {
  if (sample === undefined) return false;
  const now = Date.now();
  if (now < sample.at || now >= sample.at + sampleMilliseconds) return false;
  return performance.now() < sampleSince + sampleMilliseconds;
}

function changeOf(status: StreamStatus): Pick<StateChange, 'state' | 'code'> | undefined {
  switch (status.state) {
    case 'idle':
      return { state: 'unwatched', code: null };
    case 'standby':
    case 'playing':
      return { state: status.state, code: null };
    case 'waiting':
      return { state: 'waiting', code: status.error.code };
    case 'connecting':
      return undefined;
    default:
      return status satisfies never;
  }
}

function isSame(a: Pick<StateChange, 'state' | 'code'>, b: Pick<StateChange, 'state' | 'code'>): boolean {
  return a.state === b.state && a.code === b.code;
}
