import { EventEmitter } from 'node:events';
import type { PortMessage } from './message-port.ts';
import type { FromUtility, ToUtility } from './utility-process.ts';

/* Preloaded into utility processes: gives them `process.parentPort` and the ports that are handed to them. */

const send = (message: FromUtility | PortMessage) => process.send?.(message, () => undefined);
const ports = new Map<number, UtilityPort>();

class UtilityPort extends EventEmitter {
  readonly #number: number;
  #queue: unknown[] | undefined = [];

  constructor(number: number) {
    super();
    this.#number = number;
    ports.set(number, this);
  }

  postMessage(data: unknown): void {
    send({ type: 'port', port: this.#number, data });
  }

  start(): void {
    const waiting = this.#queue ?? [];
    this.#queue = undefined;
    for (const data of waiting) this.take(data);
  }

  close(): void {
    send({ type: 'port-closed', port: this.#number });
    this.closed();
  }

  take(data: unknown): void {
    if (this.#queue === undefined) this.emit('message', { data, ports: [] });
    else this.#queue.push(data);
  }

  closed(): void {
    if (ports.delete(this.#number)) this.emit('close');
  }
}

class ParentPort extends EventEmitter {
  postMessage(data: unknown): void {
    send({ type: 'message', data });
  }
}

const parentPort = new ParentPort();
/** Messages that came before anybody listened. */
let early: ToUtility[] | undefined = [];
parentPort.on('newListener', (event) => {
  if (event !== 'message' || early === undefined) return;
  const waiting = early;
  early = undefined;
  setImmediate(() => waiting.forEach(deliver));
});

function deliver({ data, ports: numbers }: ToUtility): void {
  parentPort.emit('message', { data, ports: numbers.map((number) => new UtilityPort(number)) });
}

process.on('message', (message: ToUtility | PortMessage) => {
  if (message.type === 'message') {
    if (early === undefined) deliver(message);
    else early.push(message);
  } else if (message.type === 'port') ports.get(message.port)?.take(message.data);
  else ports.get(message.port)?.closed();
});
Object.assign(process, { parentPort, type: 'utility' });
