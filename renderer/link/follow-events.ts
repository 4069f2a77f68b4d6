import { pause } from './pause.ts';

const watchRetryMilliseconds = 1_000;

/** Each subscription begins with everything; one that ends, most often with the link, is begun again. */
export async function followEvents<Event>(
  watch: () => Promise<AsyncIterable<Event>>,
  apply: (event: Event) => void | Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const event of await watch()) await apply(event);
    } catch {
      // The snapshot of the next one says all that was missed.
    }
    await pause(watchRetryMilliseconds, signal);
  }
}
