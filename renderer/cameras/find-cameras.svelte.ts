import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { FoundStreams } from '../../main/contract/camera.ts';
import type { DiscoveryEvent, DiscoveryState, FoundDevice, FoundHow } from '../../main/contract/discovery.ts';
import type { CallFailure } from '../link/call-error.ts';
import { followEvents } from '../link/follow-events.ts';
import type { Station } from '../state/station.svelte.ts';
import { errorWords } from '../wall/error-words.ts';
import { folded } from './camera-rows.ts';

/** What became of a device that was to be added. */
export type AddResult =
  | { readonly name: 'waiting' }
  | { readonly name: 'trying' }
  /** Without streams it was there already. */
  | { readonly name: 'added'; readonly streams: FoundStreams | null }
  | { readonly name: 'failed'; readonly brief: string; readonly reason: string };

/** Devices that are tried at a time. */
const maximumAtOnce = 4;

const howWords: Record<FoundHow, string> = {
  onvif: 'ONVIF',
  mdns: 'Bonjour',
  ssdp: 'UPnP',
  scan: 'subnet search',
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
  return how.map((each) => howWords[each]).join(', ');
}

function briefly({ code }: CallFailure): string {
  return code === 'no-answer' ? 'Not added' : errorWords[code].brief;
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
    if (scanning.signal.aborted) this.#scanWords = 'Search stopped.';
    else if (result.failure !== null) this.#scanWords = result.failure.message;
    else if (result.answer.addresses === 0)
      this.#scanWords = 'There is no private network of this computer to search.';
    else
      this.#scanWords = `${result.answer.addresses.toLocaleString('en')} addresses searched, ${result.answer.found} with an open camera port.`;
  }

  stopScan(): void {
    this.#scanning?.abort();
  }

  /**
   * Adds what is chosen, a few at a time, each wholly or not at all. User and password go to these devices alone, and once:
   * cameras lock accounts.
   */
  async addChosen(): Promise<void> {
    if (this.#busy || this.chosen.length === 0) return;
    this.#busy = true;
    const waiting = [...this.chosen];
    const names = this.#newNames(waiting);
    for (const { id } of waiting) this.#results.set(id, { name: 'waiting' });
    let added = 0;
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        if (this.#stop.signal.aborted) return;
        this.#results.set(next.id, { name: 'trying' });
        const { failure, streams } = await this.#add(next, names);
        if (failure === null) added++;
        else if (failure.code !== 'already-there') {
          this.#results.set(next.id, { name: 'failed', brief: briefly(failure), reason: failure.message });
          continue;
        }
        this.#results.set(next.id, { name: 'added', streams: failure === null ? streams : null });
        this.#chosen.delete(next.id);
      }
    };
    await Promise.all(Array.from({ length: maximumAtOnce }, work));
    this.#busy = false;
    if (added > 0) this.#station.toasts.tell(`${added} camera${added === 1 ? '' : 's'} added.`);
  }

  /** Ends everything that is under way. */
  stop(): void {
    this.#stop.abort();
  }

  /** Without a failure it is stored. */
  async #add(
    device: FoundDevice,
    names: Map<string, string>,
  ): Promise<{ readonly failure: CallFailure | null; readonly streams: FoundStreams | null }> {
    const { username, password } = this;
    const { address, rtspPort, onvifAddress } = device;
    const credentials = {
      ...(username === '' ? {} : { username }),
      ...(password === '' ? {} : { password }),
    };
    const { signal } = this.#stop;
    const at = rtspPort === null ? address : `${address}:${rtspPort}`;
    const found = await this.#station.ask((client) =>
      client.cameras.find(
        { address: at, ...(onvifAddress === null ? {} : { onvifUrl: onvifAddress }), ...credentials },
        { signal },
      ),
    );
    if (found.failure !== null) return { failure: found.failure, streams: null };
    const { mainUrl, subUrl, onvif } = found.answer;
    if (device.name === '' && onvif !== null && onvif.name !== null) {
      names.delete(device.id);
      const others = [...this.#station.mirror.cameras.map((camera) => camera.name), ...names.values()];
      names.set(device.id, distinctName(onvif.name, device, others));
    }
    const name = names.get(device.id) ?? address;
    const stored = await this.#station.ask((client) =>
      client.cameras.add({ name, mainUrl, subUrl, onvifUrl: onvif?.url ?? null, ...credentials }),
    );
    return { failure: stored.failure, streams: found.answer };
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
