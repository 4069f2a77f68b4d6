import { untrack } from 'svelte';

/** A short word about something that a person did, with the way back where there is one. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly isFailure: boolean;
  /** Takes back what was done. */
  readonly undo: (() => void) | null;
}

/** The oldest one makes place. */
const maximumToasts = 3;
/** The oldest one is forgotten. */
const maximumSteps = 50;
const plainMilliseconds = 6_000;
/** What asks for something to be done. */
const longMilliseconds = 15_000;

/** Something that was done here and can be taken back. */
interface Step {
  readonly undo: () => void;
  /** Of the toast that says so; null: what was done is seen without words. */
  readonly toastId: number | null;
}

/** What is said at the lower edge of the window; it goes by itself. And what can be taken back, the newest first, for longer. */
export class Toasts {
  #toasts = $state.raw<readonly Toast[]>([]);
  #dialogs = $state(0);
  readonly #steps: Step[] = [];
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #nextId = 1;

  get list(): readonly Toast[] {
    return this.#toasts;
  }

  /** Whether a dialog shows them: the page behind it takes no clicks. */
  get areInDialog(): boolean {
    return this.#dialogs > 0;
  }

  /** A dialog shows them from now on. @returns to be called when it is gone */
  enterDialog(): () => void {
    // One may open before the one before it is gone.
    untrack(() => {
      this.#dialogs++;
    });
    return () => {
      this.#dialogs--;
    };
  }

  tell(text: string, undo: (() => void) | null = null): void {
    const toastId = this.#show({ text, undo, isFailure: false });
    if (undo !== null) this.#remember({ undo, toastId });
  }

  /** What was done is seen, and can be taken back all the same. */
  remember(undo: () => void): void {
    this.#remember({ undo, toastId: null });
  }

  /** What could not be done and what to do about it. */
  fail(text: string): void {
    this.#show({ text, undo: null, isFailure: true });
  }

  /** Takes back the newest thing that can be taken back. */
  undoLast(): void {
    const step = this.#steps.pop();
    if (step === undefined) return;
    if (step.toastId !== null) this.dismiss(step.toastId);
    step.undo();
  }

  /** Takes back what this toast tells of. */
  undo(toast: Toast): void {
    const at = this.#steps.findIndex(({ toastId }) => toastId === toast.id);
    if (at !== -1) this.#steps.splice(at, 1);
    this.dismiss(toast.id);
    toast.undo?.();
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#toasts = this.#toasts.filter((toast) => toast.id !== id);
  }

  #remember(step: Step): void {
    this.#steps.push(step);
    if (this.#steps.length > maximumSteps) this.#steps.shift();
  }

  #show(toast: Omit<Toast, 'id'>): number {
    const id = this.#nextId++;
    // What is said again is said once.
    for (const { id: same, text, undo } of this.#toasts)
      if (text === toast.text && undo === null && toast.undo === null) this.dismiss(same);
    const [oldest] = this.#toasts;
    if (this.#toasts.length >= maximumToasts && oldest !== undefined) this.dismiss(oldest.id);
    this.#toasts = [...this.#toasts, { ...toast, id }];
    const wait = toast.undo === null && !toast.isFailure ? plainMilliseconds : longMilliseconds;
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), wait),
    );
    return id;
  }
}
