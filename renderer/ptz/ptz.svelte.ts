import { SvelteMap } from 'svelte/reactivity';
import type { Camera, CameraDriver } from '../../main/contract/camera.ts';
import type { PtzCapabilities, PtzPreset } from '../../main/contract/ptz.ts';
import { m } from '../language/messages.ts';
import type { Station } from '../state/station.svelte.ts';
import { moveSeconds, PtzPump } from './ptz-pump.ts';
import { isStill, sameVelocity, still, type Velocity } from './velocity.ts';

/** From the way to a preset until it is there and the picture is sharp: as long as nothing else is asked of the camera. */
const arrivalMilliseconds = 6_000;

/** What moves the camera at this moment; their speeds are added up. */
export type Hand = 'drag' | 'wheel' | 'keys' | 'gamepad';

/** Moves the selected camera: while this is on, drag, wheel and keys are for the camera and not for its picture. */
export class Ptz {
  readonly #station: Station;
  /** By camera and ONVIF address; null: it does not say. */
  readonly #known = new SvelteMap<string, PtzCapabilities | null>();
  readonly #hands = new Map<Hand, Velocity>();
  /** What was refused does nothing until it is let go. */
  readonly #refused = new Set<Hand>();
  #cameraId = $state<string | null>(null);
  #presets = $state.raw<readonly PtzPreset[] | null>(null);
  /** By token: JPEGs in Base64. */
  readonly #pictures = new SvelteMap<string, string>();
  #pump: PtzPump | null = null;
  /** Takes what the camera shows: a small JPEG in Base64; null: there is no picture. */
  look: () => string | null = () => null;
  /** Counts what was asked of cameras. */
  #asked = 0;

  constructor(station: Station) {
    this.#station = station;
  }

  /** The camera that is moved from here; null: none. */
  get camera(): Camera | null {
    return this.#cameraId === null ? null : (this.#station.mirror.camera(this.#cameraId) ?? null);
  }

  /** What it can do. */
  get capabilities(): PtzCapabilities | null {
    return this.camera === null ? null : (this.#known.get(keyOf(this.camera)) ?? null);
  }

  /** Null until they are known. */
  get presets(): readonly PtzPreset[] | null {
    return this.#presets;
  }

  picture(token: string): string | undefined {
    return this.#pictures.get(token);
  }

  /** Whether this person may move it, and it can be moved. */
  canMove(camera: Camera): boolean {
    return this.#mayMove(camera) && canMove(this.#known.get(keyOf(camera)));
  }

  /** Somebody else who moves it at this moment; null: nobody. */
  other(camera: Camera): CameraDriver | null {
    const { mirror, clock, account } = this.#station;
    const driver = mirror.driver(camera.id, clock.monotonic);
    return driver === null || driver.id === (account?.userId ?? 'station') ? null : driver;
  }

  /** Asks once what a camera can do, for the sake of whoever looks at it. */
  async learn(camera: Camera): Promise<void> {
    if (!this.#mayMove(camera) || this.#known.has(keyOf(camera))) return;
    this.#known.set(keyOf(camera), null);
    const asked = await this.#station.ask((client) => client.ptz.capabilities({ cameraId: camera.id }));
    if (asked.failure === null) this.#known.set(keyOf(camera), asked.answer);
    // Without an answer nobody knows: it is asked when somebody looks at it the next time.
    else if (asked.failure.code === 'no-answer') this.#known.delete(keyOf(camera));
  }

  /** Begins or ends with the selected camera. */
  async toggle(): Promise<void> {
    const { wall } = this.#station;
    const camera = wall.selectedCamera;
    if (camera === null || this.#cameraId === camera.id) {
      this.leave();
      return;
    }
    if (!this.#station.mayWith(camera, 'ptz')) {
      this.#station.refuse();
      return;
    }
    if (!canMove(this.#known.get(keyOf(camera)))) {
      const asked = await this.#station.try((client) => client.ptz.capabilities({ cameraId: camera.id }));
      if (asked === undefined) return;
      this.#known.set(keyOf(camera), asked.answer);
      if (!canMove(asked.answer)) {
        this.#station.toasts.fail(m.ptz_cannot_be_moved({ name: camera.name }));
        return;
      }
    }
    this.leave();
    // What fills the wall may not have been selected.
    if (wall.selected === null) wall.select(wall.maximised ?? 0);
    this.#station.zooms.reset(wall.maximised ?? wall.selected ?? 0);
    this.#cameraId = camera.id;
    this.#pump = this.#pumpOf(camera.id);
  }

  leave(): void {
    this.release();
    this.#cameraId = null;
    this.#presets = null;
    this.#pictures.clear();
    this.#pump = null;
  }

  /** One of the hands moves so from now on; `still` lets go. */
  move(hand: Hand, velocity: Velocity): void {
    if (this.#refused.has(hand)) {
      if (isStill(velocity)) this.#refused.delete(hand);
      return;
    }
    if (sameVelocity(velocity, this.#hands.get(hand) ?? still)) return;
    this.#hands.set(hand, velocity);
    this.#asked++;
    const sum = (axis: keyof Velocity) =>
      Math.max(
        -1,
        Math.min(
          1,
          [...this.#hands.values()].reduce((total, each) => total + each[axis], 0),
        ),
      );
    this.#pump?.set({ pan: sum('pan'), tilt: sum('tilt'), zoom: sum('zoom') });
  }

  /** Everything is let go. */
  release(): void {
    this.#hands.clear();
    this.#refused.clear();
    void this.#pump?.release();
  }

  async goHome(): Promise<void> {
    await this.#ask((cameraId) => this.#station.try((client) => client.ptz.home({ cameraId })));
  }

  /** A preset of which nothing is kept yet gets what the camera shows as its picture once it is reached. */
  async goTo({ token }: PtzPreset): Promise<void> {
    const went = await this.#ask((cameraId) =>
      this.#station.try((client) => client.ptz.goPreset({ cameraId, token })),
    );
    const { camera } = this;
    if (went === undefined || camera === null || this.#pictures.has(token)) return;
    const asked = this.#asked;
    setTimeout(() => {
      if (this.#asked === asked && this.#cameraId === camera.id && this.other(camera) === null)
        void this.#keep(camera.id, token, this.look());
    }, arrivalMilliseconds);
  }

  /** The n-th preset, from 1; nothing when there is none. */
  async goToNumber(number: number): Promise<void> {
    if (this.#presets === null) await this.loadPresets();
    const preset = this.#presets?.[number - 1];
    if (preset !== undefined) await this.goTo(preset);
  }

  async loadPresets(): Promise<void> {
    const { camera } = this;
    if (camera === null) return;
    const cameraId = camera.id;
    const [presets, pictures] = await Promise.all([
      this.#station.try((client) => client.ptz.presets({ cameraId })),
      this.#station.ask((client) => client.ptz.presetPictures({ cameraId })),
    ]);
    if (this.#cameraId !== cameraId) return;
    this.#presets = presets?.answer ?? [];
    if (pictures.failure !== null) return;
    for (const { token, picture } of pictures.answer) this.#pictures.set(token, picture);
  }

  /** Keeps where the camera looks now. @param over the preset to be written over; null: a new one  @returns whether it was done */
  async save(name: string, over: PtzPreset | null): Promise<boolean> {
    const picture = this.look();
    const saved = await this.#ask((cameraId) =>
      this.#station.try((client) =>
        client.ptz.savePreset({ cameraId, name, ...(over === null ? {} : { token: over.token }) }),
      ),
    );
    const { camera } = this;
    if (saved === undefined || camera === null) return false;
    await this.#keep(camera.id, saved.answer.token, picture);
    await this.loadPresets();
    return true;
  }

  async remove({ token }: PtzPreset): Promise<void> {
    const { camera } = this;
    if (camera === null) return;
    await this.#station.try((client) => client.ptz.removePreset({ cameraId: camera.id, token }));
    this.#pictures.delete(token);
    await this.loadPresets();
  }

  async #keep(cameraId: string, token: string, picture: string | null): Promise<void> {
    if (picture === null) return;
    const kept = await this.#station.ask((client) =>
      client.ptz.keepPresetPicture({ cameraId, token, picture }),
    );
    if (kept.failure === null && this.#cameraId === cameraId) this.#pictures.set(token, picture);
  }

  async #ask<Answer>(work: (cameraId: string) => Promise<Answer>): Promise<Answer | undefined> {
    const cameraId = this.#cameraId;
    if (cameraId === null) return undefined;
    this.release();
    this.#asked++;
    return await work(cameraId);
  }

  #pumpOf(cameraId: string): PtzPump {
    return new PtzPump({
      move: async (velocity) => {
        const move = { cameraId, ...velocity, seconds: moveSeconds };
        const moved = await this.#station.try((client) => client.ptz.move(move));
        if (moved !== undefined) return true;
        for (const [hand, held] of this.#hands) if (!isStill(held)) this.#refused.add(hand);
        this.#hands.clear();
        return false;
      },
      stop: async () => {
        const { failure } = await this.#station.ask((client) => client.ptz.stop({ cameraId }));
        // Whoever has taken the camera over goes on.
        if (failure === null || failure.code === 'camera-in-use') return;
        this.#station.toasts.fail(m.ptz_not_stopped({ failure: failure.message }));
      },
    });
  }

  #mayMove(camera: Camera): boolean {
    return camera.onvifUrl !== null && !this.#station.locked && this.#station.mayWith(camera, 'ptz');
  }
}

function canMove(capabilities: PtzCapabilities | null | undefined): boolean {
  return capabilities != null && (capabilities.move || capabilities.zoom || capabilities.presets > 0);
}

/** Another address may be another camera. */
function keyOf({ id, onvifUrl }: Camera): string {
  return `${id} ${onvifUrl}`;
}
