import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { PasswordAnswer, PasswordQuestion } from './password-worker.ts';

/** Each takes some 100 ms; whoever comes then is told to try again. */
const maximumWaiting = 32;
/** The worker and its memory are given back when nobody has signed in for this long. */
const idleMilliseconds = 30_000;

/** Argon2id in a thread of its own: the engine's loop does not notice. */
export class Passwords implements AsyncDisposable {
  #worker: Worker | undefined;
  readonly #waiting = new Map<number, PromiseWithResolvers<string | boolean>>();
  #lastId = 0;
  #idle: NodeJS.Timeout | undefined;

  /** @throws GatehouseError limit-reached, internal */
  async hash(password: string): Promise<string> {
    return String(await this.#ask({ password }));
  }

  /**
   * Whether this is the password of a hash. Takes as long, and is false, where there is none: nobody learns from the time whether
   * a user exists.
   * @throws GatehouseError limit-reached, internal
   */
  async verify(password: string, hash: string | null): Promise<boolean> {
    const isRight = (await this.#ask({ password, hash: hash ?? nobodysHash })) === true;
    return isRight && hash !== null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }

  async #ask(question: Omit<PasswordQuestion, 'id'>): Promise<string | boolean> {
    if (this.#waiting.size >= maximumWaiting) {
      throw new GatehouseError('limit-reached', 'Too many people sign in at this moment. Try again.');
    }
    clearTimeout(this.#idle);
    this.#worker ??= this.#start();
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<string | boolean>();
    this.#waiting.set(id, waiting);
    this.#worker.postMessage({ ...question, id } satisfies PasswordQuestion);
    return await waiting.promise;
  }

  #start(): Worker {
    const worker = new Worker(workerScript());
    // Signing in keeps no engine running.
    worker.unref();
    worker.on('message', ({ id, answer }: PasswordAnswer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (answer === null) waiting?.reject(failed());
      else waiting?.resolve(answer);
      if (this.#waiting.size > 0) return;
      clearTimeout(this.#idle);
      this.#idle = setTimeout(() => void this.#stop(), idleMilliseconds).unref();
    });
    worker.on('error', () => void this.#stop());
    return worker;
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(failed());
    this.#waiting.clear();
    await worker?.terminate();
  }
}

/** Of no password: what a user who does not exist is compared with. */
const nobodysHash =
  '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

function failed(): GatehouseError {
  return new GatehouseError('internal', 'The password could not be checked. Try again.');
}

/**
 * Beside this file in the sources. In the build it is one of the entries, and read here: inside an app's archive, a worker's own
 * loader would not find it.
 */
function workerScript(): string | URL {
  const folder = import.meta.dirname;
  if (import.meta.filename.endsWith('.ts')) return path.join(folder, 'password-worker.ts');
  const file = path.join(
    path.basename(folder) === 'chunks' ? path.dirname(folder) : folder,
    'password-worker.js',
  );
  return new URL(`data:text/javascript;base64,${readFileSync(file).toString('base64')}`);
}
