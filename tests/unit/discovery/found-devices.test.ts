import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FoundDevice, FoundHow } from '../../../main/contract/discovery.ts';
import { expiryMilliseconds, FoundDevices } from '../../../main/discovery/found-devices.ts';
import { isPrivate, prefixOf } from '../../../main/discovery/ipv4.ts';
import { isOnNetwork, localNetworks } from '../../../main/discovery/local-network.ts';
import { type Sighting, sighting } from '../../../main/discovery/sighting.ts';
import { scannedAddresses } from '../../../main/discovery/subnet-scan.ts';

/** The list, and what somebody who follows it knows. */
function createList() {
  const known = new Map<string, FoundDevice>();
  const list = new FoundDevices({
    isOnNetwork: (address) => address.startsWith('10.'),
    cameraAt: () => null,
    onChange: (device) => known.set(device.id, device),
    onGone: (id) => known.delete(id),
  });
  return { list, known };
}

const mac = '00:40:8c:12:34:56';
const uuid = 'abcdef00-0000-4000-8000-000000000001';

test('a device that is found in three ways is one, whichever comes first', () => {
  const ways = [
    sighting('onvif', '10.0.0.5', { uuid, name: 'Gate' }),
    sighting('mdns', '10.0.0.5', { mac, rtspPort: 554 }),
    sighting('ssdp', '10.0.0.5', { maker: 'Axis' }),
  ];
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ]) {
    const { list, known } = createList();
    for (const index of order) list.see(ways[index] as Sighting, 0);
    expect(list.list()).toMatchObject([
      { name: 'Gate', maker: 'Axis', mac, rtspPort: 554, how: ['onvif', 'mdns', 'ssdp'], isOnNetwork: true },
    ]);
    expect([...known.values()]).toEqual(list.list());
  }
});

test('a device with two addresses is one when something shows that it is', () => {
  const { list, known } = createList();
  list.see(sighting('onvif', '10.0.0.5', { uuid }), 0);
  list.see(sighting('mdns', '10.0.0.6', { mac }), 0);
  expect(list.list()).toHaveLength(2);
  list.see(sighting('onvif', '10.0.0.5', { uuid, mac }), 0);
  expect(list.list()).toMatchObject([{ addresses: ['10.0.0.5', '10.0.0.6'] }]);
  expect(known.size).toBe(1);
});

test('a device with IPv6 and IPv4 is listed by IPv4, and its service is there, whichever answers first', () => {
  const six = sighting('onvif', 'fe80::5%eth0', { uuid });
  const four = sighting('onvif', '10.0.0.5', { uuid, onvifAddress: 'http://10.0.0.5/x' });
  for (const order of [
    [six, four],
    [four, six],
  ]) {
    const { list } = createList();
    for (const seen of order) list.see(seen, 0);
    const addresses = ['10.0.0.5', 'fe80::5%eth0'];
    expect(list.list()).toMatchObject([
      { address: '10.0.0.5', addresses, onvifAddress: 'http://10.0.0.5/x' },
    ]);
  }
});

test('the networks of IPv6 are those of link-local addresses, with their zones; loopback has none', () => {
  const v6 = { netmask: 'ffff:ffff:ffff:ffff::', mac, family: 'IPv6' as const, cidr: null };
  const read = () => ({
    lan: [
      { ...v6, address: 'fe80::5', internal: false, scopeid: 3 },
      { ...v6, address: '2001:db8::5', internal: false, scopeid: 0 },
    ],
    lo: [{ ...v6, address: '::1', internal: true, scopeid: 0 }],
  });
  const zone = process.platform === 'win32' ? '3' : 'lan';
  expect(localNetworks('all', read)).toEqual([{ name: 'lan', address: `fe80::5%${zone}`, prefix: 64 }]);
  expect(localNetworks('loopback', read)).toEqual([]);
  const networks = localNetworks('all', read);
  expect(isOnNetwork(networks, `fe80::9%${zone}`)).toBe(true);
  for (const address of ['fe80::9', 'fe80::9%other', '10.0.0.5'])
    expect(isOnNetwork(networks, address)).toBe(false);
});

test('devices behind one address stay apart', () => {
  const { list } = createList();
  for (let index = 0; index < 4; index++)
    list.see(sighting('onvif', '10.0.0.5', { uuid: `${uuid}${index}`, name: `Channel ${index}` }), 0);
  expect(list.list()).toHaveLength(4);
});

test('who claims the MAC address of another device does not become it', () => {
  const { list } = createList();
  list.see(sighting('onvif', '10.0.0.5', { uuid, mac, name: 'Gate' }), 0);
  list.see(sighting('onvif', '10.0.0.66', { uuid: `${uuid}9`, mac, name: 'Trap' }), 0);
  expect(list.list()).toMatchObject([
    { name: 'Gate', addresses: ['10.0.0.5'] },
    { name: 'Trap', mac: null },
  ]);
});

test('a device that moves is listed at its new address, once it is not seen at the old one any more', () => {
  const { list } = createList();
  list.see(sighting('onvif', '10.0.0.5', { uuid, onvifAddress: 'http://10.0.0.5/x' }), 0);
  list.see(sighting('onvif', '10.0.0.7', { uuid, onvifAddress: 'http://10.0.0.7/x' }), expiryMilliseconds);
  expect(list.list()).toMatchObject([{ address: '10.0.0.5', onvifAddress: 'http://10.0.0.5/x' }]);
  list.expire(expiryMilliseconds + 1);
  expect(list.list()).toMatchObject([{ address: '10.0.0.7', onvifAddress: 'http://10.0.0.7/x' }]);
});

test('what is not seen any more is gone, and the neighbours of the computer give makers', () => {
  const { list, known } = createList();
  list.see(sighting('onvif', '10.0.0.5', { uuid }), 0);
  list.see(sighting('scan', '10.0.0.6', { rtspPort: 554 }), expiryMilliseconds);
  list.noteMacs(new Map([['10.0.0.6', mac]]));
  list.expire(expiryMilliseconds + 1);
  expect([...known.values()]).toMatchObject([{ address: '10.0.0.6', mac, maker: 'Axis' }]);
});

test('a flood of forged devices leaves room for real ones, and the list never exceeds 1,024', () => {
  const { list } = createList();
  for (let index = 0; index < 5_000; index++)
    list.see(sighting('onvif', '10.0.0.66', { uuid: `forged00-${index}` }), 0);
  list.see(sighting('onvif', '10.0.0.5', { uuid, name: 'Gate' }), 0);
  expect(list.list().some(({ name }) => name === 'Gate')).toBe(true);
  expect(list.list().length).toBeLessThanOrEqual(129);
  for (let index = 0; index < 20_000; index++)
    list.see(sighting('onvif', `10.1.${index % 200}.${index % 251}`, { uuid: `forged01-${index}` }), 0);
  expect(list.list().length).toBeLessThanOrEqual(1_024);
  expect(list.refused).toBeGreaterThan(10_000);
});

test('whatever is seen, who follows the changes knows what the list is', () => {
  const one = fc.record({
    how: fc.constantFrom<FoundHow>('onvif', 'mdns', 'ssdp', 'scan'),
    address: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '192.0.2.1'),
    uuid: fc.constantFrom(null, 'aaaaaaaa', 'bbbbbbbb', 'cccccccc'),
    mac: fc.constantFrom(null, mac, '44:19:b6:00:00:01'),
    rtspPort: fc.constantFrom(null, 554, 8_554),
    at: fc.nat(2 * expiryMilliseconds),
    also: fc.constantFrom('', 'expire', 'leave', 'macs'),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 30 }), (steps) => {
      const { list, known } = createList();
      for (const { at, also, how, address, ...facts } of steps) {
        list.see(sighting(how, address, facts), at);
        if (also === 'expire') list.expire(at);
        if (also === 'leave' && facts.uuid !== null) list.leave(facts.uuid, address);
        if (also === 'macs') list.noteMacs(new Map([[address, mac]]));
        const listed = list.list();
        expect([...known.keys()].sort()).toEqual(listed.map(({ id }) => id).sort());
        const uuids = listed.flatMap((device) => (device.mac === null ? [] : [device.mac]));
        expect(new Set(uuids).size).toBe(uuids.length);
        for (const { addresses } of listed) expect(addresses.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('only private networks are searched, at most 1,022 addresses of each, without our own', () => {
  const of = (address: string, prefix: number) => scannedAddresses([{ name: 'eth0', address, prefix }]);
  expect(of('192.168.1.7', 24)).toHaveLength(253);
  expect(of('192.168.1.7', 24)).not.toContain('192.168.1.7');
  expect(of('10.1.2.3', 8)).toHaveLength(1_021);
  expect(of('10.1.2.3', 8)[0]).toBe('10.1.0.1');
  expect(of('203.0.113.7', 24)).toEqual([]);
  expect(of('10.0.0.1', 32)).toEqual([]);
});

test('networks are taken as the scope says, and netmasks and private ranges as they are', () => {
  const read = () =>
    ({
      lo: [
        { address: '127.0.0.1', netmask: '255.0.0.0', family: 'IPv4', internal: true, mac: '', cidr: null },
      ],
      eth0: [
        {
          address: '10.0.0.5',
          netmask: '255.255.255.0',
          family: 'IPv4',
          internal: false,
          mac: '',
          cidr: null,
        },
      ],
    }) as ReturnType<typeof import('node:os').networkInterfaces>;
  expect(localNetworks('all', read)).toEqual([{ name: 'eth0', address: '10.0.0.5', prefix: 24 }]);
  expect(localNetworks('loopback', read)).toEqual([{ name: 'lo', address: '127.0.0.1', prefix: 8 }]);
  expect(localNetworks('none', read)).toEqual([]);
  expect(['255.255.252.0', '0.0.0.0', '255.255.255.255', '255.0.255.0'].map(prefixOf)).toEqual([
    22,
    0,
    32,
    undefined,
  ]);
  expect(['172.31.0.1', '172.32.0.1', '192.168.0.1', '8.8.8.8'].map(isPrivate)).toEqual([
    true,
    false,
    true,
    false,
  ]);
});
