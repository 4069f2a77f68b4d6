import packet from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  mdnsAnswer,
  readMdnsQuestion,
  ssdpAnswer,
  upnpDescription,
} from '../../../main/demo/discovery-messages.ts';
import { parseArpTable } from '../../../main/discovery/arp-table.ts';
import { parseDescription } from '../../../main/discovery/device-description.ts';
import { makerOfMac, parseMac } from '../../../main/discovery/mac-vendor.ts';
import { mdnsQuery, parseMdns } from '../../../main/discovery/mdns-answer.ts';
import { parseSsdp, searchMessage } from '../../../main/discovery/ssdp-message.ts';
import { devices } from '../../support/discovery-scene.ts';

const [device] = devices(1);
if (device === undefined) throw new Error('no device');

describe('multicast DNS', () => {
  test('a camera is read from its pointer, service, text and address records', () => {
    expect(parseMdns(mdnsAnswer(0, device), device.address)).toMatchObject([
      { how: 'mdns', address: device.address, name: device.name, mac: device.mac, rtspPort: device.rtspPort },
    ]);
  });

  test('what is at another address than the one that it came from is left out', () => {
    expect(parseMdns(mdnsAnswer(0, device), '127.0.9.9')).toEqual([]);
  });

  test('goodbyes and questions are no cameras', () => {
    const data = 'Gate._rtsp._tcp.local';
    const goodbye = packet.encode({
      type: 'response',
      answers: [{ type: 'PTR', name: '_rtsp._tcp.local', ttl: 0, data }],
    });
    expect(parseMdns(goodbye, device.address)).toEqual([]);
    expect(parseMdns(mdnsQuery(), device.address)).toEqual([]);
    expect(readMdnsQuestion(mdnsQuery())).toEqual({ id: 0 });
  });

  test('an Axis camera is known by its service alone', () => {
    const service = '_axis-video._tcp.local';
    const answer = packet.encode({
      type: 'response',
      answers: [{ type: 'PTR', name: service, ttl: 75, data: `AXIS P3245 - ACCC8E123456.${service}` }],
    });
    expect(parseMdns(answer, '10.0.0.9')).toMatchObject([
      { name: 'AXIS P3245 - ACCC8E123456', maker: 'Axis' },
    ]);
  });

  test('whatever arrives, nothing is thrown', () => {
    const good = mdnsAnswer(0, device);
    const damaged = fc
      .array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 })
      .map((changes) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        for (const { name } of parseMdns(bytes, device.address))
          expect((name ?? '').length).toBeLessThanOrEqual(200);
      }),
      { numRuns: 4_000 },
    );
  });

  test('cut off anywhere it is nothing, or what is left of the same camera', () => {
    const good = mdnsAnswer(0, device);
    for (let at = 0; at < good.length; at++)
      for (const { name } of parseMdns(good.subarray(0, at), device.address)) expect(name).toBe(device.name);
  });
});

describe('SSDP', () => {
  const location = 'http://127.0.1.1:49152/description.xml';

  test('an answer and an announcement say where the description is', () => {
    const answer = ssdpAnswer(device, location);
    expect(parseSsdp(Buffer.from(answer))?.href).toBe(location);
    const alive = answer.replace('HTTP/1.1 200 OK', 'NOTIFY * HTTP/1.1').replace('EXT:', 'NTS: ssdp:alive');
    expect(parseSsdp(Buffer.from(alive))?.href).toBe(location);
    expect(parseSsdp(Buffer.from(alive.replace('alive', 'byebye')))).toBeUndefined();
  });

  test('searches, errors and other schemes are nothing', () => {
    expect(parseSsdp(searchMessage('239.255.255.250:1900', 1))).toBeUndefined();
    for (const [from, to] of [
      ['200 OK', '500 Sorry'],
      ['http://', 'ftp://'],
      ['LOCATION', 'X-LOCATION'],
    ] as const)
      expect(parseSsdp(Buffer.from(ssdpAnswer(device, location).replace(from, to)))).toBeUndefined();
  });

  test('whatever arrives, nothing is thrown', () => {
    const line = fc.oneof(
      fc.constantFrom('HTTP/1.1 200 OK', 'NOTIFY * HTTP/1.1', 'LOCATION: http://[', 'NTS:', ':', ''),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString()),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const found = parseSsdp(Buffer.from(lines.join('\r\n')));
        if (found !== undefined) expect(found.protocol).toBe('http:');
      }),
      { numRuns: 4_000 },
    );
  });
});

describe('a UPnP description', () => {
  test('of a camera says who made it', () => {
    expect(parseDescription(upnpDescription(device), device.address)).toMatchObject({
      ...{ how: 'ssdp', name: device.name, maker: device.maker, model: device.model, mac: device.mac },
    });
  });

  test('of a router, a television or a light is none of a camera', () => {
    const text = upnpDescription(device);
    const router = text.replace('device:Basic:1', 'device:InternetGatewayDevice:1');
    const light = text
      .replace(device.maker, 'Lamps')
      .replace('Network camera', 'Lamp')
      .replace(device.model, 'E27');
    for (const other of [router, light, '', '<root/>', text.replace('<root', '<!DOCTYPE x><root')])
      expect(parseDescription(other, device.address)).toBeUndefined();
  });
});

describe('MAC addresses', () => {
  test.each([
    ['00:40:8C:12:34:56', '00:40:8c:12:34:56'],
    ['0-40-8c-1-2-3', '00:40:8c:01:02:03'],
    ['00408c123456', '00:40:8c:12:34:56'],
    ['00:00:00:00:00:00', null],
    ['ff:ff:ff:ff:ff:ff', null],
    ['00:40:8c:12:34', null],
    ['00:40-8c:12:34:5x', null],
  ])('%s is %s', (text, mac) => {
    expect(parseMac(text)).toBe(mac);
  });

  test.each([
    ['00:40:8c:12:34:56', 'Axis'],
    ['44:19:b6:00:00:01', 'Hikvision'],
    ['ec:71:db:00:00:01', 'Reolink'],
    ['02:00:00:00:00:01', null],
  ])('%s is made by %s', (mac, maker) => {
    expect(makerOfMac(mac)).toBe(maker);
  });
});

describe('the table of neighbours', () => {
  test('is read as Linux keeps it', () => {
    const text = `IP address       HW type     Flags       HW address            Mask     Device
192.168.1.20     0x1         0x2         00:40:8c:12:34:56     *        eth0
192.168.1.21     0x1         0x0         00:00:00:00:00:00     *        eth0
`;
    expect([...parseArpTable(text)]).toEqual([['192.168.1.20', '00:40:8c:12:34:56']]);
  });

  test('is read as Windows and macOS print it, in whatever language', () => {
    const windows = `\r\nSchnittstelle: 192.168.1.5 --- 0x7\r\n  Internetadresse       Physische Adresse     Typ\r\n  192.168.1.20          00-40-8c-12-34-56     dynamisch\r\n  224.0.0.22            01-00-5e-00-00-16     statisch\r\n`;
    const mac = `? (192.168.1.20) at 0:40:8c:12:34:56 on en0 ifscope [ethernet]\n? (192.168.1.21) at (incomplete) on en0 ifscope [ethernet]\n`;
    const expected = [['192.168.1.20', '00:40:8c:12:34:56']];
    expect([...parseArpTable(windows)]).toEqual(expected);
    expect([...parseArpTable(mac)]).toEqual(expected);
  });

  test('whatever it holds, nothing is thrown', () => {
    const word = fc.oneof(fc.ipV4(), fc.constantFrom('(1.2.3.4)', '0:1:2:3:4:5', '?'), fc.string());
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        for (const mac of parseArpTable(words.join(' ')).values()) expect(parseMac(mac)).toBe(mac);
      }),
      { numRuns: 4_000 },
    );
  });
});
