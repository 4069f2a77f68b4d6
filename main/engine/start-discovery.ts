import type { Log } from '../base/log.ts';
import type { CameraRegistry } from '../cameras/camera-registry.ts';
import { Discovery, type DiscoveryOptions } from '../discovery/discovery.ts';
import { CameraAddresses } from './camera-addresses.ts';

export type EngineDiscoveryOptions = Pick<DiscoveryOptions, 'scope' | 'ports' | 'networks' | 'scanPorts'>;

/** Looks around once, now, and then whenever somebody watches; knows which devices are cameras in Gatehouse already. */
export function startDiscovery(
  parts: AsyncDisposableStack,
  cameras: CameraRegistry,
  options: EngineDiscoveryOptions,
  log: Log,
): Discovery {
  const addresses = new CameraAddresses(() => cameras.list());
  const discovery = parts.use(
    new Discovery({ ...options, log, cameraAt: (address, port) => addresses.cameraAt(address, port) }),
  );
  const stop = new AbortController();
  parts.defer(() => stop.abort());
  void (async () => {
    for await (const { type } of cameras.watch(stop.signal)) {
      if (type === 'status' || type === 'order') continue;
      addresses.forget();
      discovery.camerasChanged();
    }
  })();
  if (options.scope !== 'none') discovery.lookOnce();
  return discovery;
}
