import { GatehouseError } from '../base/gatehouse-error.ts';
import type { CameraRegistry } from '../cameras/camera-registry.ts';
import type { CameraInput } from '../contract/camera.ts';
import { type DemoCamera, demoCameraInputs } from '../demo/demo-cameras.ts';
import type { SiteService } from '../site/site-service.ts';
import type { SettingTable } from '../store/setting-table.ts';

/** Virtual cameras that run somewhere, until they are disposed. */
export interface DemoFleet extends AsyncDisposable {
  readonly cameras: readonly DemoCamera[];
}

export interface DemoOptions {
  readonly registry: CameraRegistry;
  readonly settings: SettingTable;
  readonly site: SiteService;
  readonly start: (count: number) => Promise<DemoFleet>;
}

/** The virtual cameras that a person asked for; they run again whenever the engine does, until they are sent away. */
export class DemoCameras implements AsyncDisposable {
  readonly #options: DemoOptions;
  #fleet: DemoFleet | undefined;
  /** One change at a time. */
  #changing: Promise<void> = Promise.resolve();

  constructor(options: DemoOptions) {
    this.#options = options;
  }

  /** Starts them and adds them to the cameras; it is remembered. @throws GatehouseError internal, limit-reached */
  async show(count: number): Promise<void> {
    await this.#change(async () => {
      await this.#run(count);
      this.#options.settings.saveDemoCameras(count);
    });
  }

  /** Starts those that were shown when the engine ran last. */
  async resume(): Promise<void> {
    const count = this.#options.settings.demoCameras;
    if (count > 0) await this.#change(() => this.#run(count));
  }

  /** Stops them and removes them from the cameras. */
  async hide(): Promise<void> {
    const { registry, settings, site } = this.#options;
    await this.#change(async () => {
      const ids = registry
        .list()
        .filter(isDemo)
        .map(({ id }) => id);
      if (ids.length > 0) registry.remove(ids);
      settings.saveDemoCameras(0);
      site.demoCameras = 0;
      await this.#fleet?.[Symbol.asyncDispose]();
      this.#fleet = undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#changing;
    await this.#fleet?.[Symbol.asyncDispose]();
  }

  async #run(count: number): Promise<void> {
    const { registry, site, start } = this.#options;
    await this.#fleet?.[Symbol.asyncDispose]();
    this.#fleet = undefined;
    try {
      this.#fleet = await start(count);
    } catch (error) {
      throw new GatehouseError(
        'internal',
        'The demo cameras could not be started. Close other programs that need much memory, and try again.',
        { cause: error },
      );
    }
    addDemoCameras(registry, demoCameraInputs(this.#fleet.cameras));
    site.demoCameras = count;
  }

  async #change(work: () => Promise<void>): Promise<void> {
    const changed = this.#changing.then(work);
    // The next change does not care how this one ended.
    this.#changing = changed.catch(() => {});
    await changed;
  }
}

/** Their ports differ from run to run: a demo camera of the same name gets the new addresses. */
export function addDemoCameras(registry: CameraRegistry, inputs: readonly CameraInput[]): void {
  for (const input of inputs) {
    const existing = registry.list().find((camera) => isDemo(camera) && camera.name === input.name);
    if (existing === undefined) registry.add(input);
    else {
      const { mainUrl, subUrl, onvifUrl = null } = input;
      registry.edit({ id: existing.id, mainUrl, subUrl, onvifUrl });
    }
  }
}

function isDemo({ group, mainUrl }: { readonly group: string; readonly mainUrl: string }): boolean {
  return group === 'Demo' && mainUrl.startsWith('rtsp://127.0.0.1:');
}
