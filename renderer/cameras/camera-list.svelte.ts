import { SvelteSet } from 'svelte/reactivity';
import type { Camera } from '../../main/contract/camera.ts';
import type { CameraCommands } from '../state/camera-commands.ts';
import type { LayoutCommands } from '../state/layout-commands.ts';
import type { Station } from '../state/station.svelte.ts';
import { type CameraRow, groupRows } from './camera-rows.ts';
import { findCameras } from './camera-selection.ts';

/** The list of cameras beside the wall: what is searched for, where the keys are, and what is chosen. */
export class CameraList {
  readonly #station: Station;
  readonly #commands: CameraCommands;
  readonly #layouts: LayoutCommands;
  query: string = $state('');
  readonly #chosen = new SvelteSet<string>();
  /** The camera that the keys are on. */
  #current = $state.raw<string | null>(null);

  readonly found: readonly Camera[] = $derived.by(() =>
    findCameras(this.#station.mirror.cameras, this.query),
  );
  readonly rows: readonly CameraRow[] = $derived(groupRows(this.found));
  /** Where Tab leads to. */
  readonly entry: string | null = $derived.by(() => {
    const listed = this.rows.flatMap((row) => (row.kind === 'camera' ? row.camera.id : []));
    return listed.find((id) => id === this.#current) ?? listed[0] ?? null;
  });
  /** Chosen to do something with all of them at once. */
  readonly chosen: readonly Camera[] = $derived.by(() =>
    this.#station.mirror.cameras.filter(({ id }) => this.#chosen.has(id)),
  );

  constructor(station: Station, commands: CameraCommands, layouts: LayoutCommands) {
    this.#station = station;
    this.#commands = commands;
    this.#layouts = layouts;
  }

  get current(): string | null {
    return this.#current;
  }

  setCurrent(cameraId: string): void {
    this.#current = cameraId;
  }

  /** The index of the row that is `step` cameras farther; undefined at the end. */
  step(step: number): number | undefined {
    const cameras = this.rows.flatMap((row, index) =>
      row.kind === 'camera' ? { index, id: row.camera.id } : [],
    );
    const from = cameras.findIndex(({ id }) => id === (this.#current ?? this.entry));
    const to = cameras[Math.min(Math.max(from + step, 0), cameras.length - 1)];
    if (to === undefined) return undefined;
    this.#current = to.id;
    return to.index;
  }

  isChosen(cameraId: string): boolean {
    return this.#chosen.has(cameraId);
  }

  toggleChosen(cameraId: string): void {
    if (!this.#chosen.delete(cameraId)) this.#chosen.add(cameraId);
  }

  chooseAll(): void {
    for (const { id } of this.found) this.#chosen.add(id);
  }

  chooseNone(): void {
    this.#chosen.clear();
  }

  /** What an act on this camera means: all that are chosen, if it is one of them. */
  meant(camera: Camera): readonly Camera[] {
    return this.#chosen.has(camera.id) ? this.chosen : [camera];
  }

  /** Puts it into the selected tile, and goes on to the next one. */
  show(camera: Camera): void {
    const { wall } = this.#station;
    const index = wall.selected ?? wall.tiles.indexOf(null);
    this.#layouts.put(index === -1 ? 0 : index, camera.id);
    const next = (index === -1 ? 0 : index) + 1;
    wall.select(next < wall.size ? next : 0);
  }

  async remove(cameras: readonly Camera[]): Promise<void> {
    await this.#commands.remove(cameras);
    for (const { id } of cameras) this.#chosen.delete(id);
  }

  /** One place up or down, past its neighbour in the list. */
  async moveBy(camera: Camera, step: 1 | -1): Promise<void> {
    const members = this.#station.mirror.cameras.filter(({ group }) => group === camera.group);
    const from = members.indexOf(camera);
    const to = from + step;
    if (to < 0 || to >= members.length) return;
    const before = step === 1 ? (members[to + 1] ?? null) : (members[to] ?? null);
    await this.#commands.move([camera], before, camera.group);
  }

  /** Dropped above a camera. */
  async moveBefore(cameraIds: readonly string[], before: Camera): Promise<void> {
    const moved = cameraIds.flatMap((id) => this.#station.mirror.camera(id) ?? []);
    if (moved.length === 0 || cameraIds.includes(before.id)) return;
    await this.#commands.move(moved, before, before.group);
  }

  /** Dropped on the name of a group. */
  async moveInto(cameraIds: readonly string[], group: string): Promise<void> {
    const moved = cameraIds.flatMap((id) => this.#station.mirror.camera(id) ?? []);
    if (moved.length > 0) await this.#commands.group(moved, group);
  }
}
