import * as z from 'zod';
import { cameraId } from './camera.ts';
import { line } from './text.ts';

/** What a camera can report: motion, somebody covering or turning it, a contact at one of its inputs, a line crossed. */
const reportedKind = z.enum(['motion', 'tamper', 'input', 'line-crossing']);
export type ReportedKind = z.infer<typeof reportedKind>;

/** `pulse`: it happened, and has no end. */
export type EventState = 'begin' | 'end' | 'pulse';

/** All that can stand in the list of events. */
export const eventKinds = [
  'camera-lost',
  'stale-picture',
  ...reportedKind.options,
  'storage-low',
  'engine-restarted',
  'clock-jumped',
  'data-damaged',
  'backup-failed',
] as const;
export const eventKind = z.enum(eventKinds);
export type EventKind = z.infer<typeof eventKind>;

/** Who has seen to it. It stands: nobody changes or takes back an acknowledgement. */
const acknowledgement = z.object({
  /** Milliseconds since 1970. */
  at: z.number(),
  by: z.string(),
  /** May be empty. */
  note: z.string(),
});
export type Acknowledgement = z.infer<typeof acknowledgement>;

/**
 * Something that happened, perhaps several times: what comes again within five minutes at the same camera counts into the same
 * row, for an hour at most, or for as long as it is an alarm that nobody has acknowledged. Times are milliseconds since 1970.
 */
export const event = z.object({
  /** Rises with every row. */
  id: z.int(),
  /** Null: it is about Gatehouse itself or its computer. */
  cameraId: cameraId.nullable(),
  kind: eventKind,
  /** Which rule, input or video source of the camera, in its own words; may be empty. */
  source: z.string(),
  /** Why, in a sentence; may be empty. */
  detail: z.string(),
  /** How often it has happened. */
  count: z.int().min(1),
  firstAt: z.number(),
  /** When it began, or happened, the last time. */
  lastAt: z.number(),
  /** When it was over the last time; null: it goes on. */
  endedAt: z.number().nullable(),
  /** Whether somebody has to see to it. */
  alarm: z.boolean(),
  acknowledged: acknowledgement.nullable(),
});
export type Event = z.infer<typeof event>;

export const maximumListedEvents = 500;

/** In the order of the list: by `lastAt`, then by `id`. */
const eventCursor = z.object({ at: z.number().min(0), id: z.int().min(0) });

/** What is left out does not matter. */
export const eventQuery = z.object({
  cameraId: cameraId.optional(),
  kind: eventKind.optional(),
  /** Only alarms that nobody has acknowledged. */
  open: z.literal(true).optional(),
  /** Not over before: milliseconds since 1970. */
  from: z.number().min(0).optional(),
  /** Begun before: milliseconds since 1970. */
  until: z.number().min(0).optional(),
  /** Of the page before: goes on behind it. */
  cursor: eventCursor.optional(),
  limit: z.int().min(1).max(maximumListedEvents).default(100),
});
export type EventQuery = z.infer<typeof eventQuery>;

/** What happened last comes first. */
export const eventPage = z.object({
  events: z.array(event),
  /** For the next page; null on the last one. */
  cursor: eventCursor.nullable(),
});
export type EventPage = z.infer<typeof eventPage>;

export const acknowledgeInput = z.object({
  ids: z.array(z.int().min(1)).min(1, 'must name at least one event').max(maximumListedEvents),
  note: line(500).default(''),
});

/**
 * First the newest open alarms and the newest of all, then each row that is new or has changed. A slow reader misses the oldest
 * of more than 1,000; how many alarms are open is right all the same.
 */
export const eventChange = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), events: z.array(event), openAlarms: z.int() }),
  z.object({ type: z.literal('event'), event, openAlarms: z.int() }),
]);
export type EventChange = z.infer<typeof eventChange>;

/** What a window sees of a picture that does not move on. */
export const staleCause = z.enum(['no-packets', 'no-decode', 'same-picture', 'blank-picture']);
export type StaleCause = z.infer<typeof staleCause>;
