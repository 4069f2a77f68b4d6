import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { classes, Message, methods, parseMessage } from 'werift';
import { type IceServer, IceServerError, routeTo } from './ice-server.ts';
import type { MediaWay } from './media-addresses.ts';
import { connectTurn, type TurnConnection } from './turn-connection.ts';

/** What is asked for; a server may give less. */
const lifetimeSeconds = 600;
/** A permission lives for five minutes, and a channel that is bound again renews it (RFC 8656 sections 9 and 12). */
const refreshSeconds = 120;
/** RFC 8489 section 6.2.1, with fewer repetitions. */
const firstRepetitionMilliseconds = 300;
const repetitions = 4;
const goodbyeMilliseconds = 300;
/** 17, in the first of four bytes. */
const udpTransport = 0x11000000;
const firstChannel = 0x4000;
/** RFC 8656 section 12. */
const lastChannel = 0x4fff;
/** Datagrams that wait until their channel is bound: checks of ICE, and the first of DTLS. */
const maximumHeld = 16;
/** A challenge, and a nonce that has ended meanwhile. */
const maximumTries = 3;

/** Of a host and a port. */
type Address = readonly [host: string, port: number];

interface Channel {
  readonly number: number;
  readonly peer: Address;
  /** Until it is bound; undefined then. */
  held: Buffer[] | undefined;
  refused: boolean;
}

/**
 * An address on a TURN server (RFC 8656) at which it takes datagrams for this computer, and from which it sends those that are given
 * to it. All of them in channels, which cost four bytes. werift's own client takes no 438 from servers that do not sign it, as coturn
 * does not, so that its allocations end with the first nonce.
 */
export class TurnAllocation implements AsyncDisposable {
  /** Where the server takes datagrams. */
  readonly relayed: Address;
  /** How the server sees this computer. */
  readonly reflexive: Address;
  /** Address of this computer that leads to the server. */
  readonly localAddress: string;
  onData: (datagram: Buffer, from: Address) => void = () => {};
  readonly #client: TurnClient;
  readonly #channels = new Map<string, Channel>();
  readonly #channelOfNumber = new Map<number, Channel>();
  readonly #refreshing: NodeJS.Timeout;
  #closing: Promise<void> | undefined;

  private constructor(client: TurnClient, localAddress: string, answer: Message) {
    this.#client = client;
    this.localAddress = localAddress;
    this.relayed = answer.getAttributeValue('XOR-RELAYED-ADDRESS');
    this.reflexive = answer.getAttributeValue('XOR-MAPPED-ADDRESS');
    const given = Number(answer.getAttributeValue('LIFETIME') ?? lifetimeSeconds);
    client.onData = (datagram, from) => this.#take(datagram, from);
    this.#refreshing = setInterval(
      () => void this.#refresh(),
      Math.max(1, Math.min(refreshSeconds, given / 2)) * 1_000,
    );
    this.#refreshing.unref();
  }

  /**
   * @param way where it may leave
   * @throws IceServerError; GatehouseError port-in-use; the signal's reason
   */
  static async open(server: IceServer, way: MediaWay, signal: AbortSignal): Promise<TurnAllocation> {
    const route = await routeTo(server, way);
    signal.throwIfAborted();
    const client = new TurnClient(server, await connectTurn(server, route, way.ports, signal));
    try {
      const answer = await client.request(methods.ALLOCATE, signal, (request) =>
        request.setAttribute('LIFETIME', lifetimeSeconds).setAttribute('REQUESTED-TRANSPORT', udpTransport),
      );
      return new TurnAllocation(client, route.local, answer);
    } catch (error) {
      await client.connection.close();
      throw error;
    }
  }

  /** UDP port of this computer that leads to the server; null where a stream does. */
  get localPort(): number | null {
    return this.#client.connection.localPort;
  }

  get waiting(): number {
    return this.closed ? 0 : this.#client.connection.waiting;
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** Sends one datagram, given in parts, to whoever is at this address. Lost when the server lets nothing through to it. */
  send(parts: readonly Buffer[], peer: Address): void {
    if (this.closed) return;
    const channel = this.#channels.get(keyOf(peer)) ?? this.#open(peer);
    if (channel === undefined || channel.refused) return;
    if (channel.held === undefined) this.#sendIn(channel, parts);
    else if (channel.held.length < maximumHeld) channel.held.push(Buffer.concat(parts));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#refreshing);
    const { connection } = this.#client;
    // A stream that ends says enough.
    if (!connection.isStream) {
      const signal = AbortSignal.timeout(goodbyeMilliseconds);
      await this.#client
        .request(methods.REFRESH, signal, (request) => request.setAttribute('LIFETIME', 0))
        .catch(() => {});
    }
    this.#client[Symbol.dispose]();
    await connection.close();
  }

  #sendIn({ number }: Channel, parts: readonly Buffer[]): void {
    const header = Buffer.allocUnsafe(4);
    header.writeUInt16BE(number, 0);
    header.writeUInt16BE(
      parts.reduce((sum, part) => sum + part.length, 0),
      2,
    );
    this.#client.connection.send([header, ...parts]);
  }

  /** Undefined when there are no more numbers. */
  #open(peer: Address): Channel | undefined {
    const number = firstChannel + this.#channels.size;
    if (number > lastChannel) return undefined;
    const channel: Channel = { number, peer, held: [], refused: false };
    this.#channels.set(keyOf(peer), channel);
    this.#channelOfNumber.set(number, channel);
    void this.#bind(channel);
    return channel;
  }

  async #bind(channel: Channel): Promise<void> {
    try {
      await this.#client.request(methods.CHANNEL_BIND, undefined, (request) =>
        request.setAttribute('CHANNEL-NUMBER', channel.number).setAttribute('XOR-PEER-ADDRESS', channel.peer),
      );
      const held = channel.held ?? [];
      channel.held = undefined;
      for (const datagram of held) this.#sendIn(channel, [datagram]);
    } catch {
      // One that was bound may go on for a while, and is asked for again with the next round.
      if (channel.held === undefined) return;
      channel.refused = true;
      channel.held = [];
    }
  }

  /** Nothing is said of what fails: whoever gets no packets any more looks for another way. */
  async #refresh(): Promise<void> {
    const lifetime = (request: Message) => request.setAttribute('LIFETIME', lifetimeSeconds);
    await this.#client.request(methods.REFRESH, undefined, lifetime).catch(() => {});
    for (const channel of this.#channels.values()) if (channel.held === undefined) await this.#bind(channel);
  }

  #take(datagram: Buffer, from: number | Address): void {
    const peer = typeof from === 'number' ? this.#channelOfNumber.get(from)?.peer : from;
    if (peer !== undefined) this.onData(datagram, peer);
  }
}

/** Questions to a TURN server and their answers, with long-term credentials (RFC 8489 section 9.2). */
class TurnClient implements Disposable {
  readonly connection: TurnConnection;
  /** From a channel, or from an address for which there is none. */
  onData: (datagram: Buffer, from: number | Address) => void = () => {};
  readonly #server: IceServer;
  readonly #waiting = new Map<string, (answer: Message, raw: Buffer) => void>();
  readonly #end = new AbortController();
  #challenge: { readonly realm: string; readonly nonce: Buffer; readonly key: Buffer } | undefined;

  constructor(server: IceServer, connection: TurnConnection) {
    this.#server = server;
    this.connection = connection;
    connection.onMessage = (message) => this.#take(message);
  }

  /** @throws IceServerError; the signal's reason */
  async request(
    method: methods,
    signal: AbortSignal | undefined,
    fill: (request: Message) => void,
  ): Promise<Message> {
    const ended = signal === undefined ? this.#end.signal : AbortSignal.any([signal, this.#end.signal]);
    for (let tries = 0; ; tries++) {
      const request = new Message(method, classes.REQUEST);
      fill(request);
      const challenge = this.#challenge;
      if (challenge !== undefined) {
        request
          .setAttribute('USERNAME', this.#server.credentials?.username ?? '')
          .setAttribute('REALM', challenge.realm)
          .setAttribute('NONCE', challenge.nonce)
          .addMessageIntegrity(challenge.key);
      }
      const answer = await this.#ask(request, challenge?.key, ended);
      if (answer.messageClass === classes.RESPONSE) return answer;
      const [code, reason] = answer.getAttributeValue('ERROR-CODE') ?? [0, ''];
      const isNew = (code === 401 && challenge === undefined) || code === 438;
      if (!isNew || tries >= maximumTries || !this.#learn(answer)) {
        const words = `${code} ${String(reason).replace(/[^ -~]/g, '')}`.trim();
        throw new IceServerError(code === 401 ? 'wrong-credentials' : 'refused', words);
      }
    }
  }

  [Symbol.dispose](): void {
    this.#end.abort();
  }

  /** @returns whether there is something new to try it with */
  #learn(answer: Message): boolean {
    const nonce = answer.getAttributeValue('NONCE');
    const realm = answer.getAttributeValue('REALM') ?? this.#challenge?.realm;
    const { credentials } = this.#server;
    if (nonce === undefined || realm === undefined || credentials === null) return false;
    const key = createHash('md5').update(`${credentials.username}:${realm}:${credentials.password}`).digest();
    this.#challenge = { realm, nonce, key };
    return true;
  }

  /** A success counts only when it is signed; errors of servers need not be (RFC 8489 section 9.2.5). */
  async #ask(request: Message, key: Buffer | undefined, signal: AbortSignal): Promise<Message> {
    const { bytes, transactionIdHex: id } = request;
    const { promise, resolve } = Promise.withResolvers<Message>();
    this.#waiting.set(id, (answer, raw) => {
      const isSigned = key === undefined || parseMessage(raw, key) !== undefined;
      if (isSigned || answer.messageClass === classes.ERROR) resolve(answer);
    });
    const stop = new AbortController();
    const stopped = AbortSignal.any([signal, stop.signal]);
    try {
      return await Promise.race([promise, this.#repeat(bytes, stopped)]);
    } finally {
      stop.abort();
      this.#waiting.delete(id);
    }
  }

  /** Sends until it is stopped. @throws IceServerError no-answer; the signal's reason */
  async #repeat(bytes: Buffer, signal: AbortSignal): Promise<never> {
    const rounds = this.connection.isStream ? 0 : repetitions;
    let wait = this.connection.isStream
      ? firstRepetitionMilliseconds << repetitions
      : firstRepetitionMilliseconds;
    for (let sent = 0; sent <= rounds; sent++, wait *= 2) {
      signal.throwIfAborted();
      this.connection.send([bytes]);
      await delay(wait, undefined, { signal });
    }
    throw new IceServerError('no-answer');
  }

  #take(message: Buffer): void {
    if (((message[0] ?? 0) & 0xc0) === 0x40) {
      const length = message.length < 4 ? 0 : message.readUInt16BE(2);
      if (length > 0 && message.length >= 4 + length) {
        this.onData(message.subarray(4, 4 + length), message.readUInt16BE(0));
      }
      return;
    }
    const parsed = parseMessage(message);
    if (parsed === undefined) return;
    if (parsed.messageClass !== classes.INDICATION) {
      this.#waiting.get(parsed.transactionIdHex)?.(parsed, message);
      return;
    }
    const datagram = parsed.getAttributeValue('DATA');
    const peer = parsed.getAttributeValue('XOR-PEER-ADDRESS');
    if (parsed.messageMethod === methods.DATA && datagram !== undefined && peer !== undefined) {
      this.onData(datagram, peer);
    }
  }
}

function keyOf([host, port]: Address): string {
  return `${host}:${port}`;
}
