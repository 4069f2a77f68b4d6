import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import {
  type CameraStatistics,
  type FleetCommand,
  type FleetValue,
  fleetAnswer,
  fleetReady,
} from './fleet-command.ts';
import type { QuirkName } from './quirks.ts';

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** A fleet that does not end by itself within this time is killed. */
const endMilliseconds = 2_000;

/** A fleet of virtual cameras in a process of its own, so that neither takes time from the other. */
export class FleetProcess implements AsyncDisposable {
  readonly cameras: readonly {
    name: string;
    mainUrl: string;
    subUrl: string;
    onvifUrl: string | null;
  }[];
  readonly #child: Child;
  readonly #waiting = new Map<number, { resolve(value: FleetValue): void; reject(error: Error): void }>();
  #nextId = 1;

  constructor(child: Child, lines: Interface, cameras: FleetProcess['cameras']) {
    this.#child = child;
    this.cameras = cameras;
    lines.on('line', (line) => {
      const { id, value, error } = fleetAnswer.parse(JSON.parse(line));
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(value);
      else waiting?.reject(new Error(error));
    });
    // Written to in the moment in which the process dies: the answer says so, below.
    child.stdin.on('error', () => {});
    // Nothing that waits may hang when the process dies.
    child.once('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(ended());
      this.#waiting.clear();
    });
  }

  /**
   * Tells a camera something; resolves when it is done (a reboot: when the camera is back).
   * @param camera its index
   * @throws Error when there is no such camera or the process has ended
   */
  async command(camera: number, command: FleetCommand): Promise<FleetValue> {
    if (this.#hasExited) throw ended();
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<FleetValue>();
    this.#waiting.set(id, { resolve, reject });
    this.#child.stdin.write(`${JSON.stringify({ id, camera, command })}\n`);
    return await promise;
  }

  async millisecondsToNextKeyFrame(camera: number, profile: 'main' | 'sub'): Promise<number> {
    const value = await this.command(camera, { do: 'next-key-frame', profile });
    if (typeof value !== 'number') throw new Error('the virtual cameras gave no time');
    return value;
  }

  async statistics(camera: number): Promise<CameraStatistics> {
    const value = await this.command(camera, { do: 'statistics' });
    if (value === null || typeof value === 'number')
      throw new Error('the virtual cameras gave no statistics');
    return value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasExited) return;
    const exit = once(this.#child, 'exit');
    this.#child.stdin.end();
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), endMilliseconds);
    await exit;
    clearTimeout(kill);
  }

  get #hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

function ended(): Error {
  return new Error('the virtual cameras have ended');
}

/** @throws Error when the cameras cannot start; what they said is on stderr */
export async function startFleetProcess(options: {
  count: number;
  port?: number;
  gopSeconds?: 2 | 10;
  /** They have ONVIF devices. */
  onvif?: boolean;
  /** They answer on loopback when devices are looked for, and have ONVIF devices. */
  discoverable?: boolean;
  quirk?: QuirkName;
  /** Some of them send sound. */
  sound?: boolean;
  signal?: AbortSignal;
}): Promise<FleetProcess> {
  const { count, port = 0, gopSeconds = 2 } = options;
  const parameters = [
    '--json',
    '--count',
    String(count),
    '--port',
    String(port),
    '--gop',
    String(gopSeconds),
    ...(options.onvif === true ? ['--onvif', '0'] : []),
    ...(options.discoverable === true ? ['--discoverable'] : []),
    ...(options.sound === true ? ['--sound'] : []),
    ...(options.quirk === undefined ? [] : ['--quirk', options.quirk]),
  ];
  const child = spawn(process.execPath, [entry(), ...parameters], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => {
      throw new Error('the virtual cameras could not start');
    }),
  ])) as [string];
  const { cameras } = fleetReady.parse(JSON.parse(line));
  return new FleetProcess(child, lines, cameras);
}

/** Beside this file in the sources; in the build it is one of the entries, and this file a part of another or a chunk. */
function entry(): string {
  if (import.meta.filename.endsWith('.ts')) return path.join(import.meta.dirname, 'fleet.ts');
  const folder = import.meta.dirname;
  return path.join(path.basename(folder) === 'chunks' ? path.dirname(folder) : folder, 'fleet.js');
}
