import { Gate } from '../base/gate.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import type { PtzMove, PtzPreset, PtzPresetSave } from '../contract/ptz.ts';
import type { CameraControls } from './camera-controls.ts';

/** Nobody else moves a camera until so long after the last word of whoever did. */
const leaseMilliseconds = 5_000;
/** Windows are told again so often who moves it: what they hear counts for the time of a lease. */
const tellMilliseconds = 1_000;
/** For a camera that must be stopped and answers slowly. */
const stopMilliseconds = 5_000;

/** Somebody who moves cameras. */
export interface Driver {
  /** The same for all windows of one person. */
  readonly id: string;
  readonly name: string;
  /** Takes a camera over from those who have it not: whoever manages the camera. */
  readonly hasPriority: boolean;
}

interface Drive {
  driver: Driver;
  /** All times are `performance.now()`. */
  until: number;
  toldAt: number;
  /** Commands to one camera go out one after the other: no stop overtakes the move that it ends. */
  readonly gate: Gate;
  /** Stops a camera whose driver says nothing more. */
  deadman: NodeJS.Timeout | null;
}

/**
 * Who moves which camera: one person at a time, until five seconds after the last command. A move that is not said again in the time that
 * it came with is stopped from here, for cameras that do not keep to the time themselves.
 */
export class CameraDrives implements Disposable {
  readonly #controls: CameraControls;
  readonly #nameOf: (cameraId: string) => string | undefined;
  readonly #onDriven: (cameraId: string, driver: Driver, seconds: number) => void;
  readonly #log: Log;
  readonly #drives = new Map<string, Drive>();

  /** @param options.onDriven somebody has a camera for so many seconds from now; told again while it goes on */
  constructor(options: {
    controls: CameraControls;
    nameOf: (cameraId: string) => string | undefined;
    onDriven: (cameraId: string, driver: Driver, seconds: number) => void;
    log: Log;
  }) {
    this.#controls = options.controls;
    this.#nameOf = options.nameOf;
    this.#onDriven = options.onDriven;
    this.#log = options.log;
  }

  /** @throws GatehouseError camera-in-use while somebody else has it, as all of these; and what the camera says */
  async move(driver: Driver, move: PtzMove, signal: AbortSignal): Promise<void> {
    const drive = this.#take(driver, move.cameraId);
    using _turn = await drive.gate.enter(signal);
    // Whoever took over meanwhile is not moved away from.
    this.#take(driver, move.cameraId);
    this.#watch(move.cameraId, drive, move.seconds);
    await this.#controls.move(move, signal);
  }

  async stop(driver: Driver, cameraId: string, signal: AbortSignal): Promise<void> {
    await this.#command(driver, cameraId, signal, () => this.#controls.stop(cameraId, signal));
  }

  async goHome(driver: Driver, cameraId: string, signal: AbortSignal): Promise<void> {
    await this.#command(driver, cameraId, signal, () => this.#controls.goHome(cameraId, signal));
  }

  async goToPreset(driver: Driver, cameraId: string, token: string, signal: AbortSignal): Promise<void> {
    await this.#command(driver, cameraId, signal, () => this.#controls.goToPreset(cameraId, token, signal));
  }

  async savePreset(driver: Driver, preset: PtzPresetSave, signal: AbortSignal): Promise<PtzPreset> {
    const save = () => this.#controls.savePreset(preset, signal);
    return await this.#command(driver, preset.cameraId, signal, save);
  }

  [Symbol.dispose](): void {
    // A camera that moves at this moment ends its move itself.
    for (const { deadman } of this.#drives.values()) if (deadman !== null) clearTimeout(deadman);
    this.#drives.clear();
  }

  async #command<Answer>(
    driver: Driver,
    cameraId: string,
    signal: AbortSignal,
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    const drive = this.#take(driver, cameraId);
    using _turn = await drive.gate.enter(signal);
    this.#take(driver, cameraId);
    this.#unwatch(drive);
    return await work();
  }

  #take(driver: Driver, cameraId: string): Drive {
    const now = performance.now();
    this.#forgetOld(now);
    const drive: Drive = this.#drives.get(cameraId) ?? {
      driver,
      until: 0,
      toldAt: Number.NEGATIVE_INFINITY,
      gate: new Gate(),
      deadman: null,
    };
    const other = drive.driver;
    const isOthers = other.id !== driver.id && now < drive.until;
    if (isOthers && (other.hasPriority || !driver.hasPriority)) {
      const camera = this.#nameOf(cameraId);
      throw new GatehouseError(
        'camera-in-use',
        `${other.name} is moving ${camera ?? 'this camera'}. Try again a few seconds after they have stopped.`,
        { ...(camera === undefined ? {} : { camera }) },
      );
    }
    drive.driver = driver;
    drive.until = now + leaseMilliseconds;
    this.#drives.set(cameraId, drive);
    if (other.id !== driver.id || now - drive.toldAt >= tellMilliseconds) {
      drive.toldAt = now;
      this.#onDriven(cameraId, driver, leaseMilliseconds / 1_000);
    }
    return drive;
  }

  #watch(cameraId: string, drive: Drive, seconds: number): void {
    this.#unwatch(drive);
    drive.deadman = setTimeout(() => {
      drive.deadman = null;
      void this.#stopAlone(cameraId, drive);
    }, seconds * 1_000);
  }

  #unwatch(drive: Drive): void {
    if (drive.deadman !== null) clearTimeout(drive.deadman);
    drive.deadman = null;
  }

  /** Never rejects. */
  async #stopAlone(cameraId: string, { gate }: Drive): Promise<void> {
    const signal = AbortSignal.timeout(stopMilliseconds);
    try {
      using _turn = await gate.enter(signal);
      await this.#controls.stop(cameraId, signal);
    } catch (thrown) {
      const { code, message } = GatehouseError.from(thrown);
      this.#log.debug({ camera: this.#nameOf(cameraId), code }, message);
    }
  }

  #forgetOld(now: number): void {
    for (const [cameraId, { until, deadman }] of this.#drives)
      if (now >= until && deadman === null) this.#drives.delete(cameraId);
  }
}
