import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type DemoCamera, demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import type { EngineProcessOptions, EngineRequest } from './engine-process.ts';

/** The engine in its own process, asked over IPC: one question at a time. */
export class EngineProcess {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  #id = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exit = once(child, 'exit');
  }

  static async start(options: EngineProcessOptions): Promise<EngineProcess> {
    const script = path.join(import.meta.dirname, 'engine-process.ts');
    const child = fork(script, [JSON.stringify(options)], { execArgv: [...process.execArgv, '--expose-gc'] });
    await once(child, 'message');
    return new EngineProcess(child);
  }

  /** With virtual cameras and a data folder of its own; both go with the owner. */
  static async startWith(
    owned: AsyncDisposableStack,
    cameras: readonly DemoCamera[],
    rendererFolder: string = path.resolve(import.meta.dirname, '../../dist/renderer'),
  ): Promise<EngineProcess> {
    const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-bench-'));
    owned.defer(() => rm(dataFolder, { recursive: true, force: true }));
    const engine = await EngineProcess.start({
      dataFolder,
      rendererFolder,
      cameras: demoCameraInputs(cameras),
    });
    owned.defer(() => engine.stop());
    return engine;
  }

  /** @throws Error when it has ended */
  async ask<Answer>(request: EngineRequest): Promise<Answer> {
    const id = ++this.#id;
    if (this.#child.connected) this.#child.send({ id, request });
    const ended = this.#exit.then((): never => {
      throw new Error(`the engine has ended: ${request.type} is not answered`);
    });
    for (;;) {
      const reply = once(this.#child, 'message') as Promise<[{ id: number; answer: Answer }]>;
      const [message] = await Promise.race([reply, ended]);
      if (message.id === id) return message.answer;
    }
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#exit;
  }
}
