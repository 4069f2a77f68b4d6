import * as z from 'zod';
import { cameraId } from './camera.ts';

/** What a camera can report: motion, somebody covering or turning it, a contact at one of its inputs, a line crossed. */
export const eventKind = z.enum(['motion', 'tamper', 'input', 'line-crossing']);
export type EventKind = z.infer<typeof eventKind>;

/** `pulse`: it happened, and has no end. */
export const eventState = z.enum(['begin', 'end', 'pulse']);
export type EventState = z.infer<typeof eventState>;

/** Something that a camera has reported. */
export const reportedEvent = z.object({
  /** Rises with every event. */
  id: z.int(),
  cameraId,
  kind: eventKind,
  state: eventState,
  /** Which rule, input or video source of the camera, in its own words; may be empty. */
  source: z.string(),
  /** By the camera's clock, put right: milliseconds since 1970. */
  at: z.number(),
});
export type ReportedEvent = z.infer<typeof reportedEvent>;

export const maximumListedEvents = 500;

/** What is left out does not matter. */
export const eventQuery = z.object({
  cameraId: cameraId.optional(),
  kind: eventKind.optional(),
  /** Not before: milliseconds since 1970. */
  from: z.number().min(0).optional(),
  /** Before: milliseconds since 1970. */
  until: z.number().min(0).optional(),
  /** Of the page before: goes on behind it. */
  cursor: z.int().min(0).optional(),
  limit: z.int().min(1).max(maximumListedEvents).default(100),
});
export type EventQuery = z.infer<typeof eventQuery>;

/** The newest first. */
export const eventPage = z.object({
  events: z.array(reportedEvent),
  /** For the next page; null on the last one. */
  cursor: z.int().nullable(),
});
export type EventPage = z.infer<typeof eventPage>;

/** First what goes on now, then what is reported; a slow reader misses the oldest of more than 1,000. */
export const eventChange = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), active: z.array(reportedEvent) }),
  z.object({ type: z.literal('event'), event: reportedEvent }),
]);
export type EventChange = z.infer<typeof eventChange>;
