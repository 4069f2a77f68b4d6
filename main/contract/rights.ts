/*
 * What a person can be allowed to do. Without schemas, so that the page can import it without importing zod.
 */

/** What can be done with a camera. Each stands for itself: none includes another. */
export const cameraRights = ['live', 'replay', 'listen', 'talk', 'ptz', 'keep-clips', 'manage'] as const;
export type CameraRight = (typeof cameraRights)[number];

/**
 * What can be done with the console as a whole. `people`: users, roles, sessions; `discovery`: looking for cameras and adding
 * them; `settings`: everything about the site, its files and backups; `alarms`: acknowledging
 * events; `diagnostics`: the zip for whoever helps; `audit`: who did what.
 */
export const consoleRights = [
  'people',
  'settings',
  'discovery',
  'layouts',
  'alarms',
  'diagnostics',
  'audit',
] as const;
export type ConsoleRight = (typeof consoleRights)[number];

/** Rights over cameras: all of them, those of a group, or one. Empty group: the cameras that are in no group. */
export type CameraGrant =
  | { readonly scope: 'all'; readonly rights: readonly CameraRight[] }
  | { readonly scope: 'group'; readonly group: string; readonly rights: readonly CameraRight[] }
  | { readonly scope: 'camera'; readonly cameraId: string; readonly rights: readonly CameraRight[] };

/** Everything that somebody may do; what is not named is not allowed. */
export interface Rights {
  readonly console: readonly ConsoleRight[];
  readonly cameras: readonly CameraGrant[];
  /** No other camera is there, whatever is granted; left out: all that are granted are. */
  readonly onlyCameras?: readonly string[];
}

/** What decides who may do something with a camera. */
export interface CameraPlace {
  readonly id: string;
  readonly group: string;
}

/** Null in place of a camera: one that is not there, about which only grants for all cameras say something. */
export function cameraRightsOf(rights: Rights, camera: CameraPlace | null): ReadonlySet<CameraRight> {
  const { onlyCameras } = rights;
  if (onlyCameras !== undefined && (camera === null || !onlyCameras.includes(camera.id))) return new Set();
  return new Set(
    rights.cameras.filter((grant) => concerns(grant, camera)).flatMap((grant) => [...grant.rights]),
  );
}

function concerns(grant: CameraGrant, camera: CameraPlace | null): boolean {
  switch (grant.scope) {
    case 'all':
      return true;
    case 'group':
      return camera?.group === grant.group;
    case 'camera':
      return camera?.id === grant.cameraId;
    default:
      return grant satisfies never;
  }
}

/** The roles that are always there, from the one that may most. */
export const builtInRoles = [
  {
    id: 'owner',
    name: 'Owner',
    rights: { console: consoleRights, cameras: [{ scope: 'all', rights: cameraRights }] },
  },
  {
    id: 'admin',
    name: 'Admin',
    rights: { console: consoleRights, cameras: [{ scope: 'all', rights: cameraRights }] },
  },
  {
    id: 'operator',
    name: 'Operator',
    rights: {
      console: ['layouts', 'alarms'],
      cameras: [{ scope: 'all', rights: ['live', 'replay', 'listen', 'talk', 'ptz', 'keep-clips'] }],
    },
  },
  {
    id: 'viewer',
    name: 'Viewer',
    rights: { console: [], cameras: [{ scope: 'all', rights: ['live'] }] },
  },
] as const satisfies readonly { readonly id: string; readonly name: string; readonly rights: Rights }[];

export const ownerRoleId = 'owner';
/** Whoever made the first start: this user is always there. */
export const ownerUserId = '00000000-0000-4000-8000-000000000002';

export const maximumUsers = 500;
export const maximumRoles = 100;
export const minimumPasswordCharacters = 10;
