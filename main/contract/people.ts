import * as z from 'zod';
import { cameraId } from './camera.ts';
import { customKeys } from './keys.ts';
import { layoutId } from './layout.ts';
import { maximumCameras } from './limits.ts';
import { cameraRights, consoleRights, ownerRoleId } from './rights.ts';
import { pinTry } from './site-file-policy.ts';
import { filledLine, line } from './text.ts';

const cameraRight = z.enum(cameraRights);
const consoleRight = z.enum(consoleRights);

export const cameraGrant = z.discriminatedUnion('scope', [
  z.object({ scope: z.literal('all'), rights: z.array(cameraRight).max(cameraRights.length) }),
  z.object({
    scope: z.literal('group'),
    group: line(100),
    rights: z.array(cameraRight).max(cameraRights.length),
  }),
  z.object({ scope: z.literal('camera'), cameraId, rights: z.array(cameraRight).max(cameraRights.length) }),
]);

export const rights = z.object({
  console: z.array(consoleRight).max(consoleRights.length),
  cameras: z.array(cameraGrant).max(maximumCameras),
});

const timeOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 06:00 or 22:30');

/** When a role counts, by the clock of the computer that runs Gatehouse. Until before from: over midnight; the same: all day. */
export const roleHours = z.object({
  /** The days on which it begins: 1 is Monday, 7 is Sunday. */
  days: z.array(z.int().min(1).max(7)).min(1, 'must name at least one day').max(7),
  from: timeOfDay,
  until: timeOfDay,
});
export type RoleHours = z.infer<typeof roleHours>;

export const roleId = z.union([z.uuid(), z.enum([ownerRoleId, 'admin', 'operator', 'viewer'])]);

/** A role of the site's own. */
export const ownRole = z.object({
  id: z.uuid(),
  name: filledLine(60),
  rights,
  /** Null: at any time. */
  hours: z.array(roleHours).min(1, 'must name at least one time').max(20).nullable(),
});
export type OwnRole = z.infer<typeof ownRole>;

export const role = ownRole.extend({ id: roleId, isBuiltIn: z.boolean() });
export type Role = z.infer<typeof role>;

const userId = z.uuid();
const typedPassword = z.string().min(1, 'must not be empty').max(256, 'must be at most 256 characters long');
const typedCode = z.string().regex(/^\d{6}$/, 'must be the six digits that the app shows now');

export const user = z.object({
  id: userId,
  name: z.string(),
  roleId,
  disabled: z.boolean(),
  hasPassword: z.boolean(),
  hasSecondFactor: z.boolean(),
});
export type User = z.infer<typeof user>;

/** A browser that is signed in. Times are milliseconds since 1970. */
export const session = z.object({
  id: z.uuid(),
  userId,
  createdAt: z.number(),
  usedAt: z.number(),
  /** Ends then, however much it is used. */
  expiresAt: z.number(),
  /** Empty: not known. */
  address: z.string(),
  /** What the browser says about itself; may be empty. */
  browser: z.string(),
});
export type Session = z.infer<typeof session>;

/** Users, roles and sessions: all of them after each change. */
export const people = z.object({
  users: z.array(user),
  roles: z.array(role),
  sessions: z.array(session),
  /** What the desktop window may do while nobody has signed in there. */
  stationRoleId: roleId,
});
export type People = z.infer<typeof people>;

export const userInput = z.object({ name: filledLine(60), roleId, password: typedPassword });
export type UserInput = z.infer<typeof userInput>;

/** What is left out stays as it is. A new password ends the user's sessions. */
export const userEdit = z.object({
  id: userId,
  name: filledLine(60).optional(),
  roleId: roleId.optional(),
  disabled: z.boolean().optional(),
  password: typedPassword.optional(),
  /** Only `false`: whoever has lost the app signs in with the password alone, and sets it up anew. */
  secondFactor: z.literal(false).optional(),
});
export type UserEdit = z.infer<typeof userEdit>;

/** Who is in front of this window, and what they may do. */
export const account = z.object({
  /** `station`: the desktop window, and nobody has signed in there. */
  kind: z.enum(['person', 'station']),
  userId: userId.nullable(),
  name: z.string(),
  roleName: z.string(),
  rights,
  /** The hours of the role, when it is none of them now: nothing is allowed until then. */
  closedUntilHours: z.array(roleHours).nullable(),
  hasPassword: z.boolean(),
  hasSecondFactor: z.boolean(),
  /** A PIN that unlocks a console that this person has locked. */
  hasPin: z.boolean(),
  /** Who has locked this console, and whether a PIN unlocks it; null: it is not locked. */
  lock: z.object({ name: z.string(), takesPin: z.boolean() }).nullable(),
  /** What this person, or this station, has made of the keys. */
  keys: customKeys,
  /** This person's own; the one that is asked is `sessionId`. */
  sessions: z.array(session),
  sessionId: z.uuid().nullable(),
});
export type Account = z.infer<typeof account>;

export const signInInput = z.object({
  name: z.string().min(1, 'must not be empty').max(100),
  password: typedPassword,
  /** Of the app, where there is a second factor. */
  code: typedCode.optional(),
});
export type SignInInput = z.infer<typeof signInInput>;

export const passwordChange = z.object({
  /** Needed where there is one. */
  currentPassword: typedPassword.optional(),
  newPassword: typedPassword,
});

/** A key for an authenticator app; it counts once it has been confirmed with a code. */
export const secondFactorOffer = z.object({
  /** Base32, to be typed. */
  key: z.string(),
  /** `otpauth://`, for a QR code. */
  address: z.string(),
});

/** `newPin` null: without one. */
export const pinChange = z.object({ currentPassword: typedPassword, newPin: pinTry.shape.pin.nullable() });
export type PinChange = z.infer<typeof pinChange>;

/** @see contract `account.lock` */
export const consoleLock = z.object({ layoutId });
export const consoleUnlock = z.object({ by: z.enum(['pin', 'password']), secret: typedPassword });
export type ConsoleUnlock = z.infer<typeof consoleUnlock>;

export const secondFactorConfirm = z.object({ code: typedCode });
export const secondFactorRemove = z.object({ currentPassword: typedPassword });
