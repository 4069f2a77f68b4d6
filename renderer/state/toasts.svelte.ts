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
const plainMilliseconds = 6_000;
const undoMilliseconds = 15_000;

/** What is said at the lower edge of the window; it goes by itself. */
export class Toasts {
  #toasts = $state.raw<readonly Toast[]>([]);
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #nextId = 1;

  get list(): readonly Toast[] {
    return this.#toasts;
  }

  tell(text: string, undo: (() => void) | null = null): void {
    this.#show({ text, undo, isFailure: false });
  }

  /** What could not be done and what to do about it. */
  fail(text: string): void {
    this.#show({ text, undo: null, isFailure: true });
  }

  /** Takes back the newest thing that can be taken back. */
  undoLast(): void {
    const toast = this.#toasts.findLast(({ undo }) => undo !== null);
    if (toast === undefined) return;
    this.dismiss(toast.id);
    toast.undo?.();
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#toasts = this.#toasts.filter((toast) => toast.id !== id);
  }

  #show(toast: Omit<Toast, 'id'>): void {
    const id = this.#nextId++;
    const [oldest] = this.#toasts;
    if (this.#toasts.length >= maximumToasts && oldest !== undefined) this.dismiss(oldest.id);
    this.#toasts = [...this.#toasts, { ...toast, id }];
    const wait = toast.undo === null ? plainMilliseconds : undoMilliseconds;
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), wait),
    );
  }
}
