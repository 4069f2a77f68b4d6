import type dgram from 'node:dgram';
import { crc32 } from 'node:zlib';
import { Candidate, classes, Message, methods, type RTCDtlsTransport, StunProtocol } from 'werift';
import type { MediaPorts } from '../contract/media-network.ts';
import { DatagramGuard } from './datagram-guard.ts';
import { EarlyDatagrams } from './early-datagrams.ts';
import { type CheckingAgent, findWay } from './ice-checks.ts';
import { type IceServer, routeTo } from './ice-server.ts';
import { type IceTransport, RelayTransport, SocketTransport } from './ice-transport.ts';
import type { MediaWay } from './media-addresses.ts';
import { openMediaSocket } from './media-socket.ts';
import { isAuthenticRequest, isStunResponse, transactionId } from './stun-guard.ts';
import { TurnAllocation } from './turn-allocation.ts';

/** Type preference of a host candidate, the highest local preference, component 1 (RFC 8445 section 5.1.2.1). */
const hostPriority = 2_130_706_431;
/** RFC 8445 section 5.1.2.1, as `hostPriority`: a way through a server is taken where there is no other one. */
const reflexivePriority = 1_694_498_815;
const relayedPriority = 16_777_215;
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
    const agent = this.#agent;
    agent.connect = () => findWay(agent);
    const { iceTransport } = dtls;
    const start = iceTransport.start.bind(iceTransport);
    // For an answer that comes while the way of the one before is looked for, werift would look again once it is found, without end.
    iceTransport.start = async () => {
      if (iceTransport.state !== 'checking' || dtls.state === 'connected') return await start();
      while (dtls.state === 'new' || dtls.state === 'connecting') await dtls.onStateChange.asPromise();
    };
    iceTransport.onStateChange.subscribe((state) => {
      if (state !== 'connected') return;
      this.#retireRelays();
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
    // A relay is opened anew where it is needed again: the server may have forgotten it.
    const kept = protocols.filter(
      (protocol) => protocol.transport.type === 'udp' && isAllowed(protocol, addresses, ports),
    );
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
    protocols.push(...kept, ...sockets.map((socket) => this.#socketProtocol(socket)));
  }

  /**
   * Looks for ways through STUN and TURN servers, all of them at a time, and uses each that is found.
   * @param onCandidate gets each as soon as it is known: the window has to hear of it
   * @param onProblem gets why a server was of no use
   * @param signal ends it
   */
  async searchFurther(
    { servers, way, signal }: { servers: readonly IceServer[]; way: MediaWay; signal: AbortSignal },
    onCandidate: (candidate: Candidate) => void,
    onProblem: (server: IceServer, problem: unknown) => void,
  ): Promise<void> {
    const { generation } = this.#agent;
    const search = async (server: IceServer) => {
      try {
        const candidate = await (server.kind === 'stun'
          ? this.#askReflexive(server, way, signal)
          : this.#openRelay(server, way, signal));
        if (candidate === undefined || signal.aborted || this.#agent.generation !== generation) return;
        candidate.generation = generation;
        candidate.ufrag = this.#agent.localUsername;
        this.#agent.localCandidates.push(candidate);
        onCandidate(candidate);
      } catch (error) {
        if (!signal.aborted) onProblem(server, error);
      }
    };
    await Promise.all(servers.map(search));
  }

  /** Whether there is a way for media now. */
  get hasWay(): boolean {
    return this.#agent.nominated !== undefined;
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

  /** Those through which no media goes: each is an address on somebody's server. */
  #retireRelays(): void {
    const { protocols, nominated } = this.#agent;
    for (const protocol of [...protocols]) {
      if (protocol.transport.type !== 'relay' || protocol === nominated?.protocol) continue;
      protocols.splice(protocols.indexOf(protocol), 1);
      this.#retired.push(protocol);
    }
  }

  async #closeRetired(): Promise<void> {
    await Promise.all(this.#retired.splice(0).map((protocol) => protocol.close()));
  }

  /** How a STUN server sees the socket from which it is asked. */
  async #askReflexive(server: IceServer, way: MediaWay, signal: AbortSignal): Promise<Candidate | undefined> {
    const { remote, local } = await routeTo(server, way);
    const protocol = this.#agent.protocols.find(
      ({ localIp, transport }) => localIp === local && transport.type === 'udp',
    );
    if (protocol === undefined) return undefined;
    const request = new Message(methods.BINDING, classes.REQUEST);
    // werift says nothing of questions that are out when a socket is closed.
    const { promise: ended, reject } = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    const [answer] = await Promise.race([protocol.request(request, [remote, server.port]), ended]);
    const [host, port] = answer.getAttributeValue('XOR-MAPPED-ADDRESS');
    // There is no network translation between.
    if (host === local) return undefined;
    const { host: base, port: basePort } = protocol.localCandidate;
    const foundation = crc32(`${base} ${remote}`).toString(16);
    return new Candidate(foundation, 1, 'udp', reflexivePriority, host, port, 'srflx', base, basePort);
  }

  async #openRelay(server: IceServer, way: MediaWay, signal: AbortSignal): Promise<Candidate | undefined> {
    const allocation = await TurnAllocation.open(server, way, signal);
    const { generation } = this.#agent;
    if (signal.aborted || this.hasWay) {
      await allocation[Symbol.asyncDispose]();
      return undefined;
    }
    const [host, port] = allocation.relayed;
    const candidate = new Candidate(
      crc32(`${host} relay`).toString(16),
      ...([1, 'udp', relayedPriority, host, port, 'relay', ...allocation.reflexive] as const),
    );
    candidate.generation = generation;
    const protocol = this.#protocol(
      candidate,
      allocation.localAddress,
      (guard) => new RelayTransport(allocation, guard),
    );
    this.#agent.protocols.push(protocol);
    this.#agent.pairLocalProtocol(protocol);
    return candidate;
  }

  #socketProtocol(socket: dgram.Socket): MediaProtocol {
    const { address, port } = socket.address();
    const foundation = crc32(address).toString(16);
    const candidate = new Candidate(foundation, 1, 'udp', hostPriority, address, port, 'host');
    candidate.generation = this.#agent.generation;
    return this.#protocol(candidate, address, (guard) => new SocketTransport(socket, guard));
  }

  /** A candidate of the agent, which it finds among its own and offers as if it had gathered it. */
  #protocol(
    candidate: Candidate,
    localIp: string,
    open: (guard: DatagramGuard) => IceTransport,
  ): MediaProtocol {
    const protocol = new StunProtocol() as unknown as MediaProtocol;
    candidate.ufrag = this.#agent.localUsername;
    protocol.localIp = localIp;
    protocol.localCandidate = candidate;
    protocol.transport = open(new DatagramGuard((datagram) => this.#isAuthentic(datagram, protocol)));
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

function isAllowed(
  { localIp, transport }: MediaProtocol,
  addresses: readonly string[],
  ports: MediaPorts | null,
): boolean {
  if (!addresses.includes(localIp)) return false;
  const { localPort } = transport;
  return ports === null || localPort === null || (localPort >= ports.first && localPort <= ports.last);
}

interface MediaProtocol {
  localIp: string;
  localCandidate: Candidate;
  transport: IceTransport;
  readonly transactions: Record<string, unknown>;
  request(request: Message, to: readonly [string, number]): Promise<[Message, unknown]>;
  datagramReceived(datagram: Buffer, from: [string, number]): void;
  close(): Promise<void>;
}

interface Agent extends CheckingAgent {
  readonly generation: number;
  readonly localUsername: string;
  readonly localPassword: string;
  readonly protocols: MediaProtocol[];
  readonly nominated?: { readonly protocol: unknown };
  readonly checkList: readonly (CheckingAgent['checkList'][number] & {
    readonly requestTransactionIds: Set<string>;
  })[];
  connect(): Promise<void>;
  readonly localCandidates: Candidate[];
  ensureProtocol(protocol: MediaProtocol): void;
  pairLocalProtocol(protocol: MediaProtocol): void;
}
