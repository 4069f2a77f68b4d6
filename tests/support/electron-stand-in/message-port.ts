import type { MessageEvent, MessagePortMain } from 'electron';
import { notImplemented, strictEmitter } from './strict.ts';

type PortData = { readonly port: number; readonly data: unknown };
/** A message about a port whose other end lives in another process. */
export type PortMessage =
  | ({ readonly type: 'port' } & PortData)
  | { readonly type: 'port-closed'; readonly port: number };

/** Ends that were handed to another process, by the number that this process gave them. */
const handedOver = new Map<number, StandInMessagePort>();
let lastNumber = 0;

class StandInMessagePort
  extends strictEmitter('MessagePortMain', ['message', 'close'])
  implements Pick<MessagePortMain, 'postMessage' | 'start' | 'close'>
{
  #peer: StandInMessagePort | undefined;
  #queue: unknown[] | undefined = [];
  #isClosed = false;
  #sendAway: ((message: PortMessage) => void) | undefined;
  #number = 0;

  static pair(): [StandInMessagePort, StandInMessagePort] {
    const [one, other] = [new StandInMessagePort(), new StandInMessagePort()];
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    if (transfer.length > 0) notImplemented('MessagePortMain.postMessage with ports');
    this.#peer?.take(structuredClone(message));
  }

  start(): void {
    const waiting = this.#queue ?? [];
    this.#queue = undefined;
    for (const data of waiting) this.#emitLater(data);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#sendAway !== undefined) {
      handedOver.delete(this.#number);
      this.#sendAway({ type: 'port-closed', port: this.#number });
    }
    setImmediate(() => this.emit('close'));
    this.#peer?.close();
  }

  /** From now on this end lives in another process. @param send takes messages there @returns the number it has there */
  handOver(send: (message: PortMessage) => void): number {
    this.#number = ++lastNumber;
    this.#sendAway = send;
    handedOver.set(this.#number, this);
    for (const data of this.#queue ?? []) send({ type: 'port', port: this.#number, data });
    this.#queue = undefined;
    return this.#number;
  }

  /** What arrives at this end. */
  take(data: unknown): void {
    if (this.#isClosed) return;
    if (this.#sendAway !== undefined) this.#sendAway({ type: 'port', port: this.#number, data });
    else if (this.#queue !== undefined) this.#queue.push(data);
    else this.#emitLater(data);
  }

  /** What the process that has this end sends through it. */
  fromAway(data: unknown): void {
    this.#peer?.take(data);
  }

  #emitLater(data: unknown): void {
    const event: Pick<MessageEvent, 'data' | 'ports'> = { data, ports: [] };
    setImmediate(() => this.emit('message', event));
  }
}

export class StandInMessageChannel {
  readonly port1: StandInMessagePort;
  readonly port2: StandInMessagePort;

  constructor() {
    [this.port1, this.port2] = StandInMessagePort.pair();
  }
}

/** Hands ports over to another process. @throws what is not a port of ours */
export function handOverPorts(
  ports: readonly MessagePortMain[],
  send: (message: PortMessage) => void,
): number[] {
  return ports.map((port) => {
    if (!(port instanceof StandInMessagePort)) return notImplemented('ports of another kind');
    return port.handOver(send);
  });
}

/** Takes a message that another process sends through a port which it was given. */
export function takePortMessage(message: PortMessage): void {
  const port = handedOver.get(message.port);
  if (message.type === 'port') port?.fromAway(message.data);
  else port?.close();
}

/** The other process has ended: its ports are closed. */
export function closePorts(numbers: Iterable<number>): void {
  for (const number of numbers) handedOver.get(number)?.close();
}
