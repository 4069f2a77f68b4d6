import dgram from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import {
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RTCRtpHeaderExtensionParameters,
  RtcpRrPacket,
} from 'werift';
import { playoutDelayUri } from '../../main/viewers/rtp-header.ts';
import { answerLines } from './line-process.ts';

/*
 * The viewers of every forwarder, in a process of their own, so that receiving costs the forwarder nothing. Each makes a real
 * connection (ICE, DTLS, SRTP keys), decrypts the first packets of each stream, and from then on only counts: the same for all.
 */

/** Of each stream. */
const decryptedPackets = 10;
const reportMilliseconds = 1_000;
/** RTCP packet types beside RTP on one port (RFC 5761 section 4). */
const firstRtcpType = 192;
const lastRtcpType = 223;

export type ReceiverRequest =
  /** Answers an offer; for an empty one a port that datagrams may be sent to. */
  | { readonly do: 'answer'; readonly sdp: string }
  /** Answered when the last one is connected. */
  | { readonly do: 'connected' }
  | { readonly do: 'count' };

export interface ReceiverCount {
  readonly packets: number;
  readonly bytes: number;
  /** Pictures: packets with the marker. */
  readonly pictures: number;
  /** Streams that at least one packet came of. */
  readonly streams: number;
  /** Sequence numbers that never came. */
  readonly missing: number;
  /** Datagrams that the kernel dropped as this process did not read them in time; null where it does not say. */
  readonly droppedBySockets: number | null;
  readonly decrypted: number;
  /** Packets that could not be decrypted. */
  readonly refused: number;
  /** DTLS-SRTP profile of the first connection (RFC 5764, RFC 7714): 1 is AES-CM with HMAC-SHA1-80, 7 is AES-128-GCM. */
  readonly srtpProfile: number | null;
}

/** A socket of werift's ICE agent. */
interface Transport {
  readonly socket: dgram.Socket;
  onData(datagram: Buffer, address: [string, number]): void;
}

interface Stream {
  next: number;
  packets: number;
}

const sockets: dgram.Socket[] = [];
const connections: RTCPeerConnection[] = [];
const reporting: NodeJS.Timeout[] = [];
/** The last one. */
let connecting: Promise<void> | undefined;
const count = { packets: 0, bytes: 0, pictures: 0, missing: 0, decrypted: 0, refused: 0 };
let streams = 0;
let srtpProfile: number | null = null;

function isRtp(datagram: Buffer): boolean {
  const type = datagram[1] ?? 0;
  return ((datagram[0] ?? 0) & 0xc0) === 0x80 && (type < firstRtcpType || type > lastRtcpType);
}

/** Counts what comes on a socket. @returns whether a datagram was media */
function counter(decrypt: ((packet: Buffer) => Buffer) | undefined): (datagram: Buffer) => boolean {
  const known = new Map<number, Stream>();
  return (datagram) => {
    if (!isRtp(datagram)) return false;
    const ssrc = datagram.readUInt32BE(8);
    const sequenceNumber = datagram.readUInt16BE(2);
    let stream = known.get(ssrc);
    if (stream === undefined) {
      stream = { next: sequenceNumber, packets: 0 };
      known.set(ssrc, stream);
      streams++;
    }
    const gap = (sequenceNumber - stream.next) & 0xffff;
    if (gap < 0x8000) {
      count.missing += gap;
      stream.next = (sequenceNumber + 1) & 0xffff;
    } else {
      count.missing--;
    }
    count.packets++;
    count.bytes += datagram.length;
    if ((datagram[1] ?? 0) >= 0x80) count.pictures++;
    if (decrypt !== undefined && stream.packets++ < decryptedPackets) {
      try {
        decrypt(datagram);
        count.decrypted++;
      } catch {
        count.refused++;
      }
    }
    return true;
  };
}

async function openSink(): Promise<string> {
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.on('message', counter(undefined));
  sockets.push(socket);
  return String(socket.address().port);
}

async function answerOffer(sdp: string): Promise<string> {
  const connection = new RTCPeerConnection({
    codecs: {
      video: ['video/H264', 'video/rtx'].map(
        (mimeType) => new RTCRtpCodecParameters({ mimeType, clockRate: 90_000 }),
      ),
      audio: [new RTCRtpCodecParameters({ mimeType: 'audio/opus', clockRate: 48_000, channels: 2 })],
    },
    // What Chromium would take of ours.
    headerExtensions: {
      video: [new RTCRtpHeaderExtensionParameters({ uri: playoutDelayUri })],
      audio: [],
    },
    iceServers: [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
    iceFilterCandidatePair: ({ localCandidate }) => localCandidate.host === '127.0.0.1',
    bundlePolicy: 'max-bundle',
  });
  connections.push(connection);
  await connection.setRemoteDescription({ type: 'offer', sdp });
  for (const transport of connection.iceTransports) delete transport.connection.stunServer;
  await connection.setLocalDescription(await connection.createAnswer());
  connecting = untilConnected(connection);
  // Who asks is told.
  connecting.catch(() => {});
  return connection.localDescription?.sdp ?? '';
}

async function untilConnected(connection: RTCPeerConnection): Promise<void> {
  const [dtls] = connection.dtlsTransports;
  if (dtls === undefined) throw new Error('the offer has no transport');
  while (dtls.state !== 'connected') {
    if (dtls.state === 'failed' || dtls.state === 'closed') throw new Error('the handshake failed');
    await dtls.onStateChange.asPromise();
  }
  srtpProfile ??= dtls.srtp.config.profile;
  // A sign of life, as a browser gives one: werift, which sees no media here, has nothing to report.
  const report = new RtcpRrPacket({ ssrc: 1, reports: [] });
  reporting.push(setInterval(() => dtls.sendRtcp([report]).catch(() => {}), reportMilliseconds));
  const take = counter((packet) => dtls.srtp.decrypt(packet));
  // All of them: the nominated pair may change.
  const { protocols } = dtls.iceTransport.connection as unknown as { protocols: { transport: Transport }[] };
  for (const { transport } of protocols) {
    const deliver = transport.onData;
    transport.onData = (datagram, address) => {
      if (!take(datagram)) deliver.call(transport, datagram, address);
    };
    sockets.push(transport.socket);
  }
}

/** The last column of the kernel's table of UDP sockets. */
async function droppedBySockets(): Promise<number | null> {
  const table = await readFile('/proc/net/udp', 'utf8').catch(() => undefined);
  if (table === undefined) return null;
  const ports = new Set(sockets.map((socket) => socket.address().port));
  let dropped = 0;
  for (const line of table.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/);
    const port = Number.parseInt(columns[1]?.split(':')[1] ?? '', 16);
    if (ports.has(port)) dropped += Number(columns.at(-1));
  }
  return dropped;
}

answerLines<ReceiverRequest>(
  async (request) => {
    switch (request.do) {
      case 'answer':
        return request.sdp === '' ? await openSink() : await answerOffer(request.sdp);
      case 'connected':
        await connecting;
        return null;
      case 'count': {
        const answer: ReceiverCount = {
          ...count,
          streams,
          droppedBySockets: await droppedBySockets(),
          srtpProfile,
        };
        return answer;
      }
      default:
        return request satisfies never;
    }
  },
  async () => {
    for (const timer of reporting) clearInterval(timer);
    await Promise.all(connections.map((connection) => connection.close()));
  },
);
