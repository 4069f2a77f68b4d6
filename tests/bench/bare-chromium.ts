import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chromiumSwitches, findChromium, loopbackWebRtc } from '../support/chromium.ts';

const startMilliseconds = 20_000;

/**
 * Chromium as a person has it: nothing is attached to its pages. Playwright takes tens of milliseconds from a page that opens: it
 * evaluates scripts of its own there, and lets the browser note where in the code each request came from.
 */
export class BareChromium implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  #id = 0;

  private constructor(process: ChildProcess, socket: WebSocket) {
    this.#process = process;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const { id, result, error } = JSON.parse(String(data));
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new Error(error.message));
    });
  }

  /** @param folder of its profile; empty at first */
  static async start(folder: string): Promise<BareChromium> {
    const [launcher] = await findChromium();
    if (launcher === undefined) throw new Error('There is no Chromium.');
    const child = spawn(
      launcher.executablePath,
      [
        ...['--headless=new', '--no-sandbox', '--window-size=1280,720', '--remote-debugging-port=0'],
        ...[...chromiumSwitches, ...loopbackWebRtc, `--user-data-dir=${folder}`, 'about:blank'],
      ],
      { stdio: 'ignore', env: { ...process.env, ...launcher.environment } },
    );
    const deadline = performance.now() + startMilliseconds;
    for (;;) {
      const [port, browser] = await readFile(path.join(folder, 'DevToolsActivePort'), 'utf8')
        .then((text) => text.split('\n'))
        .catch(() => []);
      if (port !== undefined && browser !== undefined) {
        const socket = new WebSocket(`ws://127.0.0.1:${port}${browser}`);
        await once(socket, 'open');
        return new BareChromium(child, socket);
      }
      if (performance.now() > deadline) throw new Error('Chromium did not start.');
      await delay(50);
    }
  }

  /** Opens a window and leaves it alone. @returns its id */
  async open(url: string, browserContextId?: string): Promise<string> {
    const { targetId } = await this.#call('Target.createTarget', { url, browserContextId });
    return String(targetId);
  }

  /** Someone who was never here. */
  async newContext(): Promise<string> {
    return String((await this.#call('Target.createBrowserContext', {})).browserContextId);
  }

  /** What an expression is in the window, which has this debugger from now on. */
  async evaluate<Value>(targetId: string, expression: string): Promise<Value> {
    const { sessionId } = await this.#call('Target.attachToTarget', { targetId, flatten: true });
    const { result } = await this.#call(
      'Runtime.evaluate',
      { expression, returnByValue: true },
      String(sessionId),
    );
    await this.#call('Target.detachFromTarget', { sessionId });
    return (result as { value: Value }).value;
  }

  async close(targetId: string): Promise<void> {
    await this.#call('Target.closeTarget', { targetId });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#process, 'exit');
    await this.#call('Browser.close', {});
    await exit;
    this.#socket.close();
  }

  async #call(
    method: string,
    params: Record<string, unknown>,
    sessionId?: string,
  ): Promise<Record<string, unknown>> {
    const id = ++this.#id;
    const waiting = Promise.withResolvers<Record<string, unknown>>();
    this.#waiting.set(id, waiting);
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return await waiting.promise;
  }
}
