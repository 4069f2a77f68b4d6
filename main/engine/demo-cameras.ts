import { Secret } from '../base/secret.ts';
import type { CameraInput } from '../contract/camera.ts';
import type { WallSize } from '../contract/layout.ts';
import { defaultLayoutId, wallSizes } from '../contract/limits.ts';
import type { Store } from '../store/store.ts';

/**
 * Puts the virtual cameras into the store, so that the console opens straight on them. Their ports differ from run to
 * run: a demo camera of the same name gets the new addresses.
 */
export function showDemoCameras(store: Store, inputs: readonly CameraInput[]): void {
  const known = store.cameras.list();
  for (const { name, group, mainUrl, subUrl, username, password } of inputs) {
    const addresses = {
      mainUrl,
      subUrl,
      username: username ?? null,
      password: password === undefined ? null : new Secret(password),
    };
    const existing = known.find((camera) => camera.name === name && camera.group === group);
    if (existing === undefined) store.cameras.insert({ name, group, ...addresses });
    else store.cameras.update({ ...existing, ...addresses });
  }
  store.layouts.save({ id: defaultLayoutId, name: 'Wall', size: smallestWall(inputs.length), tiles: [] });
}

function smallestWall(tiles: number): WallSize {
  return wallSizes.find((size) => size >= tiles) ?? 25;
}
