import { GatehouseError } from '../base/gatehouse-error.ts';
import { find, findAll, textAt, type Xml, type XmlElement, xml } from '../base/xml.ts';
import { serviceAddress } from './onvif-address.ts';
import type { OnvifCaller } from './onvif-caller.ts';
import { notSupported } from './onvif-errors.ts';
import { orNull, shortText, wholeNumber } from './onvif-values.ts';

/** The services of this folder, by the namespaces of their WSDLs. */
export const serviceNamespaces = {
  device: 'http://www.onvif.org/ver10/device/wsdl',
  media: 'http://www.onvif.org/ver10/media/wsdl',
  media2: 'http://www.onvif.org/ver20/media/wsdl',
  ptz: 'http://www.onvif.org/ver20/ptz/wsdl',
  imaging: 'http://www.onvif.org/ver20/imaging/wsdl',
  events: 'http://www.onvif.org/ver10/events/wsdl',
} as const;
export type ServiceName = keyof typeof serviceNamespaces;
const serviceNames = Object.keys(serviceNamespaces) as ServiceName[];

export interface DeviceInformation {
  readonly manufacturer: string | null;
  /** As the device writes it: "1.10" is not "1.1". */
  readonly model: string | null;
  readonly firmwareVersion: string | null;
  readonly serialNumber: string | null;
  readonly hardwareId: string | null;
}

export interface NetworkInterface {
  readonly name: string | null;
  /** Six pairs of lower-case digits with colons between them; null when it is none. */
  readonly mac: string | null;
  readonly addresses: readonly string[];
}

const hourMilliseconds = 3_600_000;
const quarterHourMilliseconds = hourMilliseconds / 4;
/** Time zones are at most this far from UTC. */
const maximumZoneMilliseconds = 14 * hourMilliseconds;
/** By so much a clock may be off beside its time zone. */
const zoneToleranceMilliseconds = 2 * 60_000;

/** The device service (ONVIF core specification, section 8), and where the others are. */
export class OnvifDevice {
  readonly #caller: OnvifCaller;
  #services: Promise<ReadonlyMap<ServiceName, URL>> | undefined;

  constructor(caller: OnvifCaller) {
    this.#caller = caller;
  }

  /**
   * Reads the device's clock, without credentials, so that UsernameTokens carry its time and not ours. Devices that do not
   * tell it keep the last one.
   * @returns whether it told it
   */
  async readClock(signal: AbortSignal): Promise<boolean> {
    try {
      const answer = await this.#call('GetSystemDateAndTime', xml`<tds:GetSystemDateAndTime/>`, signal, true);
      const offsets = clockOffsets(answer, Date.now());
      if (offsets.length > 0) this.#caller.setClockOffsets(offsets);
      return offsets.length > 0;
    } catch (error) {
      // Some want credentials even for this, and those need the time: hopefully theirs is right.
      const isRefused = GatehouseError.from(error).code === 'camera-refused-credentials';
      if (!isRefused && !isAboutThis(error)) throw error;
      return false;
    }
  }

  async information(signal: AbortSignal): Promise<DeviceInformation> {
    const answer = await this.#call('GetDeviceInformation', xml`<tds:GetDeviceInformation/>`, signal);
    const read = (name: string) => orNull(shortText, textAt(answer, name));
    return {
      manufacturer: read('Manufacturer'),
      model: read('Model'),
      firmwareVersion: read('FirmwareVersion'),
      serialNumber: read('SerialNumber'),
      hardwareId: read('HardwareId'),
    };
  }

  /** Its endpoint reference, as WS-Discovery announces it (core specification, 8.4.1); null when it is none. */
  async endpointReference(signal: AbortSignal): Promise<string | null> {
    const answer = await this.#call('GetEndpointReference', xml`<tds:GetEndpointReference/>`, signal);
    return orNull(shortText, textAt(answer, 'GUID'));
  }

  /** As a person named the device; null when nobody did. */
  async hostname(signal: AbortSignal): Promise<string | null> {
    const answer = await this.#call('GetHostname', xml`<tds:GetHostname/>`, signal);
    return orNull(shortText, textAt(answer, 'HostnameInformation', 'Name'));
  }

  /** What the device says of itself: `onvif://www.onvif.org/name/Gate`. At most 100. */
  async scopes(signal: AbortSignal): Promise<string[]> {
    const answer = await this.#call('GetScopes', xml`<tds:GetScopes/>`, signal);
    return findAll(answer, 'Scopes')
      .slice(0, 100)
      .flatMap((scope) => orNull(shortText, textAt(scope, 'ScopeItem')) ?? []);
  }

  async networkInterfaces(signal: AbortSignal): Promise<NetworkInterface[]> {
    const answer = await this.#call('GetNetworkInterfaces', xml`<tds:GetNetworkInterfaces/>`, signal);
    return findAll(answer, 'NetworkInterfaces')
      .slice(0, 16)
      .map((item) => ({
        name: orNull(shortText, textAt(item, 'Info', 'Name')),
        mac: macAddress(textAt(item, 'Info', 'HwAddress')),
        addresses: addressesOf(item),
      }));
  }

  /** Where each service is, always on the host that was connected to. Asked for once. */
  async services(signal: AbortSignal): Promise<ReadonlyMap<ServiceName, URL>> {
    this.#services ??= this.#readServices(signal);
    try {
      return await this.#services;
    } catch (error) {
      this.#services = undefined;
      throw error;
    }
  }

  /** @throws GatehouseError onvif-not-supported */
  async service(name: ServiceName, signal: AbortSignal): Promise<URL> {
    const url = (await this.services(signal)).get(name);
    if (url === undefined) throw notSupported(this.#caller.address, words[name]);
    return url;
  }

  async #readServices(signal: AbortSignal): Promise<ReadonlyMap<ServiceName, URL>> {
    const device = this.#caller.target.url;
    const found = new Map<ServiceName, URL>([['device', device]]);
    try {
      const body = xml`<tds:GetServices><tds:IncludeCapability>false</tds:IncludeCapability></tds:GetServices>`;
      const answer = await this.#call('GetServices', body, signal);
      for (const service of findAll(answer, 'Service')) {
        const namespace = textAt(service, 'Namespace')?.replace(/\/$/, '');
        const name = serviceNames.find((known) => serviceNamespaces[known] === namespace);
        if (name !== undefined && !found.has(name)) {
          found.set(name, serviceAddress(textAt(service, 'XAddr'), device));
        }
      }
    } catch (error) {
      if (!isAboutThis(error)) throw error;
    }
    // Older devices know nothing of GetServices (before ONVIF 2.0), others leave services out in there.
    if (!found.has('media')) {
      try {
        await this.#readCapabilities(found, signal);
      } catch (error) {
        if (!isAboutThis(error) || !found.has('media2')) throw error;
      }
    }
    return found;
  }

  async #readCapabilities(found: Map<ServiceName, URL>, signal: AbortSignal): Promise<void> {
    const body = xml`<tds:GetCapabilities><tds:Category>All</tds:Category></tds:GetCapabilities>`;
    const answer = await this.#call('GetCapabilities', body, signal);
    const capabilities = find(answer, 'Capabilities');
    for (const [name, element] of capabilityElements) {
      const capability = find(capabilities, element);
      if (capability === undefined || found.has(name)) continue;
      found.set(name, serviceAddress(textAt(capability, 'XAddr'), this.#caller.target.url));
    }
  }

  #call(operation: string, body: Xml, signal: AbortSignal, isAnonymous = false): Promise<XmlElement> {
    const { url } = this.#caller.target;
    return this.#caller.call({
      url,
      operation,
      namespace: serviceNamespaces.device,
      body,
      isAnonymous,
      signal,
    });
  }
}

const words: Readonly<Record<ServiceName, string>> = {
  device: 'questions about itself',
  media: 'questions about its streams',
  media2: 'questions about its streams',
  ptz: 'moving',
  imaging: 'changes of its picture',
  events: 'events',
};

const capabilityElements: readonly (readonly [ServiceName, string])[] = [
  ['media', 'Media'],
  ['ptz', 'PTZ'],
  ['imaging', 'Imaging'],
  ['events', 'Events'],
];

/** Whether the device said no to this one question: it may answer another. */
export function isAboutThis(error: unknown): boolean {
  const { code } = GatehouseError.from(error);
  return code === 'onvif-failed' || code === 'onvif-not-supported';
}

/**
 * By how much a device's clock is ahead of ours, the likeliest first: as it says, and for devices that give their local
 * time out as UTC (older Dahua and Hikvision firmware) the same without whole time zones. Milliseconds.
 * @param answer GetSystemDateAndTimeResponse  @param now milliseconds since 1970
 */
function clockOffsets(answer: XmlElement, now: number): number[] {
  const clock = find(answer, 'SystemDateAndTime');
  const time = timeOf(find(clock, 'UTCDateTime')) ?? timeOf(find(clock, 'LocalDateTime'));
  if (time === null) return [];
  const offset = time - now;
  const zone = Math.round(offset / quarterHourMilliseconds) * quarterHourMilliseconds;
  const rest = offset - zone;
  const isZone =
    zone !== 0 && Math.abs(zone) <= maximumZoneMilliseconds && Math.abs(rest) <= zoneToleranceMilliseconds;
  return isZone ? [offset, rest] : [offset];
}

/** Milliseconds since 1970. */
function timeOf(element: XmlElement | undefined): number | null {
  const read = (...path: string[]) => orNull(wholeNumber, textAt(element, ...path));
  const [year, month, day] = [read('Date', 'Year'), read('Date', 'Month'), read('Date', 'Day')];
  const [hour, minute, second] = [read('Time', 'Hour'), read('Time', 'Minute'), read('Time', 'Second')];
  if (year === null || month === null || day === null) return null;
  if (hour === null || minute === null || second === null) return null;
  if (year < 1970 || year > 2200) return null;
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  return Number.isFinite(time) ? time : null;
}

function macAddress(text: string | undefined): string | null {
  const digits = (text ?? '').replace(/[:.-]/g, '').toLowerCase();
  return /^[\da-f]{12}$/.test(digits) ? (digits.match(/../g) ?? []).join(':') : null;
}

function addressesOf(networkInterface: XmlElement): string[] {
  return ['IPv4', 'IPv6'].flatMap((family) => {
    const configuration = find(networkInterface, family, 'Config');
    return ['Manual', 'FromDHCP', 'LinkLocal'].flatMap((kind) =>
      findAll(configuration, kind).flatMap((address) => orNull(shortText, textAt(address, 'Address')) ?? []),
    );
  });
}
