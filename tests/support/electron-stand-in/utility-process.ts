import { type ChildProcess, fork } from 'node:child_process';
import type { ForkOptions, MessagePortMain, UtilityProcess } from 'electron';
import { closePorts, handOverPorts, type PortMessage, takePortMessage } from './message-port.ts';
import { checkOptions, strict, strictEmitter } from './strict.ts';

/** To the utility process, beside messages of ports. */
export interface ToUtility {
  readonly type: 'message';
  readonly data: unknown;
  readonly ports: readonly number[];
}

/** From it. */
export interface FromUtility {
  readonly type: 'message';
  readonly data: unknown;
}

const running = new Set<StandInUtilityProcess>();

/** A process of Node's, which does not end by itself when the one that forked it is killed: that is the app's to see to. */
class StandInUtilityProcess
  extends strictEmitter('UtilityProcess', ['spawn', 'message', 'exit', 'error'])
  implements Pick<UtilityProcess, 'pid' | 'postMessage' | 'kill'>
{
  pid: number | undefined;
  readonly #process: ChildProcess;
  readonly #ports = new Set<number>();

  constructor(modulePath: string, parameters: readonly string[], options: ForkOptions) {
    super();
    checkOptions('utilityProcess.fork', options, ['serviceName', 'stdio', 'env']);
    if (options.stdio !== undefined && options.stdio !== 'inherit') checkOptions('fork', { stdio: 0 }, []);
    this.#process = fork(modulePath, parameters, {
      execArgv: [
        '--disable-warning=ExperimentalWarning',
        '--import',
        new URL('./utility-side.ts', import.meta.url).href,
      ],
      execPath: process.env.GATEHOUSE_NODE ?? 'node',
      serialization: 'advanced',
      env: { ...(options.env ?? process.env) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    running.add(this);
    this.#process.once('spawn', () => {
      this.pid = this.#process.pid;
      this.emit('spawn');
    });
    this.#process.once('exit', (code) => {
      running.delete(this);
      this.pid = undefined;
      closePorts(this.#ports);
      this.emit('exit', code ?? 1);
    });
    this.#process.on('message', (message: FromUtility | PortMessage) => {
      if (message.type === 'message') this.emit('message', message.data);
      else takePortMessage(message);
    });
  }

  postMessage(data: unknown, transfer: MessagePortMain[] = []): void {
    const ports = handOverPorts(transfer, (message) => this.#send(message));
    for (const port of ports) this.#ports.add(port);
    this.#send({ type: 'message', data, ports });
  }

  kill(): boolean {
    return this.#process.kill();
  }

  #send(message: ToUtility | PortMessage): void {
    // Electron is silent, too, about what is posted to a process that has ended.
    if (this.#process.connected) this.#process.send(message, () => undefined);
  }
}

/** Electron ends its utility processes with the app. */
export function killUtilityProcesses(): void {
  for (const utility of running) utility.kill();
}

export const utilityProcess = strict('utilityProcess', {
  fork: (modulePath: string, parameters: readonly string[] = [], options: ForkOptions = {}) =>
    new StandInUtilityProcess(modulePath, parameters, options),
});
