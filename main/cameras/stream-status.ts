import type { GatehouseError } from '../base/gatehouse-error.ts';
import type { Missing, StreamAudio, StreamRemark, StreamStatus } from '../contract/camera.ts';

/** What can happen to the connection to a camera's stream. Times are milliseconds since 1970. */
export type StreamStatusEvent =
  | { readonly type: 'dialling' }
  | { readonly type: 'first-packet' }
  /** What is known of the pictures and the sound has changed. */
  | {
      readonly type: 'described';
      readonly remarks: readonly StreamRemark[];
      readonly shape: number | null;
      readonly audio: StreamAudio | null;
    }
  /** What came has stopped coming, or comes again (null). */
  | { readonly type: 'missing'; readonly missing: Missing | null }
  | { readonly type: 'failed'; readonly error: GatehouseError; readonly retryAt: number }
  /** Nobody wants the stream any more. */
  | { readonly type: 'stopped' }
  /** Nobody watches it, and it would play. */
  | { readonly type: 'answered' }
  /** Nothing that was known of it is true any more. */
  | { readonly type: 'forgotten' };

/** The status after an event; the same object when nothing changed. */
export function nextStatus(status: StreamStatus, event: StreamStatusEvent, now: number): StreamStatus {
  switch (event.type) {
    case 'dialling':
      return status.state === 'connecting' ? status : { state: 'connecting', since: now };
    case 'first-packet':
      return status.state === 'playing' ? status : { state: 'playing', since: now };
    case 'described': {
      if (status.state !== 'playing') return status;
      const { remarks, shape, audio } = event;
      const isPlain = remarks.length === 0 && shape === null && audio === null;
      const wasPlain =
        status.remarks === undefined && status.shape === undefined && status.audio === undefined;
      if (isPlain && wasPlain) return status;
      return {
        state: 'playing',
        since: status.since,
        ...(status.missing === undefined ? {} : { missing: status.missing }),
        ...(remarks.length === 0 ? {} : { remarks: [...remarks] }),
        ...(shape === null ? {} : { shape }),
        ...(audio === null ? {} : { audio }),
      };
    }
    case 'missing': {
      if (status.state !== 'playing' || (status.missing ?? null) === event.missing) return status;
      const { missing: _, ...playing } = status;
      return event.missing === null ? playing : { ...playing, missing: event.missing };
    }
    case 'failed':
      return {
        state: 'waiting',
        since: now,
        until: event.retryAt,
        error: {
          code: event.error.code,
          message: event.error.message,
          ...(event.error.certificate === undefined ? {} : { certificate: event.error.certificate }),
        },
      };
    case 'stopped':
      if (status.state === 'playing') return { state: 'standby', since: now };
      // What was wrong stays wrong until somebody has asked again.
      return status.state === 'connecting' ? { state: 'idle' } : status;
    case 'answered':
      return status.state === 'standby' ? status : { state: 'standby', since: now };
    case 'forgotten':
      return status.state === 'idle' ? status : { state: 'idle' };
    default:
      return event satisfies never;
  }
}
