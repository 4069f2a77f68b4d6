import { randomBytes } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { argon2id, argon2Verify } from 'hash-wasm';

/** What is asked of the worker, one thing after the other; `hash` left out: a new one is made. */
export interface PasswordQuestion {
  readonly id: number;
  readonly password: string;
  readonly hash?: string;
}
export interface PasswordAnswer {
  readonly id: number;
  /** A hash, or whether the password is that of one; null: it could not be done. */
  readonly answer: string | boolean | null;
}

/** OWASP's password storage cheat sheet: Argon2id with 19 MiB, 2 passes and 1 lane. */
const parameters = { memorySize: 19_456, iterations: 2, parallelism: 1, hashLength: 32 } as const;

parentPort?.on('message', ({ id, password, hash }: PasswordQuestion) => {
  const work =
    hash === undefined
      ? argon2id({ ...parameters, password, salt: randomBytes(16), outputType: 'encoded' })
      : argon2Verify({ password, hash });
  void work
    .catch(() => null)
    .then((answer) => parentPort?.postMessage({ id, answer } satisfies PasswordAnswer));
});
