import { vi } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import { CameraRegistry } from '../../main/cameras/camera-registry.ts';
import type { Camera, CameraInput } from '../../main/contract/camera.ts';
import type { VirtualCamera } from '../../main/demo/virtual-fleet.ts';
import type { LiveStream } from '../../main/media/live-stream.ts';
import type { Store } from '../../main/store/store.ts';
import { StatusWatch, untilFrames } from './camera-scene.ts';

/** How often the schedule of probes looks, milliseconds. */
export const look = 250;

/** A registry without an engine around it, and what it tells. */
export function startRegistry(
  owned: AsyncDisposableStack,
  store: Store,
): { readonly registry: CameraRegistry; readonly watch: StatusWatch } {
  const registry = owned.use(
    new CameraRegistry({
      table: store.cameras,
      history: store.history,
      newConnection: () => 'on-demand',
      log: createLog('silent'),
    }),
  );
  return { registry, watch: owned.use(new StatusWatch(registry)) };
}

export function addVirtual(
  registry: CameraRegistry,
  { name, mainUrl, subUrl }: VirtualCamera,
  more: Partial<CameraInput> = {},
): Camera {
  return registry.add({ name, group: '', mainUrl, subUrl, ...more });
}

/** With fake timers: lets milliseconds go by, one step at a time, and after each what came of it. */
export async function pass(milliseconds: number, step = look): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += step) {
    vi.advanceTimersByTime(step);
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  }
}

/** The same while a stream plays: not faster than its pictures come. */
export async function passPlaying(stream: LiveStream, milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += look) {
    const frame = untilFrames(stream, 1);
    vi.advanceTimersByTime(look);
    await frame;
  }
}

/** Lets time go by until a stream has its first picture. */
export async function untilPlaying(stream: LiveStream): Promise<void> {
  while (stream.gop.length === 0) await pass(look);
}
