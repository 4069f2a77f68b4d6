import { type ChildProcess, fork } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { RTCPeerConnection, RTCRtpSender, RtpHeader, RtpPacket } from 'werift';
import { createLog } from '../../main/base/log.ts';
import { AudioStream } from '../../main/media/audio-stream.ts';
import { LiveStream } from '../../main/media/live-stream.ts';
import { ViewerService } from '../../main/viewers/viewer-service.ts';
import { VideoSource } from '../support/video-source.ts';
import { viewerSettings } from '../support/viewer-settings.ts';
import { WeriftWindow } from '../support/werift-window.ts';
import { measureFloor } from './floor.ts';
import { quantile } from './statistics.ts';

/*
 * What it costs to send one packet of 1,164 bytes to one viewer, in CPU microseconds of this process, all in one run: the floor
 * (encryption and one datagram, nothing else), a slot and its sender, and werift's own sender. The packets go to a socket of another
 * process, so that receiving them costs nothing here. Prints JSON.
 */

const slots = 16;
const rounds = 9;
const framesPerRound = 50;
/** A frame is eight packets. */
const packetsPerFrame = 8;
const frameBytes = packetsPerFrame * 1_160;

export interface SendFigures {
  readonly floor: number;
  readonly slotSender: number;
  readonly werift: number;
}

/** @returns the port of a socket of another process, which nobody reads */
async function startSink(): Promise<{ port: number; process: ChildProcess }> {
  const child = fork(import.meta.filename, ['sink']);
  const [port] = (await once(child, 'message')) as [number];
  return { port, process: child };
}

/** Everything that is sent to the window goes elsewhere from now on. */
function divert(connection: RTCPeerConnection, port: number): void {
  const pair = connection.iceTransports[0]?.connection.nominated;
  Object.defineProperty(pair, 'remoteAddr', { value: ['127.0.0.1', port] });
}

async function measure(send: () => number): Promise<number> {
  const costs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    let packets = 0;
    for (let frame = 0; frame < framesPerRound; frame++) {
      packets += send();
      await turn();
    }
    const { user, system } = process.cpuUsage(before);
    costs.push((user + system) / packets);
  }
  return quantile(costs, 0.5);
}

/** The offering side's connection, which a viewer keeps to itself. */
function offeringConnection(): { readonly connection: RTCPeerConnection | undefined } {
  const createOffer = RTCPeerConnection.prototype.createOffer;
  const seen: { connection: RTCPeerConnection | undefined } = { connection: undefined };
  RTCPeerConnection.prototype.createOffer = function observed(...parameters) {
    seen.connection ??= this;
    return createOffer.apply(this, parameters);
  };
  return seen;
}

async function measureSending(): Promise<SendFigures> {
  await using owned = new AsyncDisposableStack();
  const sink = await startSink();
  owned.defer(() => void sink.process.kill());
  const offering = offeringConnection();
  const service = owned.use(new ViewerService({ log: createLog('silent'), settings: viewerSettings() }));
  const viewer = await service.open(slots);
  const window = owned.use(new WeriftWindow(viewer));
  await window.negotiate();
  if (offering.connection === undefined) throw new Error('no connection');
  divert(offering.connection, sink.port);
  const stream = new LiveStream();
  const source = new VideoSource(stream, { frameBytes });
  for (let slot = 0; slot < slots; slot++)
    viewer.bind(slot, { stream, audio: new AudioStream(), [Symbol.dispose]: () => {} });
  source.send('key');
  const slotSender = await measure(() => {
    source.send('delta');
    return slots * packetsPerFrame;
  });
  // Past our sender, as stock werift does it; under SSRCs that are not used any more from here on.
  const senders = offering.connection.getTransceivers().map(({ sender }) => sender);
  const payload = Buffer.alloc(1_164, 0x55);
  const stock = RTCRtpSender.prototype.sendRtp;
  let sequenceNumber = 0;
  const werift = await measure(() => {
    for (const sender of senders) {
      for (let packet = 0; packet < packetsPerFrame; packet++) {
        sequenceNumber = (sequenceNumber + 1) & 0xffff;
        const header = new RtpHeader({ sequenceNumber, payloadType: 96, marker: true });
        void stock.call(sender, new RtpPacket(header, payload));
      }
    }
    return senders.length * packetsPerFrame;
  });
  return { floor: await measureFloor(sink.port), slotSender, werift };
}

if (process.argv[2] === 'sink') {
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  process.send?.(socket.address().port);
} else {
  process.stdout.write(`${JSON.stringify(await measureSending())}\n`);
}
