import { isPublished } from '../contract/camera.ts';
import { defaultLayoutId } from '../contract/limits.ts';
import {
  type SiteFile,
  type SiteFileCamera,
  type SiteFileKiosk,
  siteFileFormat,
  siteFileVersion,
} from '../contract/site-file.ts';
import { renamedTile } from '../contract/tile-cameras.ts';
import type { CameraTable, StoredCamera } from '../store/camera-table.ts';
import type { LayoutTable } from '../store/layout-table.ts';
import type { SettingTable, StoredPolicy } from '../store/setting-table.ts';
import { allCamerasKey } from './site-layouts.ts';

/**
 * All of a site as its file says it. Cameras and walls that never had a key go by their id.
 * @param hasSecrets whether passwords, and the PIN as it is stored, are in it
 */
export function siteFileOf(
  tables: {
    readonly cameras: CameraTable;
    readonly layouts: LayoutTable;
    readonly settings: SettingTable;
  },
  hasSecrets: boolean,
): SiteFile {
  const { siteKeys, policy, settings } = tables.settings;
  const cameraKeys = inverse(siteKeys.cameras);
  const layoutKeys = new Map([...inverse(siteKeys.layouts), [defaultLayoutId, allCamerasKey]]);
  // One that is published here has no address that another machine could use.
  const cameras = tables.cameras.list().filter((camera) => !isPublished(camera));
  const known = new Set(cameras.map(({ id }) => id));
  const keyOf = (id: string) => (known.has(id) ? (cameraKeys.get(id) ?? id) : null);
  return {
    format: siteFileFormat,
    version: siteFileVersion,
    settings,
    ...(policy.kiosk === null ? {} : { kiosk: exportedKiosk(policy.kiosk, hasSecrets) }),
    ...(policy.updates === null ? {} : { updates: policy.updates }),
    cameras: cameras.map((camera) => exportedCamera(camera, cameraKeys, hasSecrets)),
    layouts: tables.layouts.list().map(({ id, tiles, ...layout }) => {
      const named = tiles.map((tile) => renamedTile(tile, keyOf));
      return { key: layoutKeys.get(id) ?? id, ...layout, tiles: named };
    }),
  };
}

function exportedKiosk(
  { pinHash, ...kiosk }: NonNullable<StoredPolicy['kiosk']>,
  hasSecrets: boolean,
): SiteFileKiosk {
  return hasSecrets && pinHash !== null ? { ...kiosk, pinHash } : kiosk;
}

function exportedCamera(
  camera: StoredCamera,
  keys: ReadonlyMap<string, string>,
  hasSecrets: boolean,
): SiteFileCamera {
  const { id, number, name, group, mainUrl, subUrl, onvifUrl, username, password } = camera;
  const { connection, transport, certificate, mayStandStill } = camera;
  const shown = {
    key: keys.get(id) ?? id,
    number,
    name,
    group,
    mainUrl,
    subUrl,
    // Left out where there is none: an older Gatehouse takes the file, too.
    ...(onvifUrl === null ? {} : { onvifUrl }),
    username,
    connection,
    ...(transport === 'automatic' ? {} : { transport }),
    ...(certificate === null ? {} : { certificate }),
    ...(mayStandStill ? { mayStandStill } : {}),
  };
  return hasSecrets ? { ...shown, password: password?.reveal() ?? null } : shown;
}

function inverse(keys: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(keys).map(([key, id]) => [id, key]));
}
