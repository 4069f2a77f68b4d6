import { isIPv6 } from 'node:net';
import { Announcer } from '../base/announcer.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { abortableDelay } from '../base/retry.ts';
import type { DiscoveryEvent, DiscoveryState, ScanResult } from '../contract/discovery.ts';
import { type ArpTable, readArpTable } from './arp-table.ts';
import { FloodGuard } from './flood-guard.ts';
import { FoundDevices, type IdentifiedDevice } from './found-devices.ts';
import { type DiscoveryScope, isOnNetwork, type LocalNetwork, localNetworks } from './local-network.ts';
import { makerOfMac } from './mac-vendor.ts';
import { openMdns } from './mdns-search.ts';
import type { Search, SearchOptions } from './search.ts';
import { sighting } from './sighting.ts';
import { openSsdp } from './ssdp-search.ts';
import { type OpenPort, scanSubnets } from './subnet-scan.ts';
import { openWsDiscovery } from './ws-discovery-search.ts';

/** When devices are asked after the begin: twice soon, since datagrams get lost. Then every so often. */
const firstAsks = [0, 250, 1_000];
const askMilliseconds = 10_000;
const tidyMilliseconds = 1_000;
/** How long it looks around by itself, once, when the engine has started. */
const usualLookMilliseconds = 5_000;
/** What only a search of the subnet finds stays so much longer in the list: nobody asks it again. */
const scanKeepMilliseconds = 10 * 60_000;

/** UDP ports of the protocols; others only in tests. */
export interface DiscoveryPorts {
  readonly wsDiscovery: number;
  readonly mdns: number;
  readonly ssdp: number;
}

export interface DiscoveryOptions {
  readonly scope: DiscoveryScope;
  readonly log: Log;
  /** The camera in Gatehouse that is at this address; `rtspPort` null: at any port. */
  readonly cameraAt: (address: string, rtspPort: number | null) => string | null;
  /** For tests: other ports, networks, neighbours. */
  readonly ports?: DiscoveryPorts;
  readonly networks?: () => LocalNetwork[];
  readonly readArp?: () => Promise<ArpTable>;
  readonly lookMilliseconds?: number;
  readonly scanPorts?: { readonly rtsp: readonly number[]; readonly web: readonly number[] };
}

/**
 * Who is on the network: one list of devices that say they are cameras. Sockets are open while somebody watches, and for a
 * moment after the start; nothing is sent otherwise. What is found is only a suggestion: anybody on the network can claim
 * anything.
 */
export class Discovery implements AsyncDisposable {
  readonly #options: DiscoveryOptions;
  readonly #changes = new Announcer<string, DiscoveryEvent>();
  readonly #devices: FoundDevices;
  readonly #guard = new FloodGuard();
  readonly #stop = new AbortController();
  #networks: readonly LocalNetwork[];
  #problems = new Set<string>();
  #scan: { tried: number; total: number } | null = null;
  #scanning: Promise<unknown> = Promise.resolve();
  /** Who wants devices to be looked for. */
  #watchers = 0;
  #run: { readonly abort: AbortController; readonly ended: Promise<void> } | null = null;
  #ending: Promise<void> = Promise.resolve();
  #toldDropped = 0;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#networks = this.#readNetworks();
    this.#devices = new FoundDevices({
      isOnNetwork: (address) => isOnNetwork(this.#networks, address),
      cameraAt: options.cameraAt,
      onChange: (device) => this.#changes.put(`device ${device.id}`, { type: 'device', device }),
      onGone: (deviceId) => this.#changes.put(`device ${deviceId}`, { type: 'gone', deviceId }),
    });
  }

  /** Everything that is known, then changes; devices are looked for until the signal is aborted or the reader leaves. */
  async *watch(signal: AbortSignal): AsyncGenerator<DiscoveryEvent> {
    const ending = AbortSignal.any([signal, this.#stop.signal]);
    if (ending.aborted) return;
    using _watching = this.#begin();
    // Not kept waiting by a reader who is slow, or never reads again.
    const snapshot = (): DiscoveryEvent => ({
      type: 'snapshot',
      devices: this.#devices.list(),
      state: this.#state(),
    });
    yield* this.#changes.watch(snapshot, ending);
  }

  /** Looks around for a few seconds, so that who opens the list finds something in it. */
  lookOnce(): void {
    void this.look(this.#stop.signal);
  }

  /** Looks around for a few seconds. @returns what is known then */
  async look(signal: AbortSignal): Promise<IdentifiedDevice[]> {
    using _watching = this.#begin();
    const { lookMilliseconds = usualLookMilliseconds } = this.#options;
    await abortableDelay(lookMilliseconds, AbortSignal.any([signal, this.#stop.signal]));
    return this.identities;
  }

  /** Devices that were found, by what they can be known again. */
  get identities(): IdentifiedDevice[] {
    return this.#devices.identities();
  }

  /** Those that this computer was on when it looked last. */
  get networks(): readonly LocalNetwork[] {
    return this.#networks;
  }

  /**
   * Searches the networks of this computer, address by address; progress is told to those who watch.
   * @returns no addresses where there is no private network
   * @throws GatehouseError limit-reached: one at a time
   */
  async scan(signal: AbortSignal): Promise<ScanResult> {
    if (this.#scan !== null)
      throw new GatehouseError(
        'limit-reached',
        'The subnet is being searched already. Wait until it is done.',
      );
    const networks = this.#readNetworks();
    const ending = AbortSignal.any([signal, this.#stop.signal]);
    this.#scan = { tried: 0, total: 0 };
    const scanning = this.#searchSubnets(networks, ending);
    this.#scanning = scanning.catch(() => {});
    try {
      return await scanning;
    } finally {
      this.#scan = null;
      this.#tellState();
    }
  }

  /** Cameras were added, changed or removed. */
  camerasChanged(): void {
    this.#devices.review();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#run?.abort.abort();
    await Promise.all([this.#scanning, this.#run?.ended, this.#ending]);
  }

  #readNetworks(): LocalNetwork[] {
    return this.#options.networks?.() ?? localNetworks(this.#options.scope);
  }

  #begin(): Disposable {
    this.#watchers++;
    if (this.#run === null && !this.#stop.signal.aborted) this.#start();
    return {
      [Symbol.dispose]: () => {
        if (--this.#watchers > 0 || this.#run === null) return;
        const { abort, ended } = this.#run;
        this.#run = null;
        abort.abort();
        this.#ending = Promise.all([this.#ending, ended]).then(() => {});
      },
    };
  }

  #start(): void {
    const abort = new AbortController();
    this.#devices.refresh(performance.now());
    const before = this.#ending;
    const ended = before
      .then(() => this.#lookAround(abort.signal))
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'discovery has failed'));
    this.#run = { abort, ended };
  }

  /** Asks until the signal is aborted; begins anew when this computer is on other networks. */
  async #lookAround(signal: AbortSignal): Promise<void> {
    using owned = new DisposableStack();
    const tidy = setInterval(() => {
      this.#devices.expire(performance.now());
      if (this.#dropped !== this.#toldDropped) this.#tellState();
    }, tidyMilliseconds);
    owned.defer(() => clearInterval(tidy));
    while (!signal.aborted) {
      this.#networks = this.#readNetworks();
      this.#problems = new Set();
      this.#devices.review();
      const opened = await Promise.all([
        this.#open('wsDiscovery', openWsDiscovery),
        this.#open('mdns', openMdns),
        this.#open('ssdp', openSsdp),
      ]);
      this.#tellState();
      try {
        await this.#ask(opened, signal);
      } finally {
        await Promise.all(opened.map((search) => search[Symbol.asyncDispose]()));
      }
    }
    this.#logDropped();
  }

  /** Until the signal is aborted, or this computer is on other networks. */
  async #ask(searches: readonly Search[], signal: AbortSignal): Promise<void> {
    const known = JSON.stringify(this.#networks);
    let before = 0;
    for (let round = 0; !signal.aborted; round++) {
      const at = firstAsks[round];
      await abortableDelay(at === undefined ? askMilliseconds : at - before, signal);
      before = at ?? before;
      if (signal.aborted) return;
      if (JSON.stringify(this.#readNetworks()) !== known) return;
      for (const search of searches) search.ask();
      await this.#readNeighbours();
    }
  }

  async #open(
    protocol: keyof DiscoveryPorts,
    open: (options: SearchOptions) => Promise<Search>,
  ): Promise<Search> {
    const { ports = { wsDiscovery: 3_702, mdns: 5_353, ssdp: 1_900 } } = this.#options;
    return await open({
      networks: this.#networks,
      port: ports[protocol],
      admits: (source) => this.#guard.admits(source, performance.now()),
      onSighting: (seen) => this.#devices.see(seen, performance.now()),
      onBye: (uuid, source) => this.#devices.leave(uuid, source),
      onProblem: (words) => {
        this.#problems.add(words);
      },
    });
  }

  async #readNeighbours(): Promise<ArpTable> {
    const { readArp = readArpTable, scope } = this.#options;
    const isUseless = scope !== 'all' && this.#options.readArp === undefined;
    const table: ArpTable = isUseless ? new Map() : await readArp();
    this.#devices.noteMacs(table);
    return table;
  }

  async #searchSubnets(networks: readonly LocalNetwork[], signal: AbortSignal): Promise<ScanResult> {
    const open = new Map<string, OpenPort[]>();
    const found = new Set<string>();
    const see = (address: string, mac: string | null) => {
      const rtspPort = open.get(address)?.find(({ kind }) => kind === 'rtsp')?.port ?? null;
      found.add(address);
      const seen = sighting('scan', address, { mac, rtspPort });
      this.#devices.see(seen, performance.now() + scanKeepMilliseconds);
    };
    const { scanPorts } = this.#options;
    const addresses = await scanSubnets({
      networks,
      signal,
      ...(scanPorts === undefined ? {} : { ports: scanPorts }),
      onOpen: (port) => {
        open.set(port.address, [...(open.get(port.address) ?? []), port]);
        if (port.kind === 'rtsp') see(port.address, null);
      },
      onProgress: (tried, total) => {
        this.#scan = { tried, total };
        this.#tellState();
      },
    });
    // A web server is a camera only where its maker makes cameras.
    const macs = await this.#readNeighbours();
    for (const address of open.keys()) {
      const mac = macs.get(address) ?? null;
      if (!found.has(address) && mac !== null && makerOfMac(mac) !== null) see(address, mac);
    }
    return { addresses, found: found.size };
  }

  get #dropped(): number {
    return this.#guard.dropped + this.#devices.refused;
  }

  #state(): DiscoveryState {
    return {
      networks: shownNetworks(this.#networks),
      problems: [...this.#problems],
      scan: this.#scan,
      dropped: this.#dropped,
    };
  }

  #tellState(): void {
    this.#toldDropped = this.#dropped;
    this.#changes.put('state', { type: 'state', state: this.#state() });
  }

  /** Once a run, not once a message. */
  #logDropped(): void {
    if (this.#dropped > 0)
      this.#options.log.warn({ dropped: this.#dropped }, 'discovery got more messages than it looks at');
  }
}

/** Of an interface with both its IPv4 addresses: those are what people know it by. */
function shownNetworks(networks: readonly LocalNetwork[]): { name: string; address: string }[] {
  const isOn4 = (name: string) => networks.some((other) => other.name === name && !isIPv6(other.address));
  return networks
    .filter(({ name, address }) => !isIPv6(address) || !isOn4(name))
    .map(({ name, address }) => ({ name, address }));
}
