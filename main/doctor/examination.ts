import { performance } from 'node:perf_hooks';
import type { Gate } from '../base/gate.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { isRtsp, isWhip, parseCameraAddress } from '../cameras/camera-address.ts';
import type { CameraTarget } from '../cameras/camera-session.ts';
import { openSource, type Source } from '../cameras/source.ts';
import { TransportChoice } from '../cameras/transport-choice.ts';
import type { StreamProfile } from '../contract/camera.ts';
import type { ErrorCode } from '../contract/error-codes.ts';
import type { ExaminationEvent, ExaminationStep, Examined, Finding } from '../contract/examination.ts';
import type { RtspTransport } from '../rtsp/rtsp-session.ts';
import type { TraceRecorder } from '../trace/trace-recorder.ts';
import { describedBy, firstAnswerOf, signInOf } from './dialogue-facts.ts';
import { Ear } from './ear.ts';
import {
  failed,
  type Judgement,
  judgeClock,
  judgeCredentials,
  judgeFirstPacket,
  judgePorts,
  judgeReach,
  judgeRtsp,
  type Knock,
  skipped,
  stepOfFailure,
} from './findings.ts';
import { knockAt } from './knock.ts';
import { examineOnvif, type OnvifExamination } from './onvif-examination.ts';
import {
  judgeBFrames,
  judgeBitRate,
  judgeDescription,
  judgeEnd,
  judgeJitter,
  judgeKeyFrames,
  judgeLoss,
  judgePictures,
  judgeTransport,
} from './stream-findings.ts';
import { type StreamFigures, StreamSample } from './stream-sample.ts';

/** What is examined. */
export interface Subject {
  readonly main: CameraTarget;
  readonly sub: CameraTarget | null;
  /** Null: none is known. */
  readonly onvifUrl: URL | null;
  readonly gate: Gate;
  /** The password was refused a moment ago: it is not sent. */
  readonly isHeldBack: boolean;
}

/** How long a stream is looked at: at least so long, and until two key frames came, but never longer. Seconds. */
export interface SampleLength {
  readonly shortest: number;
  readonly longest: number;
}

export const usualSample: SampleLength = { shortest: 10, longest: 25 };

const cameraSteps: readonly ExaminationStep[] = ['reach', 'ports', 'rtsp', 'credentials'];
const streamSteps: readonly ExaminationStep[] = [
  ...(['description', 'transport', 'first-packet', 'key-frames', 'pictures'] as const),
  ...(['bit-rate', 'loss', 'jitter', 'b-frames'] as const),
];
const lastSteps: readonly ExaminationStep[] = ['clock', 'onvif', 'events'];
const webPort = 80;
/** A stream that ends so short of its sample has been looked at long enough. */
const wholeSample = 0.9;
/** After one of these the other stream fares no better, or must not be tried. */
const hopeless: ReadonlySet<ErrorCode> = new Set([
  'camera-unreachable',
  'camera-refused-credentials',
  'camera-certificate-untrusted',
  'camera-silent',
]);

/** The steps of an examination, in their order. */
export function stepsOf({ sub }: Pick<Subject, 'sub'>): Examined[] {
  const of = (steps: readonly ExaminationStep[], profile: StreamProfile | null) =>
    steps.map((step) => ({ step, profile }));
  return [
    ...of(cameraSteps, null),
    ...of(streamSteps, 'main'),
    ...(sub === null ? [] : of(streamSteps, 'sub')),
    ...of(lastSteps, null),
  ];
}

/**
 * One examination: does what a viewer does, listens along and judges what it heard. It opens streams of its own, one after the
 * other, beside those that are watched: how a stream starts cannot be seen on one that runs, and nobody's picture is taken
 * away. A camera that takes no more viewers says so, which is a finding.
 */
export class Examination {
  readonly #subject: Subject;
  readonly #recorder: TraceRecorder;
  readonly #sample: SampleLength;
  readonly #emit: (event: ExaminationEvent) => void;
  readonly #findings: Finding[] = [];
  #onvif: OnvifExamination | null = null;
  /** What the streams told of the camera's clock. */
  #clock: { reports: number | null; speed: number | null } = { reports: null, speed: null };
  #isRefused = false;

  constructor(
    subject: Subject,
    options: { recorder: TraceRecorder; sample: SampleLength; emit: (event: ExaminationEvent) => void },
  ) {
    this.#subject = subject;
    this.#recorder = options.recorder;
    this.#sample = options.sample;
    this.#emit = options.emit;
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  /** Whether the camera did not take the password. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** What names this one device, known from ONVIF. */
  get names(): readonly string[] {
    return this.#onvif?.names ?? [];
  }

  /** Every step gets its finding. @throws the signal's reason when it is aborted */
  async run(signal: AbortSignal): Promise<void> {
    const { main, sub } = this.#subject;
    this.#emit({ type: 'began', steps: stepsOf(this.#subject) });
    const isThere = await this.#examineAddress(signal);
    const failure = isThere ? await this.#examineStream('main', main, signal) : null;
    if (!isThere) {
      this.#skip(['rtsp', 'credentials'], null, 'The camera was not reached.');
      this.#skip(streamSteps, 'main', 'The camera was not reached.');
    }
    if (sub !== null) {
      if (isThere && (failure === null || !hopeless.has(failure.code)))
        await this.#examineStream('sub', sub, signal);
      else this.#skip(streamSteps, 'sub', 'The main stream did not open.');
    }
    await this.#examineRest(isThere, signal);
  }

  async #examineAddress(signal: AbortSignal): Promise<boolean> {
    const { main, onvifUrl } = this.#subject;
    if (isWhip(main.url)) {
      this.#skip(['reach', 'ports'], null, 'It has no address: it is published here.');
      return true;
    }
    const { host, port } = parseCameraAddress(main.url);
    const isWeb = !isRtsp(main.url);
    this.#begin('reach');
    const knock = await this.#knock(main, host, port, signal);
    this.#find('reach', null, judgeReach(host, knock));
    const isThere = knock.outcome === 'open' || knock.outcome === 'refused';
    if (!isThere) {
      this.#skip(['ports'], null, 'The camera was not reached.');
      return false;
    }
    this.#begin('ports');
    const otherPort =
      onvifUrl === null ? webPort : Number(onvifUrl.port) || (onvifUrl.protocol === 'https:' ? 443 : webPort);
    const web =
      otherPort === port
        ? null
        : {
            port: otherPort,
            knock: await this.#knock(main, host, otherPort, signal),
            isOnvif: onvifUrl !== null,
          };
    const service = isWeb ? 'HTTP' : 'RTSP';
    this.#find('ports', null, judgePorts({ media: { port, knock, service }, web }));
    return knock.outcome === 'open';
  }

  /** One dial at a time, whoever else wants one. */
  async #knock({ name }: CameraTarget, host: string, port: number, signal: AbortSignal): Promise<Knock> {
    using _turn = await this.#subject.gate.enter(signal);
    return await knockAt({ name, host, port }, signal);
  }

  /** @returns what kept it from playing; null: it played */
  async #examineStream(
    profile: StreamProfile,
    target: CameraTarget,
    signal: AbortSignal,
  ): Promise<GatehouseError | null> {
    const ear = new Ear(this.#recorder);
    const choice = new TransportChoice(target.transport ?? 'automatic', target.workingTransport ?? null);
    const refused: RtspTransport[] = [];
    if (profile === 'main') this.#begin('rtsp');
    else this.#begin('description', profile);
    for (;;) {
      const tried = choice.current;
      const heard = { target, ear, refused, profile };
      try {
        await this.#playOnce(heard, tried, signal);
        return null;
      } catch (thrown) {
        signal.throwIfAborted();
        const error = GatehouseError.from(thrown);
        if (error.code === 'camera-transport-refused') {
          refused.push(tried);
          if (choice.refused()) continue;
        }
        this.#fail(heard, error);
        return error;
      }
    }
  }

  async #playOnce(heard: Heard, transport: RtspTransport, signal: AbortSignal): Promise<void> {
    const { target, ear, profile } = heard;
    const stop = new AbortController();
    const playing = AbortSignal.any([signal, stop.signal]);
    await using source = await this.#open({ ...target, witness: ear }, transport, playing);
    if (source.transport !== 'udp') this.#judgeOpening(heard, source);
    this.#begin('first-packet', profile);
    const sample = new StreamSample(source.video, performance.now());
    ear.onRtcp = (packet) => sample.rtcp(packet, Date.now());
    const { shortest, longest } = this.#sample;
    let isHeard = false;
    const look = () => {
      if (!isHeard) {
        isHeard = true;
        if (source.transport === 'udp') this.#judgeOpening(heard, source);
        this.#find('first-packet', profile, judgeFirstPacket(sample.figures.firstPacketMilliseconds, null));
        this.#begin('key-frames', profile);
      }
      const { seconds, keyFrames } = sample;
      if (seconds >= longest || (seconds >= shortest && keyFrames >= 2)) stop.abort();
    };
    try {
      await source.play({
        packet: (packet) => {
          sample.packet(packet, performance.now());
          look();
        },
        picture: (file) => {
          sample.picture(file, performance.now());
          look();
        },
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!isHeard) throw error;
      // What came before it ended is judged, and that it ended; a replayed trace has no more than the sample it was made of.
      const isWhole = sample.seconds >= shortest * wholeSample && sample.keyFrames >= 2;
      this.#judgeSample(heard, sample.figures, source.transport, isWhole ? null : GatehouseError.from(error));
      return;
    }
    signal.throwIfAborted();
    this.#judgeSample(heard, sample.figures, source.transport, null);
  }

  /** One dial at a time, whoever else wants one. */
  async #open(target: CameraTarget, transport: RtspTransport, signal: AbortSignal): Promise<Source> {
    using _turn = await this.#subject.gate.enter(signal);
    return await openSource(target, { signal, transport });
  }

  #judgeOpening({ target, ear, refused, profile }: Heard, source: Source): void {
    const isWeb = !isRtsp(target.url);
    if (profile === 'main') this.#judgeDialogue(target, ear, null);
    this.#find('description', profile, judgeDescription(describedBy(source)));
    this.#find('transport', profile, judgeTransport(isWeb ? null : source.transport, refused));
  }

  /** Once, with the first stream. @param error what ended it */
  #judgeDialogue(target: CameraTarget, ear: Ear, error: GatehouseError | null): void {
    const isWeb = !isRtsp(target.url);
    const isSecure = /^(?:rtsps|https|wheps):/i.test(target.url);
    const isRefused = error?.code === 'camera-refused-credentials';
    const rtsp = isWeb ? skipped('It does not speak RTSP.') : judgeRtsp(firstAnswerOf(ear.answers), error);
    this.#find('rtsp', null, rtsp);
    const hasAnswered = isRefused || error === null || stepOfFailure(error.code) !== 'rtsp';
    if (!hasAnswered) {
      this.#find('credentials', null, skipped('The camera did not get to asking.'));
    } else if (isWeb && !isRefused) {
      this.#find('credentials', null, skipped('Only looked at over RTSP.'));
    } else {
      this.#isRefused = isRefused && target.username !== null;
      this.#find(
        'credentials',
        null,
        judgeCredentials({
          signIn: signInOf(ear.answers),
          hasUser: target.username !== null,
          isSecure,
          isRefused,
          isHeldBack: isRefused && this.#subject.isHeldBack,
        }),
      );
    }
  }

  /** A stream did not open, or ended too early: the step where it happened says why, those behind it cannot be looked at. */
  #fail(heard: Heard, error: GatehouseError): void {
    const { target, ear, profile } = heard;
    const isFound = (step: ExaminationStep, of: StreamProfile | null) =>
      this.#findings.some((found) => found.step === step && found.profile === of);
    let isSaid = false;
    if (profile === 'main' && !isFound('rtsp', null)) {
      this.#judgeDialogue(target, ear, error);
      isSaid = ['rtsp', 'credentials'].includes(stepOfFailure(error.code));
    }
    // It opened and did not play.
    const at = isFound('transport', profile) ? 'first-packet' : stepOfFailure(error.code);
    for (const step of streamSteps) {
      if (isFound(step, profile)) continue;
      const isHere =
        !isSaid && (step === at || (at !== 'description' && at !== 'transport' && at !== 'first-packet'));
      if (isHere) {
        isSaid = true;
        const judgement = step === 'first-packet' ? judgeFirstPacket(null, error) : failed(error);
        this.#find(step, profile, judgement);
      } else {
        this.#find(step, profile, skipped(isSaid ? 'The stream did not play.' : 'Not looked at.'));
      }
    }
  }

  /** @param error what ended it before its time */
  #judgeSample(
    { profile }: Heard,
    figures: StreamFigures,
    transport: RtspTransport | null,
    error: GatehouseError | null,
  ): void {
    this.#find('key-frames', profile, judgeKeyFrames(figures));
    this.#find(
      'pictures',
      profile,
      error === null ? judgePictures(figures, profile) : judgeEnd(figures, error),
    );
    this.#find('bit-rate', profile, judgeBitRate(figures, profile));
    this.#find('loss', profile, judgeLoss(figures, transport));
    this.#find('jitter', profile, judgeJitter(figures));
    this.#find('b-frames', profile, judgeBFrames(figures));
    const { reports, speed } = this.#clock;
    this.#clock = {
      reports: reports ?? figures.clockAheadMilliseconds,
      speed: speed ?? figures.clockSpeed,
    };
  }

  async #examineRest(isThere: boolean, signal: AbortSignal): Promise<void> {
    const { main, onvifUrl } = this.#subject;
    this.#begin('clock');
    this.#onvif =
      onvifUrl === null || !isThere
        ? null
        : await examineOnvif(
            { name: main.name, url: onvifUrl, username: main.username, password: main.password },
            {
              isRefused: this.#isRefused || this.#subject.isHeldBack,
              signal,
              onStep: (step) => this.#begin(step),
            },
          );
    const { reports, speed } = this.#clock;
    this.#find('clock', null, judgeClock({ onvif: this.#onvif?.clockAhead ?? null, reports, speed }));
    if (this.#onvif !== null) {
      this.#find('onvif', null, this.#onvif.services);
      this.#find('events', null, this.#onvif.events);
    } else if (!isThere) {
      this.#skip(['onvif', 'events'], null, 'The camera was not reached.');
    } else {
      const advice =
        'If the camera has ONVIF, enter its address in the settings of this camera: moving it and its events need it.';
      this.#find('onvif', null, skipped('No ONVIF address is known here.', advice));
      this.#find('events', null, skipped('They come over ONVIF.'));
    }
  }

  #begin(step: ExaminationStep, profile: StreamProfile | null = null): void {
    this.#emit({ type: 'step', examined: { step, profile } });
  }

  #find(step: ExaminationStep, profile: StreamProfile | null, judgement: Judgement): void {
    const finding = { step, profile, ...judgement };
    this.#findings.push(finding);
    this.#emit({ type: 'finding', finding });
  }

  #skip(steps: readonly ExaminationStep[], profile: StreamProfile | null, why: string): void {
    for (const step of steps) this.#find(step, profile, skipped(why));
  }
}

/** A stream that is being looked at, and what was heard of it. */
interface Heard {
  readonly target: CameraTarget;
  readonly ear: Ear;
  readonly refused: readonly RtspTransport[];
  readonly profile: StreamProfile;
}
