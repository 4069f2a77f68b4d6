import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bye, hello, matchOf, probeMatches } from '../../../main/demo/discovery-messages.ts';
import { DatagramAssembler } from '../../../main/discovery/datagram-assembler.ts';
import {
  isCamera,
  parseWsDiscovery,
  probeMessage,
  sightingOf,
} from '../../../main/discovery/ws-discovery-message.ts';
import { devices } from '../../support/discovery-scene.ts';

const [device, other] = devices(2) as [ReturnType<typeof devices>[0], ReturnType<typeof devices>[0]];
if (device === undefined || other === undefined) throw new Error('no device');

function matches(text: string) {
  const message = parseWsDiscovery(text);
  if (message?.kind !== 'matches') throw new Error(`not matches but ${message?.kind}`);
  return message.devices;
}

const answer = (changes: Partial<ReturnType<typeof matchOf>>) =>
  matches(probeMatches('urn:uuid:1', [{ ...matchOf(device), ...changes }]))[0] ?? expect.unreachable();

describe('what a camera says of itself', () => {
  test('is read from scopes, types and addresses', () => {
    const [found] = matches(probeMatches('urn:uuid:1', [matchOf(device)]));
    expect(found && isCamera(found)).toBe(true);
    expect(found && sightingOf(found, device.address)).toMatchObject({
      ...{ uuid: device.uuid, mac: device.mac, name: device.name, maker: device.maker },
      ...{ model: device.model, onvifAddress: device.onvifAddress, rtspPort: null },
    });
  });

  test('is the same in hello, and bye names it', () => {
    const message = parseWsDiscovery(hello(matchOf(device)));
    expect(message?.kind === 'hello' && sightingOf(message.device, device.address).name).toBe(device.name);
    expect(parseWsDiscovery(bye(device.uuid))).toEqual({ kind: 'bye', uuid: device.uuid });
  });

  test('several in one answer are several devices, and one without anything spoils none', () => {
    const empty = { uuid: '', types: '', scopes: '', addresses: '' };
    const found = matches(probeMatches('urn:uuid:1', [matchOf(device), empty, matchOf(other)]));
    expect(found.filter(isCamera).map(({ uuid }) => uuid)).toEqual([device.uuid, other.uuid]);
  });

  test('a model "1.10" stays "1.10"', () => {
    expect(sightingOf(answer({ scopes: 'onvif://www.onvif.org/hardware/1.10' }), '10.0.0.1').model).toBe(
      '1.10',
    );
  });

  test.each([
    ['percent-encoded', 'onvif://www.onvif.org/name/Front%20gate', 'Front gate'],
    ['with a lone percent sign', 'onvif://www.onvif.org/name/100%', '100%'],
    ['with what turns text around', 'onvif://www.onvif.org/name/%E2%80%AEetag', 'etag'],
    ['over several lines', 'onvif://www.onvif.org/name/a%0Ab', 'a b'],
    ['empty', 'onvif://www.onvif.org/name/', null],
    ['of 5,000 letters', `onvif://www.onvif.org/name/${'x'.repeat(5_000)}`, 'x'.repeat(100)],
  ])('a name %s is one short line', (_what, scopes, name) => {
    expect(sightingOf(answer({ scopes }), '10.0.0.1').name).toBe(name);
  });

  test.each([
    ['0.0.0.0', 'http://0.0.0.0/onvif/device_service'],
    ['another network', 'http://192.0.2.108/onvif/device_service'],
    ['IPv6 first', 'http://[fe80::1]/x https://10.0.0.1/y http://10.0.0.1/onvif/device_service'],
    ['user and password in it', 'http://a:b@192.0.2.1/onvif/device_service'],
  ])('its service is on the address that answered: %s', (_what, addresses) => {
    const { onvifAddress } = sightingOf(answer({ addresses }), '10.0.0.1');
    expect(onvifAddress).toBe('http://10.0.0.1/onvif/device_service');
  });

  test('an address that is none gives none', () => {
    expect(
      sightingOf(answer({ addresses: 'file:///etc/passwd javascript:x http://' }), '10.0.0.1').onvifAddress,
    ).toBeNull();
  });

  test('printers, computers and recorders are no cameras', () => {
    for (const types of [
      'wsdp:Device wprt:PrintDeviceType',
      'wsdp:Device pub:Computer',
      'dn:NetworkVideoDisplay',
    ])
      expect(isCamera(answer({ types, scopes: '' })), types).toBe(false);
    expect(isCamera(answer({ types: 'tds:Device' }))).toBe(true);
    expect(isCamera(answer({ types: '' }))).toBe(true);
  });

  test('its MAC address is taken from a version-1 UUID, and not from a made-up one', () => {
    const uuid = '4d454930-0000-1000-8000-4419b6123456';
    expect(sightingOf(answer({ uuid, scopes: '' }), '10.0.0.1').mac).toBe('44:19:b6:12:34:56');
    expect(sightingOf(answer({ uuid: uuid.replace('4419', '4519'), scopes: '' }), '10.0.0.1').mac).toBeNull();
  });
});

test('a probe, a DOCTYPE, and what is nested without end are no answers', () => {
  expect(parseWsDiscovery(Buffer.from(probeMessage('1', 'tds:Device')).toString())).toBeUndefined();
  const good = probeMatches('urn:uuid:1', [matchOf(device)]);
  expect(parseWsDiscovery(good.replace('?>', '?><!DOCTYPE x [<!ENTITY a "b">]>'))).toBeUndefined();
  expect(parseWsDiscovery(good.replace('<d:Types>', '<x>'.repeat(5_000)))).toBeUndefined();
});

describe('a message in parts', () => {
  const whole = Buffer.from(
    probeMatches('urn:uuid:1', [{ ...matchOf(device), scopes: 'onvif://www.onvif.org/name/Tür' }]),
  );

  test('is put together wherever it was cut in two', () => {
    // The XML declaration alone may be left out.
    const body = whole.toString().replace(/^<\?xml.*?\?>/, '');
    const isWhole = (text?: string) => text?.endsWith(body) ?? false;
    for (let at = 1; at < whole.length; at++) {
      const assembler = new DatagramAssembler();
      expect(assembler.add('a', whole.subarray(0, at), 0)).toBeUndefined();
      expect(assembler.add('a', whole.subarray(at), 1), `cut at ${at}`).toSatisfy(isWhole);
    }
  });

  test('is not mixed with that of another source, nor finished after a second', () => {
    const assembler = new DatagramAssembler();
    assembler.add('a', whole.subarray(0, 500), 0);
    expect(assembler.add('b', whole.subarray(500), 1)).toBeUndefined();
    expect(assembler.add('c', whole, 2)).toBe(whole.toString());
    expect(assembler.add('a', whole.subarray(500), 1_001)).toBeUndefined();
  });

  test('gives way to a new one of the same source', () => {
    const assembler = new DatagramAssembler();
    assembler.add('a', whole.subarray(0, 500), 0);
    expect(assembler.add('a', whole, 1)).toBe(whole.toString());
  });

  test('of nothing but byte-order marks costs no time', () => {
    expect(new DatagramAssembler().add('a', Buffer.from('\ufeff'.repeat(20_000)), 0)).toBeUndefined();
  });

  test('never grows beyond 64 kB', () => {
    const assembler = new DatagramAssembler();
    const part = Buffer.concat([Buffer.from('<?xml '), Buffer.alloc(30_000, 0x20)]);
    assembler.add('a', part, 0);
    for (let times = 0; times < 5; times++)
      expect(assembler.add('a', Buffer.alloc(30_000, 0x20), 0)).toBeUndefined();
    expect(assembler.add('a', whole.subarray(500), 0)).toBeUndefined();
  });
});

test('whatever arrives, nothing is thrown', () => {
  const good = probeMatches('urn:uuid:1', [matchOf(device), matchOf(other)]);
  const damaged = fc
    .array(fc.tuple(fc.nat(good.length), fc.nat(40), fc.string({ maxLength: 20 })), {
      minLength: 1,
      maxLength: 4,
    })
    .map((cuts) =>
      cuts.reduce((text, [at, length, put]) => text.slice(0, at) + put + text.slice(at + length), good),
    );
  fc.assert(
    fc.property(
      fc.oneof(
        damaged,
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString()),
      ),
      (text) => {
        const message = parseWsDiscovery(text);
        if (message?.kind !== 'matches') return;
        for (const found of message.devices) {
          const { name, onvifAddress } = sightingOf(found, '10.0.0.1');
          expect((name ?? '').length).toBeLessThanOrEqual(200);
          if (onvifAddress !== null) expect(new URL(onvifAddress).hostname).toBe('10.0.0.1');
        }
      },
    ),
    { numRuns: 1_000 },
  );
});
