import { once } from 'node:events';
import net from 'node:net';

const dollar = 0x24;
const interleavedBytes = 4;
const endOfHead = Buffer.from('\r\n\r\n');

/**
 * As little of an RTSP client as the references need: one camera over TCP, no password, every RTP packet handed on as it came.
 * The engine's own client does more for each packet, which is part of its figure.
 */
export class RtspPull implements Disposable {
  readonly #socket: net.Socket;
  readonly #onPacket: (packet: Buffer) => void;
  #held: Buffer = Buffer.alloc(0);
  #sequence = 0;
  #onAnswer: (text: string) => void = () => {};

  private constructor(socket: net.Socket, onPacket: (packet: Buffer) => void) {
    this.#socket = socket;
    this.#onPacket = onPacket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
  }

  /** Resolves when the camera plays. @param onPacket gets RTP packets; their memory is theirs */
  static async play(url: string, onPacket: (packet: Buffer) => void): Promise<RtspPull> {
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    await once(socket, 'connect');
    const pull = new RtspPull(socket, onPacket);
    const description = await pull.#ask('DESCRIBE', url, 'Accept: application/sdp');
    const control = [...description.matchAll(/^a=control:(?!\*)(\S+)/gm)].at(-1)?.[1] ?? '';
    const base = /^Content-Base:\s*(\S+)/im.exec(description)?.[1] ?? url;
    const track = control.startsWith('rtsp:') ? control : `${base.replace(/\/$/, '')}/${control}`;
    const setUp = await pull.#ask('SETUP', track, 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1');
    const session = /^Session:\s*([^;\s]+)/im.exec(setUp)?.[1] ?? '';
    await pull.#ask('PLAY', url, `Session: ${session}`);
    return pull;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  async #ask(method: string, target: string, header: string): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#onAnswer = resolve;
    this.#socket.write(`${method} ${target} RTSP/1.0\r\nCSeq: ${++this.#sequence}\r\n${header}\r\n\r\n`);
    const answer = await promise;
    if (!answer.startsWith('RTSP/1.0 200'))
      throw new Error(`${method} was answered ${answer.split('\r\n')[0]}`);
    return answer;
  }

  #take(chunk: Buffer): void {
    let data = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    for (;;) {
      const end = itemEnd(data);
      if (end === undefined) break;
      if (data[0] !== dollar) this.#onAnswer(data.toString('latin1', 0, end));
      else if (data[1] === 0) this.#onPacket(data.subarray(interleavedBytes, end));
      data = data.subarray(end);
    }
    this.#held = data;
  }
}

/** Where the first packet or answer ends; undefined while it is not whole. */
function itemEnd(data: Buffer): number | undefined {
  if (data.length < interleavedBytes) return undefined;
  let end: number;
  if (data[0] === dollar) {
    end = interleavedBytes + data.readUInt16BE(2);
  } else {
    const head = data.indexOf(endOfHead);
    if (head === -1) return undefined;
    const length = /^Content-Length:\s*(\d+)/im.exec(data.toString('latin1', 0, head))?.[1] ?? 0;
    end = head + endOfHead.length + Number(length);
  }
  return end <= data.length ? end : undefined;
}
