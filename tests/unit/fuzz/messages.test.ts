import { expect } from 'vitest';
import { Secret } from '../../../main/base/secret.ts';
import {
  matchOf,
  mdnsAnswer,
  probeMatches,
  ssdpAnswer,
  upnpDescription,
} from '../../../main/demo/discovery-messages.ts';
import { DatagramAssembler } from '../../../main/discovery/datagram-assembler.ts';
import { parseDescription } from '../../../main/discovery/device-description.ts';
import { parseMdns } from '../../../main/discovery/mdns-answer.ts';
import type { Sighting } from '../../../main/discovery/sighting.ts';
import { parseSsdp } from '../../../main/discovery/ssdp-message.ts';
import { isCamera, parseWsDiscovery, sightingOf } from '../../../main/discovery/ws-discovery-message.ts';
import { parseOnvifAddress, serviceAddress, streamAddress } from '../../../main/onvif/onvif-address.ts';
import { Authenticator } from '../../../main/rtsp/authenticator.ts';
import { testDamagedInput } from '../../support/damaged-input.ts';
import { devices } from '../../support/discovery-scene.ts';

/*
 * What anybody on the network may say.
 */

const [device, other] = devices(2);
if (device === undefined || other === undefined) throw new Error('no device');
const source = '10.0.0.1';

/** Short lines, and never the address of another host. */
function expectModest(sighting: Sighting): void {
  for (const text of [sighting.name, sighting.maker, sighting.model]) {
    if ((text?.length ?? 0) > 200) expect.fail(`${text?.length} characters`);
  }
  const { onvifAddress } = sighting;
  if (onvifAddress !== null && new URL(onvifAddress).hostname !== source) expect.fail(onvifAddress);
}

testDamagedInput(
  'answers of WS-Discovery',
  { seed: 3702, samples: [probeMatches('urn:uuid:1', [matchOf(device), matchOf(other)])] },
  (input) => {
    const message = parseWsDiscovery(input.toString());
    const found =
      message?.kind === 'matches' ? message.devices : message?.kind === 'hello' ? [message.device] : [];
    for (const announced of found) {
      isCamera(announced);
      expectModest(sightingOf(announced, source));
    }
  },
);

let now = 0;
const assembler = new DatagramAssembler();
testDamagedInput(
  'datagrams that are put together',
  {
    seed: 3703,
    samples: [
      '<?xml version="1.0"?><s:Envelope xmlns:s="x"><a/>',
      '<b/></s:Envelope>\0\0',
      '<Envelope></Envelope>',
    ],
  },
  (input, random) => {
    now += random(200);
    assembler.add(`10.0.0.${random(100)}:3702`, input, now);
  },
);

testDamagedInput(
  'answers of mDNS',
  { seed: 6762, samples: [mdnsAnswer(0, device), mdnsAnswer(7, other)] },
  (input) => {
    for (const sighting of parseMdns(input, source)) expectModest(sighting);
  },
);

testDamagedInput(
  'answers of SSDP',
  { seed: 1900, samples: [ssdpAnswer(device, 'http://10.0.0.1:49152/description.xml')] },
  (input) => {
    const location = parseSsdp(input);
    if (location !== undefined && location.protocol !== 'http:') expect.fail(location.href);
  },
);

testDamagedInput(
  'descriptions of UPnP devices',
  { seed: 1901, samples: [upnpDescription(device)] },
  (input) => {
    const sighting = parseDescription(input.toString(), source);
    if (sighting !== undefined) expectModest(sighting);
  },
);

const target = parseOnvifAddress(`http://${source}/onvif/device_service`);
testDamagedInput(
  'addresses that devices name',
  {
    seed: 39,
    samples: ['http://10.0.0.5:8080/onvif/media?a=b', 'rtsp://guard:x@[fe80::1]:554/main'],
  },
  (input) => {
    const text = input.toString();
    if (serviceAddress(text, target).hostname !== source) expect.fail('another host');
    const stream = streamAddress(text, target);
    if (stream !== null && new URL(stream.replace(/^rtsps?:/, 'http:')).hostname !== source)
      expect.fail(stream);
  },
);

testDamagedInput(
  'challenges, answered',
  {
    seed: 2617,
    samples: [
      'Digest realm="a", nonce="1", qop="auth", algorithm=MD5, opaque="x", stale=true',
      'Digest realm="b\\"c", nonce=2, algorithm=SHA-256',
      'Basic realm="a"',
    ],
  },
  (input) => {
    const authenticator = new Authenticator('guard', new Secret('canary-1'), false, () => '0011');
    const isTaken = authenticator.takeChallenges([input.toString('latin1')]);
    const answer = authenticator.authorization('DESCRIBE', 'rtsp://camera/');
    // Nothing that could end the header and begin another one.
    if (isTaken !== (answer !== undefined) || /[\r\n\0]|canary/.test(answer ?? ''))
      expect.fail(String(answer));
  },
);
