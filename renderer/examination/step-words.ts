import type { StreamProfile } from '../../main/contract/camera.ts';
import type { ExaminationStep, Examined, Finding, Verdict } from '../../main/contract/examination.ts';
import { locale } from '../language/locale.ts';
import { m } from '../language/messages.ts';

const steps: Readonly<Record<ExaminationStep, () => string>> = {
  reach: m.examination_step_reach,
  ports: m.examination_step_ports,
  rtsp: m.examination_step_rtsp,
  credentials: m.examination_step_credentials,
  description: m.examination_step_description,
  transport: m.examination_step_transport,
  'first-packet': m.examination_step_first_packet,
  'key-frames': m.examination_step_key_frames,
  pictures: m.examination_step_pictures,
  'bit-rate': m.examination_step_bit_rate,
  loss: m.examination_step_loss,
  jitter: m.examination_step_jitter,
  'b-frames': m.examination_step_b_frames,
  clock: m.examination_step_clock,
  onvif: m.examination_step_onvif,
  events: m.examination_step_events,
};

/** A step, as it is called on the screen. */
export function stepTitle(step: ExaminationStep): string {
  return steps[step]();
}

const verdicts: Readonly<Record<Verdict, () => string>> = {
  ok: m.examination_verdict_ok,
  warning: m.examination_verdict_warning,
  problem: m.examination_verdict_problem,
  skipped: m.examination_verdict_skipped,
};

export function verdictWords(verdict: Verdict): string {
  return verdicts[verdict]();
}

const parts = {
  camera: m.examination_part_camera,
  main: m.examination_part_main,
  sub: m.examination_part_sub,
} as const;
export type Part = keyof typeof parts;

export function partTitle(part: Part): string {
  return parts[part]();
}

export function partOf({ profile }: Examined): Part {
  return profile ?? 'camera';
}

/** What is wrong with what, before the sentences that say it. */
export function troubleWords({ verdict, ...examined }: Finding): string {
  return m.examination_trouble({
    verdict: verdictWords(verdict),
    part: withinSentence(partTitle(partOf(examined))),
    title: withinSentence(stepTitle(examined.step)),
  });
}

/** German writes nouns with a capital letter wherever they stand; abbreviations keep theirs. */
function withinSentence(title: string): string {
  return locale === 'de'
    ? title
    : title.replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLocaleLowerCase(locale));
}

/** Measured while a stream plays. */
const sampledSteps: ReadonlySet<ExaminationStep> = new Set([
  ...(['key-frames', 'pictures', 'bit-rate', 'loss', 'jitter', 'b-frames'] as const),
]);
/** Of a stream; all others are of the camera. */
const streamSteps: ReadonlySet<ExaminationStep> = new Set([
  ...(['description', 'transport', 'first-packet'] as const),
  ...sampledSteps,
]);

/** What will be looked at, so that all of it has its place from the beginning. */
export function expectedSteps(hasSub: boolean): Examined[] {
  const all = Object.keys(steps) as ExaminationStep[];
  const profiles: StreamProfile[] = hasSub ? ['main', 'sub'] : ['main'];
  return [
    ...all.filter((step) => !streamSteps.has(step)).map((step) => ({ step, profile: null })),
    ...profiles.flatMap((profile) =>
      all.filter((step) => streamSteps.has(step)).map((step) => ({ step, profile })),
    ),
  ];
}

/** Why a step has no result yet. */
export function waitingWords({ step, profile }: Examined): string {
  if (profile === 'sub') return m.examination_after_main();
  if (step === 'clock' || step === 'onvif' || step === 'events') return m.examination_after_streams();
  if (sampledSteps.has(step)) return m.examination_after_pictures();
  return profile === 'main' ? m.examination_after_reach() : m.examination_after_step();
}
