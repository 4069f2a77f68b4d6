import path from 'node:path';
import { LineProcess } from '../line-process.ts';
import type { ReceiverCount, ReceiverRequest } from '../receiver-process.ts';
import type { ForwarderRequest, ForwarderSize, ForwarderUsage } from './forwarder.ts';
import { type ForwarderKind, startForwarder } from './kinds.ts';

/** On a busy machine werift's handshake gives up now and then. */
const attempts = 3;

/** A forwarder and its viewers, connected, each in a process of its own. */
export class ForwarderRun implements AsyncDisposable {
  readonly forwarder: LineProcess;
  readonly #receivers: LineProcess;

  private constructor(forwarder: LineProcess, receivers: LineProcess) {
    this.forwarder = forwarder;
    this.#receivers = receivers;
  }

  static async start(kind: ForwarderKind, size: ForwarderSize): Promise<ForwarderRun> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ForwarderRun.#connect(kind, size);
      } catch (error) {
        if (attempt === attempts) throw error;
        process.stderr.write(`bench: once more: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
  }

  static async #connect(kind: ForwarderKind, size: ForwarderSize): Promise<ForwarderRun> {
    await using owned = new AsyncDisposableStack();
    const forwarder = owned.use(startForwarder(kind));
    const receivers = owned.use(
      LineProcess.ofScript(path.resolve(import.meta.dirname, '../receiver-process.ts')),
    );
    const run = new ForwarderRun(forwarder, receivers);
    await run.ask({ do: 'open', ...size });
    // One after the other: a handshake that waits for others to be done may be given up.
    for (let viewer = 0; viewer < size.viewers; viewer++) {
      const offer = await run.ask<string>({ do: 'offer' });
      const sdp = await run.#askReceivers<string>({ do: 'answer', sdp: offer });
      await run.ask({ do: 'answer', viewer, sdp });
      await run.#askReceivers({ do: 'connected' });
    }
    owned.move();
    return run;
  }

  async ask<Answer>(request: ForwarderRequest): Promise<Answer> {
    return await this.forwarder.ask<Answer>(request);
  }

  /** Of its process so far. */
  async usage(): Promise<ForwarderUsage> {
    return await this.ask({ do: 'usage' });
  }

  /** What all viewers together have received so far. */
  async received(): Promise<ReceiverCount> {
    return await this.#askReceivers({ do: 'count' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.forwarder[Symbol.asyncDispose]();
    await this.#receivers[Symbol.asyncDispose]();
  }

  async #askReceivers<Answer>(request: ReceiverRequest): Promise<Answer> {
    return await this.#receivers.ask<Answer>(request);
  }
}
