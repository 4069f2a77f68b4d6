import type { Camera, CameraConnection } from '../../main/contract/camera.ts';
import type { CameraFileFormat } from '../../main/contract/camera-file.ts';
import { m } from '../language/messages.ts';
import { saveFile } from './save-file.ts';
import type { Station } from './station.svelte.ts';

const demoCameras = 9;

/** What a person does to cameras; each that takes something away can be taken back. */
export class CameraCommands {
  readonly #station: Station;

  constructor(station: Station) {
    this.#station = station;
  }

  async remove(cameras: readonly Camera[]): Promise<void> {
    const ids = cameras.map(({ id }) => id);
    const removed = await this.#station.try((client) => client.cameras.remove({ ids }));
    if (removed === undefined) return;
    this.#station.toasts.tell(said(cameras, m.shell_camera_removed, m.shell_cameras_removed), () => {
      void this.#station.try((client) => client.cameras.restore({ ids }));
    });
  }

  async connect(cameras: readonly Camera[], connection: CameraConnection): Promise<void> {
    await this.#change(cameras, { connection });
    this.#station.toasts.tell(
      connection === 'always'
        ? said(cameras, m.shell_camera_always, m.shell_cameras_always)
        : said(cameras, m.shell_camera_on_demand, m.shell_cameras_on_demand),
    );
  }

  async group(cameras: readonly Camera[], group: string): Promise<void> {
    await this.#change(cameras, { group });
  }

  /** Puts cameras in front of another one (null: behind all), and into its group. */
  async move(cameras: readonly Camera[], before: Camera | null, group: string): Promise<void> {
    const ids = cameras.map(({ id }) => id);
    const moved = await this.#station.try((client) =>
      client.cameras.reorder({ ids, before: before?.id ?? null }),
    );
    if (moved !== undefined && cameras.some((camera) => camera.group !== group)) {
      await this.#change(cameras, { group });
    }
  }

  /** Starts virtual cameras to look around with. */
  async showDemo(): Promise<void> {
    await this.#station.try((client) => client.site.showDemo({ count: demoCameras }));
  }

  async export(format: CameraFileFormat): Promise<void> {
    const exported = await this.#station.try((client) => client.cameras.export({ format }));
    if (exported === undefined) return;
    const { fileName, text } = exported.answer;
    saveFile(new File([text], fileName, { type: format === 'csv' ? 'text/csv' : 'application/json' }));
    this.#station.toasts.tell(m.shell_file_saved({ file: fileName }));
  }

  async #change(
    cameras: readonly Camera[],
    change: { group?: string; connection?: CameraConnection },
  ): Promise<void> {
    await this.#station.try((client) =>
      client.cameras.change({ ids: cameras.map(({ id }) => id), ...change }),
    );
  }
}

/** Of one camera with its name, of several with their number. */
function said(
  cameras: readonly Camera[],
  one: (camera: { number: number; name: string }) => string,
  several: (cameras: { count: number }) => string,
): string {
  const [first] = cameras;
  return cameras.length === 1 && first !== undefined ? one(first) : several({ count: cameras.length });
}
