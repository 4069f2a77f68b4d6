import type { StreamProfile } from '../../main/contract/camera.ts';
import type { ExaminationStep, Examined, Verdict } from '../../main/contract/examination.ts';

/** Every step, as it is called on the screen. */
export const stepTitles: Readonly<Record<ExaminationStep, string>> = {
  reach: 'Address',
  ports: 'Ports',
  rtsp: 'RTSP',
  credentials: 'User and password',
  description: 'Format',
  transport: 'Transport',
  'first-packet': 'Start',
  'key-frames': 'Key frames',
  pictures: 'Pictures',
  'bit-rate': 'Bit rate',
  loss: 'Lost packets',
  jitter: 'Jitter',
  'b-frames': 'B-frames',
  clock: 'Clock',
  onvif: 'ONVIF',
  events: 'Events',
};

export const verdictWords: Readonly<Record<Verdict, string>> = {
  ok: 'Good',
  warning: 'Warning',
  problem: 'Problem',
  skipped: 'Skipped',
};

export const partTitles = { camera: 'Camera', main: 'Main stream', sub: 'Small picture' } as const;
export type Part = keyof typeof partTitles;

export function partOf({ profile }: Examined): Part {
  return profile ?? 'camera';
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
  const steps = Object.keys(stepTitles) as ExaminationStep[];
  const profiles: StreamProfile[] = hasSub ? ['main', 'sub'] : ['main'];
  return [
    ...steps.filter((step) => !streamSteps.has(step)).map((step) => ({ step, profile: null })),
    ...profiles.flatMap((profile) =>
      steps.filter((step) => streamSteps.has(step)).map((step) => ({ step, profile })),
    ),
  ];
}

/** Why a step has no result yet. */
export function waitingWords({ step, profile }: Examined): string {
  if (profile === 'sub') return 'After the main stream';
  if (step === 'clock' || step === 'onvif' || step === 'events') return 'After the streams';
  if (sampledSteps.has(step)) return 'Needs some seconds of pictures';
  return profile === 'main' ? 'When the camera is reached' : 'After the step before';
}
