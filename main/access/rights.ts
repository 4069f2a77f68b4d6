import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Access } from '../contract/access.ts';
import type { RoleHours } from '../contract/people.ts';
import {
  type CameraPlace,
  type CameraRight,
  type ConsoleRight,
  cameraRightsOf,
  type Rights,
} from '../contract/rights.ts';

/*
 * Who may do what: all decisions, and nothing but decisions. What is not granted is refused.
 */

/** Where a camera is, also one that was removed and may come back; undefined: there is none of this id. */
export type FindCamera = (cameraId: string) => CameraPlace | undefined;

/** Before the input is looked at. Undefined: the procedure does not say what it needs. @throws GatehouseError not-allowed */
export function checkAccess(rights: Rights, access: Access | undefined): void {
  if (access === undefined) throw notAllowed();
  if (access === 'signed-in') return;
  if (access.console !== undefined) checkConsole(rights, access.console);
  if (access.allCameras !== undefined && !cameraRightsOf(rights, null).has(access.allCameras))
    throw notAllowed();
}

/** Every camera that a checked input names. @throws GatehouseError not-found, not-allowed */
export function checkCameras(
  rights: Rights,
  access: Access | undefined,
  input: unknown,
  find: FindCamera,
): void {
  if (access === undefined || access === 'signed-in' || access.cameras === undefined) return;
  const { right, at } = access.cameras;
  for (const path of at) for (const id of idsAt(input, path.split('.'))) checkCamera(rights, right, find(id));
}

/** @throws GatehouseError not-allowed */
export function checkConsole(rights: Rights, right: ConsoleRight): void {
  if (!rights.console.includes(right)) throw notAllowed();
}

/**
 * A camera that somebody may not see does not exist for them: same code, same words.
 * @param right `any`: it is enough to see it
 * @throws GatehouseError not-found when there is no such camera, or none for them; not-allowed
 */
export function checkCamera(
  rights: Rights,
  right: CameraRight | 'any',
  camera: CameraPlace | undefined,
): void {
  if (camera === undefined || !sees(rights, camera)) throw cameraNotFound();
  if (right !== 'any' && !cameraRightsOf(rights, camera).has(right)) throw notAllowed();
}

/** Whoever adds a camera, or moves one to another group, manages all of that group. @throws GatehouseError not-allowed */
export function checkGroup(rights: Rights, group: string): void {
  if (!cameraRightsOf(rights, { id: '', group }).has('manage')) throw notAllowed();
}

/** @param camera null: one that is gone for good */
export function sees(rights: Rights, camera: CameraPlace | null): boolean {
  return cameraRightsOf(rights, camera).size > 0;
}

/** What is left of rights while a console is locked: seeing the cameras of its wall. @param cameraIds null: all of them */
export function lockedRights({ cameras }: Rights, cameraIds: readonly string[] | null): Rights {
  return {
    console: [],
    cameras: cameras.flatMap((grant) =>
      grant.rights.includes('live') ? [{ ...grant, rights: ['live' as const] }] : [],
    ),
    ...(cameraIds === null ? {} : { onlyCameras: cameraIds }),
  };
}

export function locked(): GatehouseError {
  return new GatehouseError('locked', 'This console is locked. Unlock it first.');
}

/** Whether whoever has the first may give the second away: nobody gives more than they have. */
export function covers(mine: Rights, given: Rights): boolean {
  const everywhere = cameraRightsOf(mine, null);
  return (
    given.console.every((right) => mine.console.includes(right)) &&
    given.cameras.every((grant) => {
      const same = mine.cameras.filter((own) => scopeOf(own) === scopeOf(grant));
      return grant.rights.every(
        (right) => everywhere.has(right) || same.some(({ rights }) => rights.includes(right)),
      );
    })
  );
}

/** @param now by the clock of this computer. A time that passes midnight belongs to the day on which it begins. */
export function isWithin(hours: readonly RoleHours[], now: Date): boolean {
  const today = now.getDay() || 7;
  const yesterday = today === 1 ? 7 : today - 1;
  const time = now.getHours() * 60 + now.getMinutes();
  return hours.some(({ days, from, until }) => {
    const begin = minutesOf(from);
    const end = minutesOf(until);
    if (begin < end) return days.includes(today) && begin <= time && time < end;
    return (days.includes(today) && time >= begin) || (days.includes(yesterday) && time < end);
  });
}

export function notAllowed(): GatehouseError {
  return new GatehouseError('not-allowed', 'You are not allowed to do this. Ask the owner of this console.');
}

function cameraNotFound(): GatehouseError {
  return new GatehouseError('not-found', 'This camera does not exist any more.');
}

function scopeOf(grant: Rights['cameras'][number]): string {
  if (grant.scope === 'all') return 'all';
  return grant.scope === 'group' ? `group ${grant.group}` : `camera ${grant.cameraId}`;
}

/** The ids at a path of an input, such as `camera.cameraId`; a list stands for all that is in it. */
function idsAt(value: unknown, [name, ...rest]: readonly string[]): string[] {
  if (Array.isArray(value))
    return value.flatMap((item) => idsAt(item, name === undefined ? [] : [name, ...rest]));
  if (name === undefined) return typeof value === 'string' ? [value] : [];
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [];
  return idsAt((value as Record<string, unknown>)[name], rest);
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
