import { createHash } from 'node:crypto';
import { ChangeQueue } from '../base/change-queue.ts';
import { closedWith } from '../base/closed-with.ts';
import { Gate } from '../base/gate.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { streamKey } from '../cameras/camera-input.ts';
import type { CameraRegistry } from '../cameras/camera-registry.ts';
import type { CameraTarget } from '../cameras/camera-session.ts';
import type { CameraTrials } from '../cameras/camera-trials.ts';
import type { CameraFile } from '../contract/camera-file.ts';
import type { ExaminationEvent, ExaminationInput } from '../contract/examination.ts';
import { formatTrace } from '../trace/trace-file.ts';
import { TraceRecorder } from '../trace/trace-recorder.ts';
import { TraceRedaction } from '../trace/trace-redaction.ts';
import { Examination, type SampleLength, type Subject, usualSample } from './examination.ts';

/** Each holds a connection to a camera, and its whole trace. */
const maximumExaminations = 4;
/** A password that was refused is not sent again before this, however often somebody asks: cameras lock accounts. */
const refusedPauseMilliseconds = 60_000;

/** Examines cameras, each by one at a time. Nothing of an examination outlives its subscription. */
export class CameraDoctor implements AsyncDisposable {
  readonly #cameras: Pick<CameraRegistry, 'dialled'>;
  readonly #trials: Pick<CameraTrials, 'target'>;
  readonly #version: string;
  readonly #sample: SampleLength;
  readonly #stop = new AbortController();
  /** By what is examined. */
  readonly #running = new Map<string, Promise<void>>();
  /** Until when a password is held back, of `performance.now()`; by a digest of host, user and password. */
  readonly #refused = new Map<string, number>();

  constructor(options: {
    cameras: Pick<CameraRegistry, 'dialled'>;
    trials: Pick<CameraTrials, 'target'>;
    version: string;
    sample?: SampleLength;
  }) {
    this.#cameras = options.cameras;
    this.#trials = options.trials;
    this.#version = options.version;
    this.#sample = options.sample ?? usualSample;
  }

  /**
   * Examines a camera for as long as its events are read, and the signal is not aborted.
   * @throws GatehouseError bad-input, not-found, limit-reached
   */
  examine({ camera, withPictures }: ExaminationInput, signal: AbortSignal): AsyncGenerator<ExaminationEvent> {
    const { key, ...subject } = this.#subject(camera);
    this.#refuseTooMany(key, subject.main.name);
    const stop = new AbortController();
    const ending = AbortSignal.any([signal, stop.signal, this.#stop.signal]);
    const events = new ChangeQueue<string, ExaminationEvent>();
    let failure: unknown;
    const working = this.#work(subject, withPictures, { events, signal: ending })
      .catch((error: unknown) => {
        failure = error;
        stop.abort();
      })
      .finally(() => this.#running.delete(key));
    this.#running.set(key, working);
    const told = (async function* (): AsyncGenerator<ExaminationEvent> {
      for await (const event of events.read(ending)) {
        yield event;
        if (event.type === 'ended') return;
      }
      if (failure !== undefined && !signal.aborted) throw failure;
    })();
    return closedWith(told, async () => {
      stop.abort();
      await working;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running.values());
  }

  async #work(
    subject: Subject,
    withPictures: boolean,
    { events, signal }: { events: ChangeQueue<string, ExaminationEvent>; signal: AbortSignal },
  ): Promise<void> {
    const recorder = new TraceRecorder({ withPictures });
    const recordedAt = Date.now();
    const emit = (event: ExaminationEvent) => events.put(keyOf(event), event);
    const examination = new Examination(subject, { recorder, sample: this.#sample, emit });
    await examination.run(signal);
    const { main } = subject;
    if (examination.isRefused && !subject.isHeldBack) this.#remember(main);
    const redaction = new TraceRedaction({
      username: main.username,
      password: main.password?.reveal() ?? null,
      names: examination.names,
    });
    const findings = examination.findings.map(({ meaning: _, advice: __, ...found }) => found);
    const head = { madeBy: `Gatehouse ${this.#version}`, recordedAt, findings };
    const trace = recorder.isEmpty ? null : fileOf(formatTrace(recorder.finish(head, redaction)), recordedAt);
    emit({ type: 'ended', trace });
  }

  #subject(camera: ExaminationInput['camera']): Subject & { readonly key: string } {
    if ('cameraId' in camera) {
      const { camera: stored, main, sub, gate } = this.#cameras.dialled(camera.cameraId);
      const onvifUrl = stored.onvifUrl === null ? null : new URL(stored.onvifUrl);
      return { key: stored.id, ...this.#heldBack(main, sub), onvifUrl, gate };
    }
    const target = this.#trials.target(camera.stream);
    return { key: streamKey(target.url), ...this.#heldBack(target, null), onvifUrl: null, gate: new Gate() };
  }

  /** Without the password where it was refused a moment ago. */
  #heldBack(main: CameraTarget, sub: CameraTarget | null): Pick<Subject, 'main' | 'sub' | 'isHeldBack'> {
    const isHeldBack = (this.#refused.get(accountOf(main)) ?? 0) > performance.now();
    if (!isHeldBack) return { main, sub, isHeldBack };
    const nobody = { username: null, password: null };
    return { main: { ...main, ...nobody }, sub: sub === null ? null : { ...sub, ...nobody }, isHeldBack };
  }

  #remember(target: CameraTarget): void {
    const now = performance.now();
    for (const [account, until] of this.#refused) if (until <= now) this.#refused.delete(account);
    this.#refused.set(accountOf(target), now + refusedPauseMilliseconds);
  }

  #refuseTooMany(key: string, name: string): void {
    if (this.#running.has(key)) {
      throw new GatehouseError(
        'limit-reached',
        `${name} is being examined already. Wait until that is done.`,
        {
          camera: name,
        },
      );
    }
    if (this.#running.size < maximumExaminations) return;
    throw new GatehouseError(
      'limit-reached',
      `${maximumExaminations} cameras are being examined already. Wait until one of them is done.`,
    );
  }
}

function accountOf({ url, username, password }: CameraTarget): string {
  const [host = ''] = /(?<=:\/\/)[^/?]*/.exec(url) ?? [];
  const account = JSON.stringify([host.toLowerCase(), username, password?.reveal() ?? null]);
  return createHash('sha256').update(account).digest('hex');
}

/** No event takes the place of another one that was not read yet. */
function keyOf(event: ExaminationEvent): string {
  switch (event.type) {
    case 'began':
    case 'ended':
      return event.type;
    case 'step':
      return `step ${event.examined.step} ${event.examined.profile}`;
    case 'finding':
      return `finding ${event.finding.step} ${event.finding.profile}`;
    default:
      return event satisfies never;
  }
}

function fileOf(text: string, recordedAt: number): CameraFile {
  const moment = new Date(recordedAt).toISOString().slice(0, 19).replaceAll(':', '-');
  return { fileName: `gatehouse-trace-${moment}.jsonl`, text };
}
