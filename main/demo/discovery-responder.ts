import dgram from 'node:dgram';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { surviveDatagramErrors } from '../base/operating-system.ts';
import {
  bye,
  type DiscoverableDevice,
  hello,
  matchOf,
  mdnsAnswer,
  probeMatches,
  readMdnsQuestion,
  ssdpAnswer,
  upnpDescription,
} from './discovery-messages.ts';

/** The ways in which devices on real networks answer a probe badly. */
export type DiscoveryQuirk =
  /** In two datagrams (Axis). */
  | 'split'
  /** Ends in the middle of an element. */
  | 'malformed'
  /** Claims to be at 0.0.0.0. */
  | 'any-address'
  /** Claims to be at an address of another network, as it was before it was moved. */
  | 'wrong-subnet'
  /** Says everything three times. */
  | 'duplicate'
  /** Is none of us: answers every probe. */
  | 'printer';

export interface RespondingDevice extends DiscoverableDevice {
  readonly quirk?: DiscoveryQuirk;
  /** Left out: all three. */
  readonly speaks?: readonly ('onvif' | 'mdns' | 'ssdp')[];
}

export interface DiscoveryPorts {
  readonly wsDiscovery: number;
  readonly mdns: number;
  readonly ssdp: number;
}

const standardPorts: DiscoveryPorts = { wsDiscovery: 3_702, mdns: 5_353, ssdp: 1_900 };
const ssdpGroup = '239.255.255.250';
const mdnsGroup = '224.0.0.251';
const loopback = '127.0.0.1';

/**
 * Answers WS-Discovery, mDNS and SSDP for virtual devices, on loopback alone: sockets are bound to it, send multicast on it, and
 * with a time to live of 0. Each device answers from its own address.
 */
export class DiscoveryResponder implements AsyncDisposable {
  readonly #devices: readonly RespondingDevice[];
  readonly #ports: DiscoveryPorts;
  /** One for each address. */
  readonly #speaking = new Map<string, dgram.Socket>();
  readonly #listening: dgram.Socket[] = [];
  readonly #servers: http.Server[] = [];
  /** Where each device's UPnP description is. */
  readonly #locations = new Map<string, string>();

  private constructor(devices: readonly RespondingDevice[], ports: DiscoveryPorts) {
    this.#devices = devices;
    this.#ports = ports;
  }

  /** @param ports others only in tests, so that they do not hear each other */
  static async start(
    devices: readonly RespondingDevice[],
    ports: DiscoveryPorts = standardPorts,
  ): Promise<DiscoveryResponder> {
    const responder = new DiscoveryResponder(devices, ports);
    try {
      await responder.#open();
    } catch (error) {
      await responder[Symbol.asyncDispose]();
      throw error;
    }
    return responder;
  }

  /** Device `index` has just been switched on. */
  hello(index: number): void {
    const device = this.#devices[index];
    if (device !== undefined) this.#announce(device, hello(matchOf(device)));
  }

  /** Device `index` is being switched off. */
  bye(index: number): void {
    const device = this.#devices[index];
    if (device !== undefined) this.#announce(device, bye(device.uuid));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const sockets = [...this.#listening.splice(0), ...this.#speaking.values()];
    this.#speaking.clear();
    await Promise.all([
      ...sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))),
      ...this.#servers.splice(0).map((server) => {
        server.closeAllConnections();
        return new Promise<void>((resolve) => server.close(() => resolve()));
      }),
    ]);
  }

  async #open(): Promise<void> {
    for (const { address } of this.#devices) {
      if (this.#speaking.has(address)) continue;
      const socket = dgram.createSocket('udp4');
      this.#speaking.set(address, socket);
      surviveDatagramErrors(socket);
      await bind(socket, 0, address);
      socket.setMulticastInterface(loopback);
      socket.setMulticastTTL(0);
      if (this.#devices.some((device) => device.address === address && speaks(device, 'ssdp')))
        await this.#serveDescriptions(address);
    }
    await this.#listen(ssdpGroup, this.#ports.wsDiscovery, (text, port) =>
      this.#onProbe(text.toString(), port),
    );
    await this.#listen(mdnsGroup, this.#ports.mdns, (datagram, port) => {
      const question = readMdnsQuestion(datagram);
      if (question === undefined) return;
      for (const device of this.#that('mdns')) this.#send(device, mdnsAnswer(question.id, device), port);
    });
    await this.#listen(ssdpGroup, this.#ports.ssdp, (text, port) => {
      if (!/^M-SEARCH \* HTTP/.test(text.toString())) return;
      for (const device of this.#that('ssdp'))
        this.#send(device, ssdpAnswer(device, this.#locations.get(device.uuid) ?? ''), port);
    });
  }

  async #listen(
    group: string,
    port: number,
    onMessage: (datagram: Buffer, port: number) => void,
  ): Promise<void> {
    const socket = dgram.createSocket({ type: 'udp4', reuseAddr: true });
    this.#listening.push(socket);
    surviveDatagramErrors(socket);
    socket.on('message', (datagram, { address, port: sourcePort }) => {
      if (address.startsWith('127.')) onMessage(datagram, sourcePort);
    });
    await bind(socket, port);
    socket.addMembership(group, loopback);
  }

  async #serveDescriptions(address: string): Promise<void> {
    const server = http.createServer((request, response) => {
      const device = this.#devices.find(({ uuid }) => request.url === `/${uuid}.xml`);
      if (device === undefined) response.writeHead(404).end();
      else response.setHeader('content-type', 'text/xml').end(upnpDescription(device));
    });
    this.#servers.push(server);
    server.listen(0, address);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    for (const { uuid } of this.#devices.filter((device) => device.address === address))
      this.#locations.set(uuid, `http://${address}:${port}/${uuid}.xml`);
  }

  #onProbe(text: string, port: number): void {
    const [, messageId] = /MessageID>\s*([^<\s]+)\s*</.exec(text) ?? [];
    if (messageId === undefined || !/<(?:[\w-]+:)?Probe[\s>]/.test(text)) return;
    const isForCameras = text.includes('NetworkVideoTransmitter');
    for (const device of this.#that('onvif')) {
      const match = matchOf(device);
      switch (device.quirk) {
        case undefined:
          this.#send(device, probeMatches(messageId, [match]), port);
          break;
        case 'split': {
          const answer = probeMatches(messageId, [match]);
          const middle = Math.floor(answer.length / 2);
          this.#send(device, answer.slice(0, middle), port);
          this.#send(device, answer.slice(middle), port);
          break;
        }
        case 'malformed':
          this.#send(device, probeMatches(messageId, [match]).replace(/<\/d:Scopes>.*$/, ''), port);
          break;
        case 'any-address': {
          const addresses = match.addresses.replace(device.address, '0.0.0.0');
          this.#send(device, probeMatches(messageId, [{ ...match, addresses }]), port);
          break;
        }
        case 'wrong-subnet': {
          const moved = match.addresses.replace(device.address, '192.0.2.108');
          const addresses = `http://[fe80::1]/onvif/device_service https://192.0.2.108/ ${moved}`;
          this.#send(device, probeMatches(messageId, [{ ...match, addresses }]), port);
          break;
        }
        case 'duplicate':
          for (let times = 0; times < 3; times++) this.#send(device, probeMatches(messageId, [match]), port);
          break;
        case 'printer': {
          if (isForCameras) break;
          const printer = { ...match, types: 'wsdp:Device wprt:PrintDeviceType', scopes: '' };
          this.#send(device, probeMatches(messageId, [printer]), port);
          break;
        }
        default:
          device.quirk satisfies never;
      }
    }
  }

  #that(protocol: 'onvif' | 'mdns' | 'ssdp'): RespondingDevice[] {
    return this.#devices.filter((device) => speaks(device, protocol));
  }

  #announce(device: RespondingDevice, message: string): void {
    this.#speaking.get(device.address)?.send(message, this.#ports.wsDiscovery, ssdpGroup);
  }

  #send({ address }: DiscoverableDevice, message: string | Buffer, port: number): void {
    this.#speaking.get(address)?.send(message, port, loopback);
  }
}

function speaks({ speaks: protocols }: RespondingDevice, protocol: 'onvif' | 'mdns' | 'ssdp'): boolean {
  return protocols?.includes(protocol) ?? true;
}

async function bind(socket: dgram.Socket, port: number, address?: string): Promise<void> {
  const listening = once(socket, 'listening');
  socket.bind({ port, ...(address === undefined ? {} : { address }) });
  await listening;
}
