import { createLog } from '../../main/base/log.ts';
import type { DiscoveryEvent, DiscoveryState, FoundDevice } from '../../main/contract/discovery.ts';
import { discoverableCamera } from '../../main/demo/discoverable-cameras.ts';
import type { RespondingDevice } from '../../main/demo/discovery-responder.ts';
import { Discovery, type DiscoveryOptions, type DiscoveryPorts } from '../../main/discovery/discovery.ts';
import type { LocalNetwork } from '../../main/discovery/local-network.ts';

/** Loopback: no test sends anything anywhere else. */
const loopbackNetworks = (): LocalNetwork[] => [{ name: 'lo', address: '127.0.0.1', prefix: 8 }];

export function createDiscovery(
  owned: AsyncDisposableStack,
  ports: DiscoveryPorts,
  options: Partial<DiscoveryOptions> = {},
): Discovery {
  return owned.use(
    new Discovery({
      scope: 'loopback',
      log: createLog('silent'),
      cameraAt: () => null,
      ports,
      networks: loopbackNetworks,
      ...options,
    }),
  );
}

/** Devices on loopback addresses of their own. */
export function devices(count: number, more: Partial<RespondingDevice> = {}): RespondingDevice[] {
  return Array.from({ length: count }, (_none, index) => {
    const address = `127.0.1.${index + 1}`;
    const camera = { name: `Camera ${index + 1}`, mainUrl: `rtsp://${address}:554/main` };
    return { ...discoverableCamera(camera, index), ...more };
  });
}

/** What a subscription has told so far. */
export class DiscoveryReader {
  readonly devices: Map<string, FoundDevice> = new Map();
  state: DiscoveryState | undefined;
  readonly #events: AsyncIterator<DiscoveryEvent>;

  constructor(events: AsyncIterable<DiscoveryEvent>) {
    this.#events = events[Symbol.asyncIterator]();
  }

  get list(): FoundDevice[] {
    return [...this.devices.values()];
  }

  /** Reads until the condition holds. */
  async until(holds: (reader: DiscoveryReader) => boolean): Promise<void> {
    while (!holds(this)) {
      const { done, value } = await this.#events.next();
      if (done === true) throw new Error('the subscription has ended');
      this.#apply(value);
    }
  }

  async close(): Promise<void> {
    await this.#events.return?.(undefined);
  }

  #apply(event: DiscoveryEvent): void {
    switch (event.type) {
      case 'snapshot':
        this.devices.clear();
        for (const device of event.devices) this.devices.set(device.id, device);
        this.state = event.state;
        break;
      case 'device':
        this.devices.set(event.device.id, event.device);
        break;
      case 'gone':
        this.devices.delete(event.deviceId);
        break;
      case 'state':
        this.state = event.state;
        break;
      default:
        event satisfies never;
    }
  }
}
