import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { CDPSession } from 'playwright-core';

/** One page's, or the browser's, DevTools session. */
export class DevToolsSession {
  readonly id: string | undefined;
  readonly events = new EventEmitter();
  readonly send: CDPSession['send'];
  readonly on: CDPSession['on'];

  constructor(chromium: Chromium, id: string | undefined) {
    this.id = id;
    this.send = ((method: string, parameters?: object) =>
      chromium.call(method, parameters, id)) as CDPSession['send'];
    this.on = this.events.on.bind(this.events) as unknown as CDPSession['on'];
  }
}

interface Answer {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: { readonly sessionId?: string };
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Call {
  readonly method: string;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A headless Chromium whose DevTools pipe is this process's: it ends when this process ends, however that happens. */
export class Chromium {
  readonly browser: DevToolsSession;
  readonly #process: ChildProcess;
  readonly #input: Writable;
  readonly #sessions = new Map<string, DevToolsSession>();
  readonly #calls = new Map<number, Call>();
  #lastCall = 0;
  #rest = '';

  private constructor(child: ChildProcess) {
    this.#process = child;
    this.#input = child.stdio[3] as Writable;
    this.browser = new DevToolsSession(this, undefined);
    const output = child.stdio[4] as Readable;
    output.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    // A call after its end is answered by `exit`.
    this.#input.on('error', () => undefined);
  }

  /** @param onExit called when Chromium has ended @throws Error with what it printed, when it cannot start */
  static async launch(
    executable: string,
    parameters: readonly string[],
    onExit: () => void,
  ): Promise<Chromium> {
    const child = spawn(executable, ['--remote-debugging-pipe', ...parameters], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    let printed = '';
    const listening = Promise.withResolvers<string>();
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-8_192);
      const address = /DevTools listening on (ws:\S+)/.exec(printed)?.[1];
      if (address !== undefined) listening.resolve(address);
    });
    child.once('exit', () => {
      listening.reject(new Error(`Chromium ended:\n${printed}`));
      onExit();
    });
    await once(child, 'spawn');
    const chromium = new Chromium(child);
    child.once('exit', () => chromium.#end());
    if (parameters.some((parameter) => parameter.startsWith('--remote-debugging-port'))) {
      // Electron prints it too: Playwright waits for this line.
      process.stderr.write(`\nDevTools listening on ${await listening.promise}\n`);
    } else listening.promise.catch(() => undefined);
    return chromium;
  }

  get processId(): number {
    return this.#process.pid ?? 0;
  }

  session(id: string): DevToolsSession {
    const session = this.#sessions.get(id) ?? new DevToolsSession(this, id);
    this.#sessions.set(id, session);
    return session;
  }

  call(method: string, parameters: object = {}, sessionId?: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastCall;
      this.#calls.set(id, { method, resolve, reject });
      this.#input.write(`${JSON.stringify({ id, method, params: parameters, sessionId })}\0`);
    });
  }

  /** Ends it; resolves when it has ended. */
  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.call('Browser.close').catch(() => undefined);
    const force = setTimeout(() => this.#process.kill('SIGKILL'), 1_000);
    await exited;
    clearTimeout(force);
  }

  #read(text: string): void {
    const messages = (this.#rest + text).split('\0');
    this.#rest = messages.pop() ?? '';
    for (const message of messages) this.#take(JSON.parse(message) as Answer);
  }

  #take({ id, sessionId, method, params, result, error }: Answer): void {
    if (id !== undefined) {
      const call = this.#calls.get(id);
      this.#calls.delete(id);
      if (error === undefined) call?.resolve(result);
      else call?.reject(new Error(`${call.method}: ${error.message}`));
      return;
    }
    const session = sessionId === undefined ? this.browser : this.session(sessionId);
    if (method !== undefined) session.events.emit(method, params);
    if (method === 'Target.detachedFromTarget') this.#sessions.delete(params?.sessionId ?? '');
  }

  #end(): void {
    for (const { method, reject } of this.#calls.values()) reject(new Error(`${method}: Chromium has ended`));
    this.#calls.clear();
  }
}
