import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { type FleetCommand, fleetAnswer, fleetReady } from './fleet-command.ts';

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** A fleet of virtual cameras in a process of its own, so that neither takes time from the other. */
export class FleetProcess implements AsyncDisposable {
  readonly cameras: readonly { name: string; mainUrl: string; subUrl: string }[];
  readonly #child: Child;
  readonly #waiting = new Map<number, { resolve(value: number | null): void; reject(error: Error): void }>();
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
    // Nothing that waits may hang when the process dies.
    child.once('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the virtual cameras have ended'));
    });
  }

  /** Tells a camera something; resolves when it is done (a reboot: when the camera is back). */
  async command(camera: number, command: FleetCommand): Promise<number | null> {
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    this.#waiting.set(id, { resolve, reject });
    this.#child.stdin.write(`${JSON.stringify({ id, camera, command })}\n`);
    return await promise;
  }

  async millisecondsToNextKeyFrame(camera: number, profile: 'main' | 'sub'): Promise<number> {
    return (await this.command(camera, { do: 'next-key-frame', profile })) ?? Number.NaN;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.stdin.end();
    await exit;
  }
}

/** @throws Error when the cameras cannot start; what they said is on stderr */
export async function startFleetProcess(options: {
  count: number;
  port?: number;
  gopSeconds?: 2 | 10;
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
  ];
  const child = spawn(process.execPath, [entry(), ...parameters], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Inside the desktop app this executable is Electron, which must not open a second app.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
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
