import { randomUUID } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { type FoundDevice, type FoundHow, foundHow } from '../contract/discovery.ts';
import { urlHost } from './ipv6.ts';
import { makerOfMac } from './mac-vendor.ts';
import type { Sighting } from './sighting.ts';

const maximumDevices = 1_024;
/** Of one device; beyond, further ones are not noted. */
const maximumAddresses = 16;
/** A device that was not seen for so long is gone: it was asked four times meanwhile. Milliseconds. */
export const expiryMilliseconds = 45_000;

interface Device {
  readonly id: string;
  uuid: string | null;
  mac: string | null;
  /** When it was last seen at each; the one it was seen at first comes first. */
  readonly addresses: Map<string, number>;
  /** The newest of each kind. */
  readonly facts: Map<FoundHow, Sighting>;
  /** As it was told last, to tell only what changes. */
  told: string;
}

/** A device, by what it can be known again. */
export interface IdentifiedDevice {
  readonly uuid: string | null;
  readonly mac: string | null;
  readonly addresses: readonly string[];
}

/** What the list cannot know by itself. */
export interface Surroundings {
  readonly isOnNetwork: (address: string) => boolean;
  /** The camera in Gatehouse that is at this address; `rtspPort` null: at any port. */
  readonly cameraAt: (address: string, rtspPort: number | null) => string | null;
  readonly onChange: (device: FoundDevice) => void;
  readonly onGone: (deviceId: string) => void;
}

/**
 * Everything that was found, each device once: sightings with the same UUID, MAC address or address are one, unless their
 * UUIDs, MAC addresses or RTSP ports differ. At most 1,024; the fuller the list, the fewer devices one address may claim, so
 * that who forges many does not keep a camera out. Times are milliseconds of a monotonic clock.
 */
export class FoundDevices {
  readonly #surroundings: Surroundings;
  readonly #devices = new Map<string, Device>();
  readonly #byUuid = new Map<string, Device>();
  readonly #byMac = new Map<string, Device>();
  readonly #byAddress = new Map<string, Set<Device>>();
  #refused = 0;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** Sightings of new devices that had no place. */
  get refused(): number {
    return this.#refused;
  }

  list(): FoundDevice[] {
    return [...this.#devices.values()].map((device) => this.#present(device));
  }

  /** Who has told by what it can be known again. */
  identities(): IdentifiedDevice[] {
    return [...this.#devices.values()]
      .filter(({ uuid, mac }) => uuid !== null || mac !== null)
      .map(({ uuid, mac, addresses }) => ({ uuid, mac, addresses: [...addresses.keys()] }));
  }

  see(seen: Sighting, now: number): void {
    const [first, ...others] = this.#matches(seen);
    const device = first ?? this.#create(seen.address);
    if (device === undefined) {
      this.#refused++;
      return;
    }
    for (const other of others) this.#merge(device, other);
    this.#identify(device, seen.uuid, seen.mac);
    this.#place(device, seen.address, now);
    const before = device.facts.get(seen.how);
    device.facts.set(seen.how, before === undefined ? seen : complete(seen, before));
    this.#tell(device);
  }

  /** It says goodbye. Only from an address of its own: others may not send it away. */
  leave(uuid: string, address: string): void {
    const device = this.#byUuid.get(uuid);
    if (device?.addresses.has(address) === true) this.#remove(device);
  }

  /** The computer's own table of neighbours: nobody can forge that from afar. */
  noteMacs(macs: ReadonlyMap<string, string>): void {
    for (const [address, mac] of macs) {
      // Several at one address share their MAC address: it tells them not apart.
      const devices = this.#byAddress.get(address);
      const [device] = devices ?? [];
      if (devices?.size !== 1 || device === undefined || device.mac !== null) continue;
      const twin = this.#byMac.get(mac);
      if (twin !== undefined && isCompatible(device, twin)) this.#merge(device, twin);
      this.#identify(device, null, mac);
      this.#tell(device);
    }
  }

  /** Forgets what was not seen for a while. */
  expire(now: number): void {
    for (const device of [...this.#devices.values()]) {
      const gone = [...device.addresses].filter(([, seenAt]) => now - seenAt > expiryMilliseconds);
      if (gone.length === device.addresses.size) this.#remove(device);
      else if (gone.length > 0) {
        for (const [address] of gone) this.#displace(device, address);
        this.#tell(device);
      }
    }
  }

  /** As if all had just been seen: nobody asked while nobody listened. */
  refresh(now: number): void {
    for (const { addresses } of this.#devices.values())
      for (const [address, seenAt] of addresses) addresses.set(address, Math.max(now, seenAt));
  }

  /** Cameras or networks have changed. */
  review(): void {
    for (const device of this.#devices.values()) this.#tell(device);
  }

  /** The devices that this is a sighting of, the oldest first; more than one: it shows that they are one. */
  #matches(seen: Sighting): Device[] {
    const found = new Set<Device>();
    const byUuid = seen.uuid === null ? undefined : this.#byUuid.get(seen.uuid);
    if (byUuid !== undefined) found.add(byUuid);
    const byMac = seen.mac === null ? undefined : this.#byMac.get(seen.mac);
    if (byMac !== undefined && isSame(byMac, seen)) found.add(byMac);
    const here = [...(this.#byAddress.get(seen.address) ?? [])].filter((device) => isSame(device, seen));
    const [only] = here;
    // Where several are at one address, nobody knows which of them is meant.
    if (here.length === 1 && only !== undefined) found.add(only);
    const [first, ...others] = found;
    if (first === undefined) return [];
    return [first, ...others.filter((other) => isCompatible(first, other))];
  }

  #create(address: string): Device | undefined {
    const here = this.#byAddress.get(address)?.size ?? 0;
    if (this.#devices.size >= maximumDevices || here >= maximumAt(this.#devices.size)) return undefined;
    const device: Device = {
      id: randomUUID(),
      uuid: null,
      mac: null,
      addresses: new Map(),
      facts: new Map(),
      told: '',
    };
    this.#devices.set(device.id, device);
    return device;
  }

  #identify(device: Device, uuid: string | null, mac: string | null): void {
    if (device.uuid === null && uuid !== null && !this.#byUuid.has(uuid)) {
      device.uuid = uuid;
      this.#byUuid.set(uuid, device);
    }
    if (device.mac === null && mac !== null && !this.#byMac.has(mac)) {
      device.mac = mac;
      this.#byMac.set(mac, device);
    }
  }

  #place(device: Device, address: string, now: number): void {
    if (!device.addresses.has(address)) {
      if (device.addresses.size >= maximumAddresses) return;
      const here = this.#byAddress.get(address) ?? new Set();
      this.#byAddress.set(address, here.add(device));
    }
    device.addresses.set(address, Math.max(now, device.addresses.get(address) ?? now));
  }

  #displace(device: Device, address: string): void {
    device.addresses.delete(address);
    const here = this.#byAddress.get(address);
    here?.delete(device);
    if (here?.size === 0) this.#byAddress.delete(address);
  }

  #merge(device: Device, other: Device): void {
    this.#remove(other);
    this.#identify(device, other.uuid, other.mac);
    for (const [address, seenAt] of other.addresses) this.#place(device, address, seenAt);
    for (const [how, facts] of other.facts) if (!device.facts.has(how)) device.facts.set(how, facts);
  }

  #remove(device: Device): void {
    this.#devices.delete(device.id);
    if (device.uuid !== null) this.#byUuid.delete(device.uuid);
    if (device.mac !== null) this.#byMac.delete(device.mac);
    for (const address of device.addresses.keys()) {
      const here = this.#byAddress.get(address);
      here?.delete(device);
      if (here?.size === 0) this.#byAddress.delete(address);
    }
    if (device.told !== '') this.#surroundings.onGone(device.id);
  }

  #tell(device: Device): void {
    const presented = this.#present(device);
    const text = JSON.stringify(presented);
    if (text === device.told) return;
    device.told = text;
    this.#surroundings.onChange(presented);
  }

  #present(device: Device): FoundDevice {
    // What a device says of itself over ONVIF is the most exact; a search of the subnet knows least.
    const facts = foundHow.options.flatMap((how) => device.facts.get(how) ?? []);
    const text = (field: 'name' | 'maker' | 'model') => facts.find((fact) => fact[field])?.[field] ?? '';
    // IPv4 before IPv6: it has no zone, and everything can dial it.
    const addresses = [...device.addresses.keys()].sort((a, b) => Number(isIPv6(a)) - Number(isIPv6(b)));
    const [address = ''] = addresses;
    const port = rtspPortOf(device);
    const { isOnNetwork, cameraAt } = this.#surroundings;
    const isAlone = this.#byAddress.get(address)?.size === 1;
    const cameraId = addresses.reduce<string | null>(
      (found, at) => found ?? cameraAt(at, isAlone ? null : port),
      null,
    );
    const service = device.facts.get('onvif')?.onvifAddress ?? null;
    return {
      id: device.id,
      name: text('name'),
      maker: text('maker') || (device.mac === null ? '' : (makerOfMac(device.mac) ?? '')),
      model: text('model'),
      address,
      addresses,
      mac: device.mac,
      how: facts.map(({ how }) => how),
      isOnNetwork: isOnNetwork(address),
      cameraId,
      onvifAddress: service === null || address.includes('%') ? null : onHost(service, address),
      rtspPort: port,
    };
  }
}

function rtspPortOf({ facts }: Device): number | null {
  return [...facts.values()].reduce<number | null>((found, { rtspPort }) => found ?? rtspPort, null);
}

/** A device with several addresses is asked at the one that is shown. */
function onHost(text: string, address: string): string {
  const url = new URL(text);
  url.hostname = urlHost(address);
  return url.href;
}

/** Whether a sighting may be of this device: nothing that both have says otherwise. */
function isSame(device: Device, seen: Sighting): boolean {
  const port = rtspPortOf(device);
  return (
    (device.uuid === null || seen.uuid === null || device.uuid === seen.uuid) &&
    (device.mac === null || seen.mac === null || device.mac === seen.mac) &&
    (port === null || seen.rtspPort === null || port === seen.rtspPort || seen.how === 'scan')
  );
}

function isCompatible(one: Device, other: Device): boolean {
  return (
    (one.uuid === null || other.uuid === null || one.uuid === other.uuid) &&
    (one.mac === null || other.mac === null || one.mac === other.mac)
  );
}

/** A newer message may say less than the one before. */
function complete(newer: Sighting, older: Sighting): Sighting {
  return {
    ...newer,
    uuid: newer.uuid ?? older.uuid,
    mac: newer.mac ?? older.mac,
    name: newer.name ?? older.name,
    maker: newer.maker ?? older.maker,
    model: newer.model ?? older.model,
    onvifAddress: newer.onvifAddress ?? older.onvifAddress,
    rtspPort: newer.rtspPort ?? older.rtspPort,
  };
}

/** The most devices at one address, in a list that is so full. */
function maximumAt(devices: number): number {
  if (devices < maximumDevices / 4) return 128;
  return devices < maximumDevices / 2 ? 8 : 2;
}
