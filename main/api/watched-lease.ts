import type { StreamLease } from '../media/stream-lease.ts';

/** A lease that says, once, when it is given back. */
export function watchedLease(lease: StreamLease, onEnd: (() => void) | undefined): StreamLease {
  let isOver = false;
  return {
    ...lease,
    [Symbol.dispose]() {
      lease[Symbol.dispose]();
      if (!isOver) onEnd?.();
      isOver = true;
    },
  };
}
