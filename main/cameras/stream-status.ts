import type { GatehouseError } from '../base/gatehouse-error.ts';
import type { StreamStatus } from '../contract/camera.ts';

/** What can happen to the connection to a camera's stream. Times are milliseconds since 1970. */
export type StreamStatusEvent =
  | { readonly type: 'dialling' }
  | { readonly type: 'first-packet' }
  | { readonly type: 'failed'; readonly error: GatehouseError; readonly retryAt: number }
  | { readonly type: 'stopped' };

/** The status after an event; the same object when nothing changed. */
export function nextStatus(status: StreamStatus, event: StreamStatusEvent, now: number): StreamStatus {
  switch (event.type) {
    case 'dialling':
      return status.state === 'connecting' ? status : { state: 'connecting', since: now };
    case 'first-packet':
      return status.state === 'playing' ? status : { state: 'playing', since: now };
    case 'failed':
      return {
        state: 'waiting',
        since: now,
        until: event.retryAt,
        error: { code: event.error.code, message: event.error.message },
      };
    case 'stopped':
      return status.state === 'idle' ? status : { state: 'idle' };
    default:
      return event satisfies never;
  }
}
