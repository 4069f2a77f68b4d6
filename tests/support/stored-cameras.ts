import { Audit } from '../../main/audit/audit.ts';
import { createLog, type Log } from '../../main/base/log.ts';
import { CameraRegistry } from '../../main/cameras/camera-registry.ts';
import { openStore, type Store } from '../../main/store/store.ts';

/** What an engine keeps, and its cameras, without the rest of it: for a process that is killed. */
export function openStoredCameras(folder: string): {
  readonly log: Log;
  readonly store: Store;
  readonly cameras: CameraRegistry;
  readonly audit: Audit;
} {
  const log = createLog('silent');
  const store = openStore({ folder, log });
  const cameras = new CameraRegistry({
    table: store.cameras,
    history: store.history,
    newConnection: () => 'on-demand',
    log,
  });
  return { log, store, cameras, audit: new Audit({ store, log }) };
}
