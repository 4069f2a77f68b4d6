import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { FoundStreams } from '../../main/contract/camera.ts';
import type { DiscoveryEvent, DiscoveryState, FoundDevice, FoundHow } from '../../main/contract/discovery.ts';
import { joined, numberFormat } from '../language/formats.ts';
import { m } from '../language/messages.ts';
import type { CallFailure } from '../link/call-error.ts';
import { followEvents } from '../link/follow-events.ts';
import type { Station } from '../state/station.svelte.ts';
import { errorWords } from '../wall/error-words.ts';
import { folded } from './camera-rows.ts';
import { type Candidate, candidatesOf } from './found-candidates.ts';
import { type Credentials, LookFirst } from './look-first.svelte.ts';

/** What became of a device that was to be added. */
export type AddResult =
  | { readonly name: 'waiting' }
  | { readonly name: 'trying' }
  /** Without streams it was there already. */
  | { readonly name: 'added'; readonly streams: FoundStreams | null }
  | { readonly name: 'failed'; readonly brief: string; readonly reason: string };

/** Devices that are tried at a time: the engine tries sixteen. */
const maximumAtOnce = 12;

const howWords: Record<FoundHow, () => string> = {
  onvif: () => 'ONVIF',
  mdns: () => 'Bonjour',
  ssdp: () => 'UPnP',
  scan: m.cameras_find_by_scan,
};

/** What it calls itself; else what it is; else where. */
export function deviceName({ name, maker, model, address }: FoundDevice): string {
  return name || `${maker} ${model}`.trim() || address;
}

/** Maker and model, without what the name says already. */
export function deviceKind({ name, maker, model }: FoundDevice): string {
  return [maker, model].filter((word) => word !== '' && !folded(name).includes(folded(word))).join(' ');
}

export function foundWords({ how }: FoundDevice): string {
  return joined(how.map((each) => howWords[each]()));
}

function briefly({ code }: CallFailure): string {
  return code === 'no-answer' ? m.cameras_not_added() : errorWords[code].brief;
}

/** The devices on the network, which of them are chosen, and their adding. */
export class FindCameras {
  readonly #station: Station;
  readonly #stop = new AbortController();
  readonly #devices = new SvelteMap<string, FoundDevice>();
  readonly #chosen = new SvelteSet<string>();
  readonly #results = new SvelteMap<string, AddResult>();
  #state = $state.raw<DiscoveryState | null>(null);
  #scanning = $state.raw<AbortController | null>(null);
  #scanWords = $state('');
  #busy = $state(false);
  #look = $state.raw<LookFirst | null>(null);
  query: string = $state('');
  username: string = $state('');
  password: string = $state('');

  /** In the order in which they were found: a row never moves. */
  readonly devices: readonly FoundDevice[] = $derived.by(() => [...this.#devices.values()]);
  readonly shown: readonly FoundDevice[] = $derived.by(() => searchDevices(this.devices, this.query));
  /** Those that can be added and are to be. */
  readonly chosen: readonly FoundDevice[] = $derived.by(() =>
    this.devices.filter((device) => this.#chosen.has(device.id) && !this.isAdded(device)),
  );
  readonly addable: readonly FoundDevice[] = $derived.by(() =>
    this.shown.filter((device) => !this.isAdded(device)),
  );

  constructor(station: Station) {
    this.#station = station;
    const { signal } = this.#stop;
    void followEvents(
      async () => {
        const { client } = station;
        if (client === null) throw new Error('the engine is away');
        return await client.discovery.watch(undefined, { signal });
      },
      (event) => this.#apply(event),
      signal,
    );
  }

  /** Null until the engine has answered. */
  get state(): DiscoveryState | null {
    return this.#state;
  }

  /** Whether cameras are being added. */
  get busy(): boolean {
    return this.#busy;
  }

  /** The chosen cameras as they are looked at before they are added; null: the list is shown. */
  get look(): LookFirst | null {
    return this.#look;
  }

  get scanning(): boolean {
    return this.#scanning !== null;
  }

  /** What the last search of the subnet came to. */
  get scanWords(): string {
    return this.#scanWords;
  }

  isAdded(device: FoundDevice): boolean {
    return device.cameraId !== null || this.#results.get(device.id)?.name === 'added';
  }

  isChosen(device: FoundDevice): boolean {
    return this.#chosen.has(device.id);
  }

  result(device: FoundDevice): AddResult | undefined {
    return this.#results.get(device.id);
  }

  choose(device: FoundDevice, on: boolean): void {
    if (on) this.#chosen.add(device.id);
    else this.#chosen.delete(device.id);
  }

  /** All that are shown. */
  chooseAll(on: boolean): void {
    for (const device of this.addable) this.choose(device, on);
  }

  async scan(): Promise<void> {
    const scanning = new AbortController();
    this.#scanning = scanning;
    this.#scanWords = '';
    const signal = AbortSignal.any([scanning.signal, this.#stop.signal]);
    const result = await this.#station.ask((client) => client.discovery.scan(undefined, { signal }));
    this.#scanning = null;
    if (scanning.signal.aborted) this.#scanWords = m.cameras_find_stopped();
    else if (result.failure !== null) this.#scanWords = result.failure.message;
    else if (result.answer.addresses === 0) this.#scanWords = m.cameras_find_no_private_network();
    else
      this.#scanWords = m.cameras_find_searched({
        addresses: numberFormat().format(result.answer.addresses),
        found: result.answer.found,
      });
  }

  stopScan(): void {
    this.#scanning?.abort();
  }

  /**
   * Adds what is chosen, a few devices at a time, each wholly or not at all: with all its channels where it is a recorder. User
   * and password go to these devices alone, and once: cameras lock accounts.
   */
  async addChosen(): Promise<void> {
    const { credentials } = this;
    let added = 0;
    await this.#eachChosen(credentials, async (device, found, candidates) => {
      const failure = await this.#store(candidates, credentials);
      if (failure === null) added += candidates.length;
      this.#settle(device, failure, failure === null && candidates.length > 0 ? found : null);
    });
    this.#tellAdded(added);
  }

  /** Shows what is chosen as it would be added. */
  async lookFirst(): Promise<void> {
    const { credentials } = this;
    const all = new Map<string, Candidate[]>();
    const order = this.chosen.map(({ id }) => id);
    await this.#eachChosen(credentials, (device, _found, candidates) => {
      if (candidates.length === 0) this.#settle(device, null, null);
      else this.#results.delete(device.id);
      all.set(device.id, candidates);
      return Promise.resolve();
    });
    const candidates = order.flatMap((id) => all.get(id) ?? []);
    if (candidates.length > 0 && !this.#stop.signal.aborted)
      this.#look = new LookFirst(this.#station, candidates, credentials);
  }

  /** Adds what was looked at and not left out, device by device. */
  async addLooked(): Promise<void> {
    const look = this.#look;
    if (look === null || this.#busy) return;
    this.#busy = true;
    // Cameras that serve few viewers: the pictures of the wall come next.
    look.stop();
    const byDevice = Map.groupBy(look.chosen, ({ deviceId }) => deviceId);
    let added = 0;
    for (const [deviceId, candidates] of byDevice) {
      const named = candidates.map((each) => ({ ...each, name: look.name(each).trim() || each.name }));
      const failure = await this.#store(named, look.credentials);
      if (failure === null) added += named.length;
      const device = this.#devices.get(deviceId);
      if (device !== undefined) this.#settle(device, failure, null);
    }
    this.#look = null;
    this.#busy = false;
    this.#tellAdded(added);
  }

  backToList(): void {
    this.#look?.stop();
    this.#look = null;
  }

  /** Ends everything that is under way. */
  stop(): void {
    this.#look?.stop();
    this.#stop.abort();
  }

  get credentials(): Credentials {
    const { username, password } = this;
    return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
  }

  /** Asks the chosen devices for their streams, a few at a time, and has something done with each that names some. */
  async #eachChosen(
    credentials: Credentials,
    work: (device: FoundDevice, found: FoundStreams, candidates: Candidate[]) => Promise<void>,
  ): Promise<void> {
    if (this.#busy || this.chosen.length === 0) return;
    this.#busy = true;
    const waiting = [...this.chosen];
    const names = this.#newNames(waiting);
    for (const { id } of waiting) this.#results.set(id, { name: 'waiting' });
    const workOff = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        if (this.#stop.signal.aborted) return;
        this.#results.set(next.id, { name: 'trying' });
        const found = await this.#ask(next, credentials);
        if (found.failure !== null) {
          this.#settle(next, found.failure, null);
          continue;
        }
        const { cameras } = this.#station.mirror;
        const known = new Set(cameras.map(({ mainUrl }) => mainUrl));
        const name = this.#nameOf(next, found.answer, names);
        await work(next, found.answer, candidatesOf(next.id, name, found.answer, known));
      }
    };
    await Promise.all(Array.from({ length: maximumAtOnce }, workOff));
    this.#busy = false;
  }

  async #ask({ address, rtspPort, onvifAddress }: FoundDevice, credentials: Credentials) {
    const { signal } = this.#stop;
    const host = address.includes(':') ? `[${address}]` : address;
    const at = rtspPort === null ? host : `${host}:${rtspPort}`;
    const onvifUrl = onvifAddress === null ? {} : { onvifUrl: onvifAddress };
    return await this.#station.ask((client) =>
      client.cameras.find({ address: at, ...onvifUrl, ...credentials }, { signal }),
    );
  }

  #nameOf(device: FoundDevice, { onvif }: FoundStreams, names: Map<string, string>): string {
    if (device.name === '' && onvif !== null && onvif.name !== null) {
      names.delete(device.id);
      const others = [...this.#station.mirror.cameras.map((camera) => camera.name), ...names.values()];
      names.set(device.id, distinctName(onvif.name, device, others));
    }
    return names.get(device.id) ?? device.address;
  }

  /** All of them, or none. Without a failure they are stored. */
  async #store(candidates: readonly Candidate[], credentials: Credentials): Promise<CallFailure | null> {
    if (candidates.length === 0) return null;
    const cameras = candidates.map(({ name, mainUrl, subUrl, onvifUrl }) => ({
      ...{ name, mainUrl, subUrl, onvifUrl },
      ...credentials,
    }));
    const { failure } = await this.#station.ask((client) => client.cameras.addAll({ cameras }));
    return failure;
  }

  /** @param streams null: it was there already, or they are not said */
  #settle({ id }: FoundDevice, failure: CallFailure | null, streams: FoundStreams | null): void {
    if (failure !== null && failure.code !== 'already-there') {
      this.#results.set(id, { name: 'failed', brief: briefly(failure), reason: failure.message });
      return;
    }
    this.#results.set(id, { name: 'added', streams });
    this.#chosen.delete(id);
  }

  #tellAdded(added: number): void {
    if (added > 0) this.#station.toasts.tell(m.cameras_added({ count: added }));
  }

  /** Their own names, by their ids. */
  #newNames(devices: readonly FoundDevice[]): Map<string, string> {
    const taken = this.#station.mirror.cameras.map(({ name }) => name);
    return new Map(
      devices.map((device) => {
        const others = [...taken, ...devices.filter((other) => other !== device).map(deviceName)];
        return [device.id, distinctName(deviceName(device), device, others)];
      }),
    );
  }

  #apply(event: DiscoveryEvent): void {
    switch (event.type) {
      case 'snapshot': {
        const ids = new Set(event.devices.map(({ id }) => id));
        for (const id of this.#devices.keys()) if (!ids.has(id)) this.#forget(id);
        for (const device of event.devices) this.#devices.set(device.id, device);
        this.#state = event.state;
        break;
      }
      case 'device':
        this.#devices.set(event.device.id, event.device);
        break;
      case 'gone':
        this.#forget(event.deviceId);
        break;
      case 'state':
        this.#state = event.state;
        break;
      default:
        event satisfies never;
    }
  }

  #forget(id: string): void {
    this.#devices.delete(id);
    this.#chosen.delete(id);
    this.#results.delete(id);
  }
}

/** With the address where another one has the same name. */
function distinctName(name: string, { address }: FoundDevice, others: readonly string[]): string {
  return others.includes(name) && name !== address ? `${name.slice(0, 80)} (${address})` : name;
}

/** Devices that have every word of the query in what is shown of them. */
function searchDevices(devices: readonly FoundDevice[], query: string): readonly FoundDevice[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return devices;
  return devices.filter((device) => {
    const { name, maker, model, addresses, mac } = device;
    const text = folded([name, maker, model, ...addresses, mac ?? '', foundWords(device)].join(' '));
    return words.every((word) => text.includes(word));
  });
}
