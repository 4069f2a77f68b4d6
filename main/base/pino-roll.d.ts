/** What Gatehouse uses of pino-roll, which comes without types. */
declare module 'pino-roll' {
  import type { pino } from 'pino';

  interface RollOptions {
    /** The number goes before the extension. */
    readonly file: string;
    /** Such as `2m`. */
    readonly size: string;
    readonly sync: boolean;
    /** Of the files it makes. */
    readonly mode: number;
  }

  /** A sonic-boom, which opens the next file by itself. @throws whatever made it impossible to open the file */
  export default function roll(
    options: RollOptions,
  ): Promise<ReturnType<typeof pino.destination> & { readonly file: string }>;
}
