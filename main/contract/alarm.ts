import * as z from 'zod';
import { cameraId } from './camera.ts';
import { type EventKind, eventKind } from './event.ts';
import { filledLine } from './text.ts';

/** For which cameras a rule counts. That of a camera stands above that of its group, and both above that of all. */
const ruleScope = z.discriminatedUnion('type', [
  z.object({ type: z.literal('all') }),
  z.object({ type: z.literal('group'), group: filledLine(100) }),
  z.object({ type: z.literal('camera'), cameraId }),
]);

/** Whether something is an alarm. Counts for what happens from now on. */
export const alarmRule = z.object({ kind: eventKind, scope: ruleScope, alarm: z.boolean() });
export type AlarmRule = z.infer<typeof alarmRule>;

/** What is an alarm, and what an alarm does in front of the guard. */
export const alarmSettings = z.object({
  /** A camera that is back sooner was no alarm: seconds. */
  lostSeconds: z.int().min(5, 'must be 5 or more').max(3_600, 'must be at most 3600').default(30),
  /**
   * Where the picture of an alarmed camera is shown: `front`: in the large tile of the wall, or else over a corner of it;
   * `whole`: over the whole wall; `none`: only its tile is marked.
   */
  picture: z.enum(['front', 'whole', 'none']).default('front'),
  sound: z.boolean().default(true),
  /** The defaults count where there is none. */
  rules: z.array(alarmRule).max(500, 'must be at most 500').default([]),
});
export type AlarmSettings = z.infer<typeof alarmSettings>;

/** What is left out stays as it is. */
export const alarmSettingsChange = z.object({
  lostSeconds: alarmSettings.shape.lostSeconds.unwrap().optional(),
  picture: alarmSettings.shape.picture.unwrap().optional(),
  sound: z.boolean().optional(),
  rules: alarmSettings.shape.rules.unwrap().optional(),
});
export type AlarmSettingsChange = z.infer<typeof alarmSettingsChange>;

const alarmsByDefault: ReadonlySet<EventKind> = new Set(['camera-lost', 'tamper', 'storage-low']);

/** @param camera null: it is not about a camera */
export function isAlarm(
  rules: readonly AlarmRule[],
  kind: EventKind,
  camera: { readonly id: string; readonly group: string } | null,
): boolean {
  const ofKind = rules.filter((rule) => rule.kind === kind);
  const ofCamera = ofKind.find(({ scope }) => scope.type === 'camera' && scope.cameraId === camera?.id);
  const ofGroup = ofKind.find(({ scope }) => scope.type === 'group' && scope.group === camera?.group);
  const ofAll = ofKind.find(({ scope }) => scope.type === 'all');
  return (ofCamera ?? ofGroup ?? ofAll)?.alarm ?? alarmsByDefault.has(kind);
}
