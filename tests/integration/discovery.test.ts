import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { matchOf, probeMatches } from '../../main/demo/discovery-messages.ts';
import { DiscoveryResponder, type RespondingDevice } from '../../main/demo/discovery-responder.ts';
import type { Discovery, DiscoveryPorts } from '../../main/discovery/discovery.ts';
import { until } from '../support/camera-scene.ts';
import { createDiscovery, DiscoveryReader, devices } from '../support/discovery-scene.ts';
import { freePorts } from '../support/free-ports.ts';

let owned: AsyncDisposableStack;
let ports: DiscoveryPorts;
let stop: AbortController;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  ports = await freePorts();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await owned.disposeAsync();
});

async function respond(list: readonly RespondingDevice[]): Promise<DiscoveryResponder> {
  return owned.use(await DiscoveryResponder.start(list, ports));
}

function read(discovery: Discovery): DiscoveryReader {
  return new DiscoveryReader(discovery.watch(stop.signal));
}

async function openSocket(address: string): Promise<dgram.Socket> {
  const socket = dgram.createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  owned.defer(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return socket;
}

test('fifty devices are found, each once, with all that three protocols say of them', async () => {
  const virtual = devices(50);
  await respond(virtual);
  const reader = read(createDiscovery(owned, ports));
  const isComplete = (device: { how: readonly string[] }) => device.how.length === 3;
  await reader.until(({ list }) => list.filter(isComplete).length === 50);
  expect(reader.devices.size).toBe(50);
  const byAddress = new Map(reader.list.map((device) => [device.address, device]));
  for (const { address, mac, name, maker, model } of virtual) {
    expect(byAddress.get(address)).toMatchObject({
      ...{ name, maker, model, mac, rtspPort: 554, addresses: [address], cameraId: null, isOnNetwork: true },
      onvifAddress: `http://${address}/onvif/device_service`,
      how: ['onvif', 'mdns', 'ssdp'],
    });
  }
});

test('a device that speaks only one of the protocols is found by it', async () => {
  const [a, b, c] = devices(3);
  if (a === undefined || b === undefined || c === undefined) throw new Error('no device');
  await respond([
    { ...a, speaks: ['onvif'] },
    { ...b, speaks: ['mdns'] },
    { ...c, speaks: ['ssdp'] },
  ]);
  const reader = read(createDiscovery(owned, ports));
  await reader.until(({ devices: found }) => found.size === 3);
  expect(reader.list.map(({ address, how }) => [address, how]).sort()).toEqual([
    ['127.0.1.1', ['onvif']],
    ['127.0.1.2', ['mdns']],
    ['127.0.1.3', ['ssdp']],
  ]);
});

test('cameras behind one address are told apart by their MAC addresses, whatever they are found by', async () => {
  await respond(
    devices(12).map((device, index) => ({ ...device, address: '127.0.0.1', rtspPort: 9_000 + index })),
  );
  const reader = read(createDiscovery(owned, ports));
  await reader.until(({ list }) => list.filter(({ how }) => how.length === 3).length === 12);
  expect(reader.devices.size).toBe(12);
});

test('answers that are split, doubled, broken or from printers do not spoil the others', async () => {
  const quirks = [
    'split',
    'malformed',
    'any-address',
    'wrong-subnet',
    'duplicate',
    'printer',
    undefined,
  ] as const;
  const list = devices(quirks.length, { speaks: ['onvif'] });
  await respond(
    list.map((device, index) => {
      const quirk = quirks[index];
      return quirk === undefined ? device : { ...device, quirk };
    }),
  );
  const reader = read(createDiscovery(owned, ports));
  await reader.until(({ devices: found }) => found.size === 5);
  // A second round of answers changes nothing.
  await reader.until(({ list: found }) => found.some(({ address }) => address === '127.0.1.7'));
  const found = reader.list.map(({ address, onvifAddress }) => [address, onvifAddress]).sort();
  expect(found).toEqual(
    [1, 3, 4, 5, 7].map((last) => [`127.0.1.${last}`, `http://127.0.1.${last}/onvif/device_service`]),
  );
});

test('a flood of forged answers is capped and counted, and a real camera is found all the same', async () => {
  const flooder = await openSocket('127.0.9.9');
  const asked = dgram.createSocket({ type: 'udp4', reuseAddr: true });
  asked.bind(ports.wsDiscovery);
  await once(asked, 'listening');
  owned.defer(() => new Promise<void>((resolve) => asked.close(() => resolve())));
  asked.addMembership('239.255.255.250', '127.0.0.1');
  const [template] = devices(1);
  if (template === undefined) throw new Error('no device');
  let forged = 0;
  const { signal } = stop;
  const flood = (port: number) => {
    if (signal.aborted) return;
    // Few at a time, so that they get through and are not lost in the kernel.
    for (let index = 0; index < 20; index++) {
      const uuid = `${String(forged++).padStart(8, '0')}-0000-4000-8000-000000000001`;
      flooder.send(probeMatches('urn:uuid:x', [matchOf({ ...template, uuid, mac: '' })]), port, '127.0.0.1');
    }
    setImmediate(flood, port);
  };
  asked.once('message', (_probe, { port }) => flood(port));
  const discovery = createDiscovery(owned, ports);
  const reader = read(discovery);
  await reader.until(({ state }) => (state?.dropped ?? 0) > 500);
  const forgedDevices = reader.devices.size;
  expect(forgedDevices).toBeLessThanOrEqual(128);
  const [real] = devices(1, { name: 'Real' });
  if (real === undefined) throw new Error('no device');
  (await respond([real])).hello(0);
  await reader.until(({ list }) => list.some(({ name }) => name === 'Real'));
});

test('a camera that is switched on is seen at once, and is gone when it says goodbye', async () => {
  const list = devices(2, { speaks: ['onvif'] });
  const reader = read(createDiscovery(owned, ports));
  await reader.until(({ state }) => state?.networks.length === 1);
  const responder = await respond(list);
  await reader.until(({ devices: found }) => found.size === 2);
  responder.bye(1);
  await reader.until(({ devices: found }) => found.size === 1);
  expect(reader.list[0]?.address).toBe('127.0.1.1');
});

test('nobody else can say goodbye for a camera', async () => {
  const list = devices(2, { speaks: ['onvif'] });
  const responder = await respond(list);
  const reader = read(createDiscovery(owned, ports));
  await reader.until(({ devices: found }) => found.size === 2);
  const [victim, other] = list;
  if (victim === undefined || other === undefined) throw new Error('no device');
  const stranger = owned.use(
    await DiscoveryResponder.start([{ ...victim, address: '127.0.9.9', speaks: [] }], ports),
  );
  stranger.bye(0);
  // What is said after it has been heard.
  responder.bye(1);
  await reader.until(({ devices: found }) => found.size === 1);
  expect(reader.list[0]?.address).toBe(victim.address);
});

test('sockets are open only while somebody watches', async () => {
  const open = () => process.getActiveResourcesInfo().filter((kind) => kind === 'UDPWrap').length;
  // Those of the tests before may still be closing.
  await until(() => open() === 0);
  const discovery = createDiscovery(owned, ports);
  expect(open()).toBe(0);
  const [first, second] = [read(discovery), read(discovery)];
  await Promise.all([first, second].map((reader) => reader.until(() => open() === 6)));
  await first.close();
  expect(open()).toBe(6);
  await second.close();
  await until(() => open() === 0);
});

test('another program that has the port of WS-Discovery to itself is named, and cameras are found all the same', async () => {
  const owner = dgram.createSocket('udp4');
  owner.bind(0, '0.0.0.0');
  await once(owner, 'listening');
  owned.defer(() => new Promise<void>((resolve) => owner.close(() => resolve())));
  const discovery = createDiscovery(owned, { ...ports, mdns: owner.address().port });
  await respond(devices(1, { speaks: ['onvif'] }));
  const reader = read(discovery);
  await reader.until(({ devices: found, state }) => found.size === 1 && state?.problems.length === 1);
  expect(reader.state?.problems[0]).toContain('another program has it to itself');
});

test('a computer without a network looks nowhere and says so', async () => {
  const reader = read(createDiscovery(owned, ports, { networks: () => [] }));
  await reader.until(({ state }) => state !== undefined);
  expect(reader.state).toEqual({ networks: [], problems: [], scan: null, dropped: 0 });
});

test('a device at the address of a camera is marked as that camera, and no longer when it was removed', async () => {
  const cameraId = '6f1c1d2e-7c1b-4b53-9a70-0123456789ab';
  let isThere = true;
  const discovery = createDiscovery(owned, ports, {
    cameraAt: (address) => (isThere && address === '127.0.1.1' ? cameraId : null),
  });
  await respond(devices(2));
  const reader = read(discovery);
  await reader.until(({ devices: found }) => found.size === 2);
  const idOf = (address: string) => reader.list.find((device) => device.address === address)?.cameraId;
  expect([idOf('127.0.1.1'), idOf('127.0.1.2')]).toEqual([cameraId, null]);
  isThere = false;
  discovery.camerasChanged();
  await reader.until(() => idOf('127.0.1.1') === null);
});

async function listen(address: string): Promise<number> {
  const server = net.createServer((socket) => socket.destroy());
  server.listen(0, address);
  await once(server, 'listening');
  owned.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return (server.address() as net.AddressInfo).port;
}

test('a search of the subnet finds who listens for RTSP, and web servers only with the MAC address of a camera', async () => {
  const rtsp = await listen('127.0.0.2');
  const [web, otherWeb] = [await listen('127.0.0.3'), await listen('127.0.0.4')];
  const discovery = createDiscovery(owned, ports, {
    networks: () => [{ name: 'lo', address: '127.0.0.1', prefix: 29 }],
    scanPorts: { rtsp: [rtsp], web: [web, otherWeb] },
    readArp: async () =>
      new Map([
        ['127.0.0.3', '00:40:8c:12:34:56'],
        ['127.0.0.4', '02:00:00:00:00:01'],
      ]),
  });
  const reader = read(discovery);
  const result = discovery.scan(stop.signal);
  await reader.until(({ devices: found }) => found.size === 2);
  expect(await result).toEqual({ addresses: 5, found: 2 });
  await reader.until(({ state }) => state?.scan === null);
  const found = reader.list
    .map(({ address, maker, rtspPort, how }) => [address, maker, rtspPort, how])
    .sort();
  expect(found).toEqual([
    ['127.0.0.2', '', rtsp, ['scan']],
    ['127.0.0.3', 'Axis', null, ['scan']],
  ]);
});

test('a search ends when nobody wants it any more, and there is one at a time', async () => {
  const discovery = createDiscovery(owned, ports, { scanPorts: { rtsp: [1], web: [] } });
  const reader = read(discovery);
  const asking = new AbortController();
  const scan = discovery.scan(asking.signal);
  await reader.until(({ state }) => (state?.scan?.tried ?? 0) > 0);
  await expect(discovery.scan(stop.signal)).rejects.toMatchObject({ code: 'limit-reached' });
  asking.abort();
  await scan;
  await reader.until(({ state }) => state?.scan === null);
});

test('networks that are not private are not searched', async () => {
  const networks = () => [{ name: 'eth0', address: '203.0.113.7', prefix: 24 }];
  const discovery = createDiscovery(owned, ports, { networks });
  expect(await discovery.scan(stop.signal)).toEqual({ addresses: 0, found: 0 });
});
