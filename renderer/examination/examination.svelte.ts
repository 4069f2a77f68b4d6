import { SvelteMap } from 'svelte/reactivity';
import type { CameraFile } from '../../main/contract/camera-file.ts';
import type {
  ExaminationEvent,
  ExaminationInput,
  Examined,
  Finding,
} from '../../main/contract/examination.ts';
import { m } from '../language/messages.ts';
import { saveFile } from '../state/save-file.ts';
import type { Station } from '../state/station.svelte.ts';
import { expectedSteps } from './step-words.ts';

/** An examination as it is followed on the screen. */
export class Examination {
  readonly #station: Station;
  readonly #camera: ExaminationInput['camera'];
  readonly steps: readonly Examined[];
  /** Whether the next one records what the camera sees. */
  withPictures: boolean = $state(false);
  readonly #findings = new SvelteMap<string, Finding>();
  #running = $state.raw<Examined | null>(null);
  #busy = $state(false);
  #failure = $state<string | null>(null);
  #trace = $state.raw<CameraFile | null>(null);
  #stop = new AbortController();

  /** What is wrong, in the order in which it was found. */
  readonly troubles: readonly Finding[] = $derived.by(() =>
    [...this.#findings.values()].filter(({ verdict }) => verdict === 'problem' || verdict === 'warning'),
  );

  constructor(station: Station, camera: ExaminationInput['camera'], hasSub: boolean) {
    this.#station = station;
    this.#camera = camera;
    this.steps = expectedSteps(hasSub);
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** Why there is no examination; null: there is one. */
  get failure(): string | null {
    return this.#failure;
  }

  /** What is looked at now. */
  get running(): Examined | null {
    return this.#running;
  }

  /** How many steps are done. */
  get done(): number {
    return this.#findings.size;
  }

  /** Can be saved; null: not yet, or nothing was said with the camera. */
  get trace(): CameraFile | null {
    return this.#trace;
  }

  finding(examined: Examined): Finding | undefined {
    return this.#findings.get(keyOf(examined));
  }

  isRunning(examined: Examined): boolean {
    return this.#running !== null && keyOf(this.#running) === keyOf(examined);
  }

  /** Examines, from the beginning when it did before. */
  async start(): Promise<void> {
    this.stop();
    const { signal } = this.#stop;
    this.#findings.clear();
    this.#failure = null;
    this.#trace = null;
    this.#busy = true;
    const input = { camera: this.#camera, withPictures: this.withPictures };
    const { failure } = await this.#station.ask(async (client) => {
      for await (const event of await client.cameras.examine(input, { signal })) {
        if (signal.aborted) return;
        this.#take(event);
      }
    });
    if (signal.aborted) return;
    this.#busy = false;
    this.#running = null;
    this.#failure = failure?.message ?? null;
  }

  /** Gives it up. */
  stop(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#running = null;
    this.#busy = false;
  }

  save(): void {
    const trace = this.#trace;
    if (trace === null) return;
    saveFile(new File([trace.text], trace.fileName, { type: 'application/jsonl' }));
    this.#station.toasts.tell(m.examination_trace_saved({ file: trace.fileName }));
  }

  #take(event: ExaminationEvent): void {
    switch (event.type) {
      case 'began':
        break;
      case 'step':
        this.#running = event.examined;
        break;
      case 'finding':
        this.#findings.set(keyOf(event.finding), event.finding);
        break;
      case 'ended':
        this.#trace = event.trace;
        break;
      default:
        event satisfies never;
    }
  }
}

function keyOf({ step, profile }: Examined): string {
  return `${profile} ${step}`;
}
