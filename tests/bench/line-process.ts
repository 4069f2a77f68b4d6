import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/**
 * Another process, in whatever language, that is asked over its standard streams: a line of JSON for each question and each
 * answer. It ends with its input.
 */
export class LineProcess implements AsyncDisposable {
  readonly #name: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  constructor(command: string, parameters: readonly string[]) {
    this.#name = [command, ...parameters].join(' ');
    this.#child = spawn(command, parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#take(JSON.parse(line)));
    this.#child.stdin.on('error', () => {});
    const fail = () => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${this.#name} has ended`));
      this.#waiting.clear();
    };
    this.#child.once('error', fail);
    this.#child.once('exit', fail);
  }

  /** A script of this project. */
  static ofScript(script: string, ...parameters: readonly string[]): LineProcess {
    return new LineProcess(process.execPath, ['--expose-gc', script, ...parameters]);
  }

  /** For /proc. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** @throws Error with what the process says went wrong, or that it has ended */
  async ask<Answer>(request: { readonly do: string }): Promise<Answer> {
    if (this.#hasExited) throw new Error(`${this.#name} has ended`);
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#child.stdin.write(`${JSON.stringify({ ...request, id })}\n`);
    return (await waiting.promise) as Answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasExited) return;
    const exit = once(this.#child, 'exit');
    this.#child.stdin.end();
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
    await exit;
    clearTimeout(kill);
  }

  #take({ id, value, error }: Reply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(`${this.#name}: ${error}`));
  }

  get #hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

/** The other end: answers each question, several at a time, and ends with its input. */
export function answerLines<Request extends { readonly do: string }>(
  answer: (request: Request) => Promise<unknown>,
  onEnd: () => Promise<void>,
): void {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const request = JSON.parse(line) as Request & { readonly id: number };
    const reply = (rest: Omit<Reply, 'id'>) =>
      process.stdout.write(`${JSON.stringify({ id: request.id, ...rest })}\n`);
    answer(request).then(
      (value) => reply({ value: value ?? null }),
      (error: unknown) => reply({ error: error instanceof Error ? error.message : String(error) }),
    );
  });
  lines.once('close', () => void onEnd().finally(() => process.exit(0)));
}
