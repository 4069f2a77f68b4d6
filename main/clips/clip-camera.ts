/** Whose pictures are kept. */
export interface ClipCamera {
  readonly id: string;
  readonly number: number;
  readonly name: string;
}

/** What players show of a file. */
export function titleOf({ number, name }: ClipCamera): string {
  return `Camera ${number}, ${name}`;
}

/** A moment of `performance.now()` in milliseconds since 1970. */
export function wallTime(at: number): number {
  return Math.round(Date.now() - (performance.now() - at));
}
