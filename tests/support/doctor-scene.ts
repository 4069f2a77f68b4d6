import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createLog } from '../../main/base/log.ts';
import type { CameraRegistry } from '../../main/cameras/camera-registry.ts';
import { CameraTrials } from '../../main/cameras/camera-trials.ts';
import type { StreamProfile } from '../../main/contract/camera.ts';
import type {
  ExaminationEvent,
  ExaminationInput,
  ExaminationStep,
  Finding,
} from '../../main/contract/examination.ts';
import { CameraDoctor } from '../../main/doctor/camera-doctor.ts';
import { PictureMemory } from '../../main/media/picture-memory.ts';
import { openStore } from '../../main/store/store.ts';
import { parseTrace, type Trace } from '../../main/trace/trace-file.ts';
import { startRegistry } from './registry-scene.ts';

/** A doctor with a registry and nothing else around it; it looks at streams for as long as one GOP of two seconds takes. */
export interface DoctorScene {
  readonly registry: CameraRegistry;
  readonly doctor: CameraDoctor;
}

export async function startDoctor(
  owned: AsyncDisposableStack,
  sample: { shortest: number; longest: number } = { shortest: 2.5, longest: 6 },
): Promise<DoctorScene> {
  const log = createLog('silent');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-doctor-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  const store = owned.use(openStore({ folder, log }));
  const { registry } = startRegistry(owned, store);
  const trials = owned.use(
    new CameraTrials({ pictures: new PictureMemory(), stored: (id) => registry.stored(id), log }),
  );
  const doctor = owned.use(new CameraDoctor({ cameras: registry, trials, version: '0.0.0', sample }));
  return { registry, doctor };
}

/** What came of an examination that was read to its end. */
export class Examined {
  readonly events: readonly ExaminationEvent[];
  readonly findings: readonly Finding[];

  constructor(events: readonly ExaminationEvent[]) {
    this.events = events;
    this.findings = events.flatMap((event) => (event.type === 'finding' ? [event.finding] : []));
  }

  static async of(
    doctor: CameraDoctor,
    camera: ExaminationInput['camera'],
    { withPictures = false, signal = new AbortController().signal } = {},
  ): Promise<Examined> {
    const events: ExaminationEvent[] = [];
    for await (const event of doctor.examine({ camera, withPictures }, signal)) events.push(event);
    return new Examined(events);
  }

  finding(step: ExaminationStep, profile: StreamProfile | null = null): Finding {
    const found = this.findings.find((finding) => finding.step === step && finding.profile === profile);
    if (found === undefined) throw new Error(`nothing was found about ${step} ${profile}`);
    return found;
  }

  /** `step profile verdict`, in their order. */
  get verdicts(): string[] {
    return this.findings.map(({ step, profile, verdict }) => `${profile ?? 'camera'} ${step}: ${verdict}`);
  }

  /** Steps that are neither fine nor skipped. */
  get troubles(): string[] {
    return this.findings
      .filter(({ verdict }) => verdict === 'warning' || verdict === 'problem')
      .map(({ step, profile }) => `${profile ?? 'camera'} ${step}`);
  }

  get traceText(): string {
    const ended = this.events.at(-1);
    if (ended?.type !== 'ended' || ended.trace === null) throw new Error('there is no trace');
    return ended.trace.text;
  }

  get trace(): Trace {
    return parseTrace(this.traceText);
  }
}
