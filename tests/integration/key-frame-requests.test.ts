import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import { CameraControls } from '../../main/cameras/camera-controls.ts';
import { CameraRegistry } from '../../main/cameras/camera-registry.ts';
import { KeyFrameRequests } from '../../main/cameras/key-frame-requests.ts';
import type { VirtualCamera } from '../../main/demo/virtual-fleet.ts';
import { openStore } from '../../main/store/store.ts';
import { untilFrames, virtualCamera } from '../support/camera-scene.ts';
import { temporaryFolder } from '../support/console-window.ts';

let owned: AsyncDisposableStack;
const log = createLog('silent');
const account = { username: 'guard', password: 'right' } as const;

beforeEach(() => {
  owned = new AsyncDisposableStack();
});
afterEach(async () => {
  await owned.disposeAsync();
});

async function start() {
  const store = owned.use(openStore({ folder: await temporaryFolder(owned), log }));
  const registry: CameraRegistry = owned.use(
    new CameraRegistry({
      table: store.cameras,
      history: store.history,
      newConnection: () => 'on-demand',
      requestKeyFrame: (id, profile) => requests.ask(id, profile),
      log,
    }),
  );
  const stored = (id: string) => registry.stored(id);
  const requests = owned.use(new KeyFrameRequests({ controls: new CameraControls({ stored }), stored, log }));
  const credentials = { scheme: 'digest-md5', ...account } as const;
  const virtual = await virtualCamera(owned, { gopSeconds: 10, credentials, onvif: { port: 0 } });
  const { name, mainUrl, subUrl, onvifUrl } = virtual;
  const camera = registry.add({ name, group: '', mainUrl, subUrl, onvifUrl, ...account });
  const { stream } = owned.use(registry.lease(camera.id, 'main'));
  return { virtual, stream };
}

const asks = ({ onvif }: VirtualCamera) =>
  onvif?.asked.filter((asked) => asked === 'SetSynchronizationPoint').length ?? 0;

test('a viewer for whom no key frame is cached has the camera asked for one, and no longer once it came', async () => {
  const { virtual, stream } = await start();
  stream.wantKeyFrame();
  await untilFrames(stream, 1);
  // The camera sends one in ten seconds by itself.
  expect(asks(virtual)).toBe(1);
  await untilFrames(stream, 20);
  expect(asks(virtual)).toBe(1);
});
