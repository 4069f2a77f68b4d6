import { parseCameraAddress } from '../cameras/camera-address.ts';
import type { Camera } from '../contract/camera.ts';

/** Which camera is at which address: the hosts and ports of their main streams, as they are stored. */
export class CameraAddresses {
  readonly #list: () => readonly Camera[];
  #byHost: Map<string, { readonly id: string; readonly port: number }[]> | null = null;

  constructor(list: () => readonly Camera[]) {
    this.#list = list;
  }

  /** @param port null: at any */
  cameraAt(host: string, port: number | null): string | null {
    this.#byHost ??= this.#read();
    const here = this.#byHost.get(host) ?? [];
    return here.find((camera) => port === null || camera.port === port)?.id ?? null;
  }

  /** Cameras were added, changed or removed. */
  forget(): void {
    this.#byHost = null;
  }

  #read() {
    const byHost = new Map<string, { id: string; port: number }[]>();
    for (const { id, mainUrl } of this.#list()) {
      const { host, port } = parseCameraAddress(mainUrl);
      byHost.set(host, [...(byHost.get(host) ?? []), { id, port }]);
    }
    return byHost;
  }
}
