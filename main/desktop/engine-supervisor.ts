import { MessageChannelMain, type UtilityProcess, type WebContents } from 'electron';
import { backoffMilliseconds } from '../base/retry.ts';
import type { FromEngine, ToEngine } from '../contract/engine-messages.ts';
import type { EngineState } from '../contract/shell.ts';
import { forkEngine } from './engine-fork.ts';
import type { SiteKey } from './key-ring.ts';

const stopMilliseconds = 1_500;
/** An engine that ran for this long has recovered from what ended the one before. */
const stableMilliseconds = 10_000;
/** A loop that does not turn for so long never will. A machine that sleeps does not count: its clock stands, too. */
const hangMilliseconds = 15_000;
const lookMilliseconds = 3_000;
/** The first restart is at once: a guard without pictures does not care about what may be wrong. */
const firstRestartMilliseconds = 100;

export interface EngineSupervisorOptions {
  /** Of engine-process.js. */
  readonly parameters: readonly string[];
  readonly key: SiteKey;
  readonly onState: (state: EngineState) => void;
  readonly onMessage: (message: FromEngine) => void;
}

/** Keeps the engine running: starts it again when it dies or hangs, and gives windows their ports to it. */
export class EngineSupervisor implements AsyncDisposable {
  readonly #options: EngineSupervisorOptions;
  readonly #waiting = new Set<WebContents>();
  readonly #look: NodeJS.Timeout;
  #process: UtilityProcess | undefined;
  #state: EngineState = { name: 'starting', reason: null };
  #failure: string | undefined;
  #isStopping = false;
  #failures = 0;
  #aliveAt = 0;
  #backup: PromiseWithResolvers<string | null> | undefined;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: EngineSupervisorOptions) {
    this.#options = options;
    this.#look = setInterval(() => this.#checkPulse(), lookMilliseconds);
    this.#start();
  }

  get state(): EngineState {
    return this.#state;
  }

  /** Undefined while it does not run. */
  get processId(): number | undefined {
    return this.#process?.pid;
  }

  /** Gives a window a port to the engine, as soon as there is one. */
  connect(window: WebContents): void {
    if (this.#state.name !== 'running' || this.#process === undefined) {
      this.#waiting.add(window);
      return;
    }
    if (window.isDestroyed()) return;
    const { port1, port2 } = new MessageChannelMain();
    this.#process.postMessage({ type: 'connect' } satisfies ToEngine, [port1]);
    window.postMessage('to-page', { type: 'engine-port' }, [port2]);
  }

  /** The machine was asleep: cameras are dialled anew at once. */
  woke(): void {
    this.#aliveAt = performance.now();
    this.#send({ type: 'woke' });
  }

  /** The answer is a message. */
  checkPin(pin: string): void {
    this.#send({ type: 'check-pin', pin });
  }

  /** Has a verified backup made. @returns null when there is one, else why not; calls at the same time share the answer */
  async backUp(): Promise<string | null> {
    if (this.#state.name !== 'running') return 'The engine does not run.';
    this.#backup ??= Promise.withResolvers();
    this.#send({ type: 'back-up' });
    return await this.#backup.promise;
  }

  /** For the engine's log; lost while it does not run. */
  note(words: string): void {
    this.#send({ type: 'note', words });
  }

  /** Ends the engine; after a moment by force. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#look);
    clearTimeout(this.#restart);
    const engine = this.#process;
    if (engine === undefined) return;
    const exited = new Promise<void>((resolve) => engine.once('exit', () => resolve()));
    const timer = setTimeout(() => killNow(engine), stopMilliseconds);
    this.#send({ type: 'stop' });
    await exited;
    clearTimeout(timer);
  }

  #start(): void {
    const startedAt = performance.now();
    const engine = forkEngine(this.#options.parameters, this.#options.key);
    this.#process = engine;
    this.#failure = undefined;
    this.#aliveAt = startedAt;
    engine.on('message', (message: FromEngine) => this.#take(message));
    engine.once('exit', () => this.#exited(startedAt));
  }

  #take(message: FromEngine): void {
    this.#aliveAt = performance.now();
    if (message.type === 'failed') this.#failure = message.message;
    if (message.type === 'backed-up') this.#backedUp(message.refusal);
    if (message.type === 'ready') {
      this.#enter({ name: 'running' });
      const waiting = [...this.#waiting];
      this.#waiting.clear();
      for (const window of waiting) this.connect(window);
    }
    this.#options.onMessage(message);
  }

  #exited(startedAt: number): void {
    this.#process = undefined;
    this.#backedUp('The engine has ended meanwhile.');
    if (this.#isStopping) return;
    if (performance.now() - startedAt > stableMilliseconds) this.#failures = 0;
    const isFirst = this.#failures === 0 && this.#failure === undefined;
    const wait = isFirst ? firstRestartMilliseconds : backoffMilliseconds(this.#failures);
    this.#failures++;
    const reason = this.#failure ?? 'The engine has ended unexpectedly.';
    this.#enter({ name: 'waiting', until: Date.now() + wait, reason });
    this.#restart = setTimeout(() => {
      this.#enter({ name: 'starting', reason });
      this.#start();
    }, wait);
  }

  #backedUp(refusal: string | null): void {
    this.#backup?.resolve(refusal);
    this.#backup = undefined;
  }

  #checkPulse(): void {
    const engine = this.#process;
    if (engine === undefined || performance.now() - this.#aliveAt < hangMilliseconds) return;
    this.#failure = 'The engine did not answer any more.';
    killNow(engine);
  }

  #enter(state: EngineState): void {
    this.#state = state;
    this.#options.onState(state);
  }

  #send(message: ToEngine): void {
    this.#process?.postMessage(message);
  }
}

/** Not by `kill`, which asks: a process that hangs does not hear. */
function killNow(engine: UtilityProcess): void {
  if (engine.pid === undefined) return;
  try {
    process.kill(engine.pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
