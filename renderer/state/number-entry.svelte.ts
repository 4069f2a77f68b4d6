import type { Camera } from '../../main/contract/camera.ts';
import type { CameraMirror } from './camera-mirror.svelte.ts';

/** Of the largest number that a camera has. */
const maximumDigits = 5;
/** Somebody who was called away in the middle of a number begins anew. */
const forgetMilliseconds = 8_000;

/** A camera by its number, as it is typed digit by digit. */
export class NumberEntry {
  readonly #mirror: CameraMirror;
  #digits = $state('');
  #forget: ReturnType<typeof setTimeout> | undefined;

  /** The camera that has it; null while there is none. */
  readonly camera: Camera | null = $derived.by(() => {
    const number = Number(this.#digits);
    return this.#mirror.cameras.find((camera) => camera.number === number) ?? null;
  });

  constructor(mirror: CameraMirror) {
    this.#mirror = mirror;
  }

  /** What was typed so far; empty: nothing. */
  get digits(): string {
    return this.#digits;
  }

  /** @param digit 0 to 9; a zero in front, and more digits than numbers have, are left out */
  type(digit: number): void {
    if (this.#digits.length < maximumDigits) this.#change(`${this.#digits}${digit}`.replace(/^0+/, ''));
  }

  /** Takes the last digit away. */
  erase(): void {
    this.#change(this.#digits.slice(0, -1));
  }

  clear(): void {
    this.#change('');
  }

  #change(digits: string): void {
    this.#digits = digits;
    clearTimeout(this.#forget);
    if (digits !== '') this.#forget = setTimeout(() => this.clear(), forgetMilliseconds);
  }
}
