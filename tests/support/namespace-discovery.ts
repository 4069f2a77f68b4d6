import dgram from 'node:dgram';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { createLog } from '../../main/base/log.ts';
import { Secret } from '../../main/base/secret.ts';
import { findStreams } from '../../main/cameras/stream-finder.ts';
import {
  type DiscoverableDevice,
  matchOf,
  mdnsAnswer,
  probeMatches,
  readMdnsQuestion,
  ssdpAnswer,
  upnpDescription,
} from '../../main/demo/discovery-messages.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { Discovery } from '../../main/discovery/discovery.ts';
import { localNetworks } from '../../main/discovery/local-network.ts';
import { probeStream } from '../../main/rtsp/video-description.ts';
import { DiscoveryReader } from './discovery-scene.ts';
import { ScriptedRtspServer } from './scripted-rtsp-server.ts';

/*
 * Runs inside a network namespace of a test's own with two ends of a cable, `lan` and `far`, and no IPv4: three devices at the far
 * end, one for each protocol, are looked for on IPv6. Prints what was found as one line of JSON.
 */

const [wsDiscovery, mdns, ssdp] = [3_702, 5_353, 1_900];

/** Link-local, without a zone; it is there a moment after the cable is. */
async function addressOf(name: string): Promise<string> {
  for (;;) {
    const own = os.networkInterfaces()[name]?.find(({ address }) => address.startsWith('fe80:'));
    if (own !== undefined) return own.address;
    await delay(50);
  }
}

await using owned = new AsyncDisposableStack();
const [near, far] = [await addressOf('lan'), await addressOf('far')];
const device = (last: number, name: string): DiscoverableDevice => ({
  address: far,
  uuid: `00000000-0000-4000-8000-00000000000${last}`,
  mac: `00:40:8c:00:00:0${last}`,
  name,
  maker: 'Axis',
  model: 'P3245',
  rtspPort: 8_554 + last,
  onvifAddress: `http://[${far}]:8080/onvif/device_service`,
});

/** Answers whoever asks this group at the far end. */
async function answer(group: string, port: number, reply: (asked: Buffer) => string | Buffer | undefined) {
  const socket = dgram.createSocket({ type: 'udp6', reuseAddr: true, ipv6Only: true });
  owned.defer(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  socket.on('message', (asked, { address, port: sourcePort }) => {
    const said = reply(asked);
    // The near end's own socket of this port hears the question, too.
    if (said !== undefined && address.endsWith('%far')) socket.send(said, sourcePort, address);
  });
  socket.bind(port);
  await once(socket, 'listening');
  socket.addMembership(group, '::%far');
}

const [onvif, bonjour, upnp] = [device(1, 'By ONVIF'), device(2, 'By Bonjour'), device(3, 'By UPnP')];
const server = http.createServer((_request, response) => response.end(upnpDescription(upnp)));
server.listen(0, `${far}%far`);
await once(server, 'listening');
owned.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
const location = `http://[${far}]:${(server.address() as AddressInfo).port}/description.xml`;
await answer('ff02::c', wsDiscovery, (asked) => {
  const [, id] = /MessageID>\s*([^<\s]+)\s*</.exec(asked.toString()) ?? [];
  return id === undefined ? undefined : probeMatches(id, [matchOf(onvif)]);
});
await answer('ff02::fb', mdns, (asked) => {
  const question = readMdnsQuestion(asked);
  // It has an address of IPv4, too, in some other network.
  return question && mdnsAnswer(question.id, { ...bonjour, address: '192.0.2.7' });
});
await answer('ff02::c', ssdp, (asked) =>
  /^M-SEARCH \* HTTP.*HOST: \[ff02::c\]:1900/is.test(asked.toString())
    ? ssdpAnswer(upnp, location)
    : undefined,
);

const networks = () => localNetworks('all').filter(({ name }) => name === 'lan');
const log = createLog('silent');
const discovery = owned.use(new Discovery({ scope: 'all', log, cameraAt: () => null, networks }));
const stop = new AbortController();
const reader = new DiscoveryReader(discovery.watch(stop.signal));
const isFound = (name: string) => reader.list.some((found) => found.name === name);
await reader.until(() => [onvif, bonjour, upnp].every(({ name }) => isFound(name)));
stop.abort();

// A camera that has no other address than this one.
const credentials = { scheme: 'digest-md5', username: 'guard', password: 'right' } as const;
owned.use(await startVirtualCameras({ count: 1, host: `${far}%far`, port: 8_554, credentials }));
const address = `[${far}%lan]:8554`;
const found = await findStreams(
  { address, onvifUrl: null, username: 'guard', password: new Secret('right') },
  AbortSignal.timeout(30_000),
);
const scripted = owned.use(await ScriptedRtspServer.start({}, `${far}%far`));
await probeStream(
  { name: 'Far', url: `rtsp://[${far}%lan]:${scripted.port}/live`, username: null, password: null },
  { signal: AbortSignal.timeout(30_000) },
);
process.stdout.write(
  `${JSON.stringify({
    ...{ near, far, problems: reader.state?.problems, networks: reader.state?.networks },
    devices: reader.list.map(({ name, address: at, how, isOnNetwork }) => ({ name, at, how, isOnNetwork })),
    mainUrl: found.mainUrl,
    requested: scripted.last('DESCRIBE').url,
  })}\n`,
);
