import type dgram from 'node:dgram';
import { crc32 } from 'node:zlib';
import { Candidate, type RTCDtlsTransport, StunProtocol } from 'werift';
import type { MediaPorts } from '../contract/media-network.ts';
import { EarlyDatagrams } from './early-datagrams.ts';
import { openMediaSocket } from './media-socket.ts';
import { isAuthenticRequest, isStunMessage, isStunResponse, transactionId } from './stun-guard.ts';

/** Where media may leave now. */
export interface MediaWay {
  /** IPv4 addresses of this computer, each at most once. */
  readonly addresses: readonly string[];
  readonly ports: MediaPorts | null;
}

/** Type preference of a host candidate, the highest local preference, component 1 (RFC 8445 section 5.1.2.1). */
const hostPriority = 2_130_706_431;
/** Of one socket: a window has an address for each of its networks, and new ones when those change. */
const maximumProven = 64;
/** werift remembers the number of each request for ever, to count repetitions; after this many it is made to forget. */
const requestsRemembered = 256;

/**
 * werift's ICE agent of one window, with sockets of ours in it: each on one address of this computer, and in front of each the
 * check that what comes in is authentic.
 */
export class IceAgent {
  readonly #dtls: RTCDtlsTransport;
  readonly #onHeard: () => void;
  /** Of before the last restart, and not wanted any more: media leaves through one of them until there is a new way. */
  #retired: MediaProtocol[] = [];
  #requests = 0;

  /**
   * @param onHeard called when an authentic request came
   * @param onWay called when a way was found, the first one and after each restart
   */
  constructor(dtls: RTCDtlsTransport, onHeard: () => void, onWay: () => void) {
    this.#dtls = dtls;
    this.#onHeard = onHeard;
    dtls.iceTransport.onStateChange.subscribe((state) => {
      if (state !== 'connected') return;
      void this.#closeRetired();
      onWay();
    });
  }

  /** Whether media leaves, or last left, over an address and port that are allowed. */
  goesOver({ addresses, ports }: MediaWay): boolean {
    const protocol = this.#agent.nominated?.protocol as MediaProtocol | undefined;
    return protocol !== undefined && isAllowed(protocol, addresses, ports);
  }

  /**
   * Opens a socket on each address that has none, to be offered with the next description. Those that are not allowed any more
   * are offered no longer and closed when there is another way.
   * @throws GatehouseError port-in-use; then nothing has changed
   */
  async openSockets({ addresses, ports }: MediaWay): Promise<void> {
    const { protocols } = this.#agent;
    const kept = protocols.filter((protocol) => isAllowed(protocol, addresses, ports));
    const missing = addresses.filter((address) => !kept.some(({ localIp }) => localIp === address));
    const opened = await Promise.allSettled(missing.map((address) => openMediaSocket(address, ports)));
    const sockets = opened.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    const failure = opened.find(
      (result) => result.status === 'rejected' && result.reason.code !== 'EADDRNOTAVAIL',
    );
    if (failure?.status === 'rejected') {
      for (const socket of sockets) socket.close();
      throw failure.reason;
    }
    for (const protocol of protocols.splice(0)) {
      if (kept.includes(protocol)) continue;
      protocol.transport.retire();
      this.#retired.push(protocol);
    }
    protocols.push(...kept, ...sockets.map((socket) => this.#protocol(socket)));
  }

  /** What werift itself does not start again: a peer connection whose DTLS is done does no more checks. */
  async start(): Promise<void> {
    await this.#dtls.iceTransport.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#closeRetired();
  }

  /** Its private parts; `protocols` are its sockets. */
  get #agent(): Agent {
    return this.#dtls.iceTransport.connection as unknown as Agent;
  }

  async #closeRetired(): Promise<void> {
    await Promise.all(this.#retired.splice(0).map((protocol) => protocol.close()));
  }

  /** A host candidate of the agent, which it finds among its own and offers as if it had gathered it. */
  #protocol(socket: dgram.Socket): MediaProtocol {
    const { address, port } = socket.address();
    const protocol = new StunProtocol() as unknown as MediaProtocol;
    const foundation = crc32(address).toString(16);
    const candidate = new Candidate(foundation, 1, 'udp', hostPriority, address, port, 'host');
    candidate.generation = this.#agent.generation;
    candidate.ufrag = this.#agent.localUsername;
    protocol.localIp = address;
    protocol.localCandidate = candidate;
    protocol.transport = new MediaSocket(socket, (datagram) => this.#isAuthentic(datagram, protocol));
    const deliver = protocol.datagramReceived.bind(protocol);
    const early = new EarlyDatagrams(this.#dtls, deliver);
    protocol.transport.onData = (datagram, from) => {
      if (!early.hold(datagram, from)) deliver(datagram, from);
    };
    this.#agent.ensureProtocol(protocol);
    return protocol;
  }

  /** Of STUN: an answer to a question of ours, whose integrity werift checks, or a request under our name and password. */
  #isAuthentic(message: Buffer, protocol: MediaProtocol): 'request' | 'response' | false {
    if (isStunResponse(message)) return transactionId(message) in protocol.transactions && 'response';
    const { localUsername, localPassword, checkList } = this.#agent;
    if (!isAuthenticRequest(message, localUsername, localPassword)) return false;
    this.#requests++;
    if (this.#requests % requestsRemembered === 0) {
      for (const pair of checkList) pair.requestTransactionIds.clear();
    }
    this.#onHeard();
    return 'request';
  }
}

/** What werift's STUN needs of a transport, on a socket of ours. What is neither authentic nor from a proven address ends here. */
class MediaSocket {
  readonly type = 'udp';
  readonly addressFamily = 4;
  readonly socket: dgram.Socket;
  onData: (datagram: Buffer, from: [string, number]) => void = () => {};
  /** Addresses from which an authentic request came: only a window that knows our password sends DTLS and SRTP. */
  readonly #proven = new Set<string>();
  #isRetired = false;
  #closing: Promise<void> | undefined;

  constructor(socket: dgram.Socket, isAuthentic: (message: Buffer) => 'request' | 'response' | false) {
    this.socket = socket;
    socket.on('message', (datagram, { address, port }) => {
      const first = datagram[0];
      if (first === undefined) return;
      const source = `${address}:${port}`;
      // RFC 7983: 0 to 3 is STUN.
      if (first > 3) {
        if (!this.#proven.has(source)) return;
      } else {
        if (this.#isRetired || !isStunMessage(datagram)) return;
        const kind = isAuthentic(datagram);
        if (kind === false) return;
        if (kind === 'request') this.#prove(source);
      }
      this.onData(datagram, [address, port]);
    });
  }

  get address(): { address: string; port: number } {
    return this.socket.address();
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** No more checks; media and its RTCP go on. */
  retire(): void {
    this.#isRetired = true;
  }

  async send(datagram: Buffer, [address, port]: readonly [string, number]): Promise<void> {
    if (!this.closed) this.socket.send(datagram, port, address);
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => this.socket.close(resolve));
    return this.#closing;
  }

  #prove(source: string): void {
    this.#proven.delete(source);
    this.#proven.add(source);
    const [oldest] = this.#proven;
    if (this.#proven.size > maximumProven && oldest !== undefined) this.#proven.delete(oldest);
  }
}

function isAllowed(
  { localIp, transport }: MediaProtocol,
  addresses: readonly string[],
  ports: MediaPorts | null,
): boolean {
  if (!addresses.includes(localIp)) return false;
  if (ports === null) return true;
  const { port } = transport.address;
  return port >= ports.first && port <= ports.last;
}

interface MediaProtocol {
  localIp: string;
  localCandidate: Candidate;
  transport: MediaSocket;
  readonly transactions: Record<string, unknown>;
  datagramReceived(datagram: Buffer, from: [string, number]): void;
  close(): Promise<void>;
}

interface Agent {
  readonly generation: number;
  readonly localUsername: string;
  readonly localPassword: string;
  readonly protocols: MediaProtocol[];
  readonly nominated?: { readonly protocol: unknown };
  readonly checkList: readonly { readonly requestTransactionIds: Set<string> }[];
  ensureProtocol(protocol: MediaProtocol): void;
}
