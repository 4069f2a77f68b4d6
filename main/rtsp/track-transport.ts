import { transportRefused } from './camera-errors.ts';
import { compacted, parseRtpPacket, type RtpPacket } from './rtp-packet.ts';
import type { RtspDialogue } from './rtsp-dialogue.ts';
import { header, type RtspResponse } from './rtsp-message.ts';
import { parseSessionHeader, parseTransportHeader } from './session-headers.ts';
import { UdpReceiver } from './udp-receiver.ts';
import type { VideoDescription } from './video-description.ts';

/** `tcp`: interleaved on the RTSP connection; `udp`: beside it. */
export type RtspTransport = 'tcp' | 'udp';

/** The way that the packets of a track take, as SETUP brought it about. */
export interface TrackTransport extends Disposable {
  readonly kind: RtspTransport;
  readonly timeoutSeconds: number;
  /** As the camera announces its packets; often wrong. */
  readonly ssrc: number | undefined;
  /** Hands on every packet of the track from now on, until it is disposed. */
  receive(onPacket: (packet: RtpPacket) => void): void;
}

/**
 * SETUP of one track.
 * @throws GatehouseError camera-transport-refused when the camera does not send this way; those of the dialogue
 */
export async function setUpTrack(
  dialogue: RtspDialogue,
  description: VideoDescription,
  wanted: RtspTransport,
): Promise<TrackTransport> {
  return wanted === 'tcp'
    ? await setUpInterleaved(dialogue, description)
    : await setUpDatagrams(dialogue, description);
}

async function setUpInterleaved(
  dialogue: RtspDialogue,
  { trackUrl }: VideoDescription,
): Promise<TrackTransport> {
  const answer = await dialogue.request('SETUP', trackUrl, {
    Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1',
  });
  const parsed = parseTransportHeader(header(answer.headers, 'transport'));
  const { timeoutSeconds } = takeSession(dialogue, answer);
  if (parsed.isDatagrams)
    throw transportRefused(dialogue.address, 'answered SETUP with UDP, though it was asked for TCP');
  return interleaved(dialogue, { channel: parsed.channel ?? 0, timeoutSeconds, ssrc: parsed.ssrc });
}

async function setUpDatagrams(
  dialogue: RtspDialogue,
  { trackUrl, track }: VideoDescription,
): Promise<TrackTransport> {
  const { local, remote } = dialogue.endpoints;
  // The connection ended in this moment: the request below says why.
  const receiver = await UdpReceiver.open(local === '' ? '127.0.0.1' : local);
  try {
    const { port } = receiver;
    const answer = await dialogue.request('SETUP', trackUrl, {
      Transport: `RTP/AVP;unicast;client_port=${port}-${port + 1}`,
    });
    const { timeoutSeconds } = takeSession(dialogue, answer);
    const { channel, serverPort, ssrc } = parseTransportHeader(header(answer.headers, 'transport'));
    if (channel !== undefined) {
      // The camera sends over TCP whatever it was asked for.
      receiver[Symbol.dispose]();
      return interleaved(dialogue, { channel, timeoutSeconds, ssrc });
    }
    return {
      kind: 'udp',
      timeoutSeconds,
      ssrc,
      receive: (onPacket) => {
        receiver.onPacket = onPacket;
        receiver.receive({ host: remote, port: serverPort, clockRate: track.clockRate });
      },
      [Symbol.dispose]: () => receiver[Symbol.dispose](),
    };
  } catch (error) {
    receiver[Symbol.dispose]();
    throw error;
  }
}

function takeSession(dialogue: RtspDialogue, answer: RtspResponse): { readonly timeoutSeconds: number } {
  const { id, timeoutSeconds } = parseSessionHeader(header(answer.headers, 'session'));
  dialogue.sessionId = id;
  return { timeoutSeconds };
}

function interleaved(
  dialogue: RtspDialogue,
  answer: { channel: number; timeoutSeconds: number; ssrc: number | undefined },
): TrackTransport {
  return {
    kind: 'tcp',
    timeoutSeconds: answer.timeoutSeconds,
    ssrc: answer.ssrc,
    receive: (onPacket) => {
      dialogue.onFrame = (channel, data) => {
        // RTCP, and data on channels that were never set up.
        if (channel !== answer.channel) return;
        const packet = parseRtpPacket(data);
        // Else a camera that hides a byte of video in 64 kB of something else fills the memory.
        if (packet !== undefined) onPacket(compacted(packet));
      };
    },
    [Symbol.dispose]: () => {
      dialogue.onFrame = () => {};
    },
  };
}
