import path from 'node:path';
import { MessageChannelMain, type UtilityProcess, utilityProcess, type WebContents } from 'electron';
import { backoffMilliseconds } from '../base/retry.ts';

const stopMilliseconds = 2_000;
/** An engine that ran for this long has recovered from what ended the one before. */
const stableMilliseconds = 60_000;

/** Keeps the engine running: starts it again when it dies, and gives windows their ports to it. */
export class EngineSupervisor {
  readonly #parameters: readonly string[];
  readonly #onRestart: () => void;
  readonly #waiting = new Set<WebContents>();
  #process: UtilityProcess | undefined;
  #isReady = false;
  #isStopping = false;
  #failures = 0;

  /** @param onRestart called when a new engine is ready after one has died: ports to the old one are dead */
  constructor(parameters: readonly string[], onRestart: () => void) {
    this.#parameters = parameters;
    this.#onRestart = onRestart;
    this.#start();
  }

  /** Gives a window a port to the engine, as soon as there is one. */
  connect(window: WebContents): void {
    if (!this.#isReady || this.#process === undefined) {
      this.#waiting.add(window);
      return;
    }
    if (window.isDestroyed()) return;
    const { port1, port2 } = new MessageChannelMain();
    this.#process.postMessage('connect', [port1]);
    window.postMessage('engine-port', null, [port2]);
  }

  /** Ends the engine; after two seconds by force. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const engine = this.#process;
    if (engine === undefined) return;
    const exited = new Promise<void>((resolve) => engine.once('exit', () => resolve()));
    const timer = setTimeout(() => engine.kill(), stopMilliseconds);
    engine.postMessage('stop');
    await exited;
    clearTimeout(timer);
  }

  #start(): void {
    const startedAt = performance.now();
    const engine = utilityProcess.fork(
      path.join(import.meta.dirname, 'engine-process.js'),
      [...this.#parameters],
      {
        serviceName: 'Gatehouse engine',
        stdio: 'inherit',
      },
    );
    this.#process = engine;
    engine.once('message', () => {
      this.#isReady = true;
      if (this.#failures > 0) this.#onRestart();
      const waiting = [...this.#waiting];
      this.#waiting.clear();
      for (const window of waiting) this.connect(window);
    });
    engine.once('exit', () => {
      this.#isReady = false;
      this.#process = undefined;
      if (this.#isStopping) return;
      if (performance.now() - startedAt > stableMilliseconds) this.#failures = 0;
      const wait = backoffMilliseconds(this.#failures);
      this.#failures++;
      setTimeout(() => {
        if (!this.#isStopping) this.#start();
      }, wait);
    });
  }
}
