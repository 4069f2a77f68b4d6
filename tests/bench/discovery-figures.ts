import { createLog } from '../../main/base/log.ts';
import { DiscoveryResponder } from '../../main/demo/discovery-responder.ts';
import { Discovery } from '../../main/discovery/discovery.ts';
import { DiscoveryReader, devices } from '../support/discovery-scene.ts';
import { freePorts } from '../support/free-ports.ts';
import { type Summary, summarize } from './statistics.ts';

const runs = 10;
const deviceCount = 50;

/** Milliseconds from the opening of "Find cameras". */
export interface DiscoveryFigures {
  /** → the first of one quiet device. */
  readonly firstDevice: Summary;
  /** → all of 50 devices, each with what it says over WS-Discovery, mDNS and SSDP. */
  readonly fiftyDevices: Summary;
}

/** On loopback, devices and engine in one process, each time with nothing known before. */
export async function measureDiscovery(): Promise<DiscoveryFigures> {
  const firstDevice: number[] = [];
  const fiftyDevices: number[] = [];
  for (let run = 0; run < runs; run++) {
    firstDevice.push(await measure(1, 1));
    fiftyDevices.push(await measure(deviceCount, 3));
  }
  return { firstDevice: summarize(firstDevice), fiftyDevices: summarize(fiftyDevices) };
}

async function measure(count: number, ways: number): Promise<number> {
  await using owned = new AsyncDisposableStack();
  const ports = await freePorts();
  owned.use(await DiscoveryResponder.start(devices(count), ports));
  const log = createLog('silent');
  const discovery = owned.use(new Discovery({ scope: 'loopback', log, cameraAt: () => null, ports }));
  const stop = new AbortController();
  owned.defer(() => stop.abort());
  const startedAt = performance.now();
  const reader = new DiscoveryReader(discovery.watch(stop.signal));
  await reader.until(({ list }) => list.filter(({ how }) => how.length >= ways).length === count);
  return performance.now() - startedAt;
}
