import type { CameraSession, Received } from '../cameras/camera-session.ts';
import type { RecordedStream } from '../cameras/history-recorder.ts';
import type { Health, StreamHealth } from '../contract/health.ts';
import { adviceFor } from './health-advice.ts';
import type { Machine } from './machine.ts';

const lookMilliseconds = 5_000;
/** Figures are those of the last half minute. */
const keptLooks = 7;
/** Counting the losses of a day reads the disk. */
const lossesMilliseconds = 30_000;

interface Look extends Received {
  readonly at: number;
}

/** How all streams and the computer are: looked at every five seconds, told in one answer. */
export class HealthMonitor implements Disposable {
  readonly #sessions: () => Iterable<RecordedStream>;
  readonly #losses: () => ReadonlyMap<string, number>;
  readonly #machine: Machine;
  /** By session, so that one of a camera that was restored begins anew; the oldest look first. */
  #looks = new Map<CameraSession, readonly Look[]>();
  #counted: { readonly at: number; readonly losses: ReadonlyMap<string, number> } | undefined;
  readonly #timer: NodeJS.Timeout;

  /** @param options.losses how often each stream was lost during the last day, by `CAMERA PROFILE` */
  constructor(options: {
    sessions: () => Iterable<RecordedStream>;
    losses: () => ReadonlyMap<string, number>;
    machine: Machine;
  }) {
    this.#sessions = options.sessions;
    this.#losses = options.losses;
    this.#machine = options.machine;
    this.#timer = setInterval(() => this.look(), lookMilliseconds);
    this.#timer.unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  look(): void {
    this.#machine.look();
    const at = performance.now();
    const looks = new Map<CameraSession, readonly Look[]>();
    for (const { session } of this.#sessions()) {
      // A connection that was made anew is measured anew.
      if (session.status.state !== 'playing') continue;
      const before = this.#looks.get(session) ?? [];
      looks.set(session, [...before.slice(1 - keptLooks), { at, ...session.received }]);
    }
    this.#looks = looks;
  }

  async read(): Promise<Health> {
    const now = performance.now();
    if (this.#counted === undefined || now - this.#counted.at > lossesMilliseconds)
      this.#counted = { at: now, losses: this.#losses() };
    const { losses } = this.#counted;
    const machine = await this.#machine.read();
    const streams = [...this.#sessions()].map((measured) =>
      this.#streamHealth(measured, losses.get(`${measured.cameraId} ${measured.profile}`) ?? 0),
    );
    return { at: Date.now(), machine, streams };
  }

  #streamHealth({ cameraId, profile, session }: RecordedStream, reconnects: number): StreamHealth {
    const { status, stream, quality, transport } = session;
    const none = {
      ...{ codec: null, width: null, height: null, kilobitsPerSecond: null, picturesPerSecond: null },
      ...{ loss: null, jitter: null, delay: null, keyFrameSeconds: null },
    };
    const named = { cameraId, profile, state: status.state, reconnects };
    if (status.state === 'waiting') {
      const meaning = status.error.message;
      return { ...named, ...none, advice: [{ verdict: 'problem', measured: '', meaning, advice: null }] };
    }
    if (status.state !== 'playing') return { ...named, ...none, advice: [] };
    const { jitter, delay } = quality;
    const { codec, keyFrameSeconds, pictureSize } = stream;
    const size = pictureSize === undefined ? null : { width: pictureSize.width, height: pictureSize.height };
    const facts = {
      codec,
      keyFrameSeconds,
      jitter,
      delay,
      width: size?.width ?? null,
      height: size?.height ?? null,
    };
    const figures = this.#figures(session);
    if (figures === null) return { ...named, ...none, ...facts, advice: [] };
    const { seconds, pictures, kilobitsPerSecond, expected, lost } = figures;
    const packets = expected === 0 ? null : { expected, lost };
    const measured = { profile, codec, size, transport, seconds, pictures, kilobitsPerSecond, packets };
    return {
      ...named,
      ...facts,
      kilobitsPerSecond,
      picturesPerSecond: pictures / seconds,
      loss: packets === null ? null : lost / expected,
      advice: adviceFor({ ...measured, keyFrameSeconds, jitter, delay, reconnects }),
    };
  }

  /** What came since the first look that is kept; null: it was looked at only once. */
  #figures(session: CameraSession) {
    const looks = this.#looks.get(session) ?? [];
    const [first] = looks;
    const last = looks.at(-1);
    if (first === undefined || last === undefined || last.at <= first.at) return null;
    const seconds = (last.at - first.at) / 1_000;
    return {
      seconds,
      pictures: last.frames - first.frames,
      kilobitsPerSecond: ((last.bytes - first.bytes) * 8) / 1_000 / seconds,
      expected: last.packets - first.packets,
      lost: Math.max(0, last.lost - first.lost),
    };
  }
}
