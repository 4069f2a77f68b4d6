import { transportRefused } from './camera-errors.ts';
import { compacted, parseRtpPacket, type RtpPacket } from './rtp-packet.ts';
import type { RtspDialogue } from './rtsp-dialogue.ts';
import { header, type RtspResponse } from './rtsp-message.ts';
import { parseSessionHeader, parseTransportHeader } from './session-headers.ts';
import { UdpReceiver } from './udp-receiver.ts';

/** `tcp`: interleaved on the RTSP connection; `udp`: beside it. */
export type RtspTransport = 'tcp' | 'udp';

/** A track that is to be set up. */
export interface TrackRequest {
  /** Address of SETUP. */
  readonly url: string;
  /** Of the RTP timestamps, in Hz. */
  readonly clockRate: number;
  /** Interleaved channel that is asked for; RTCP takes the one after it. */
  readonly channel: number;
}

/** The way that the packets of a track take, as SETUP brought it about. */
export interface TrackTransport extends Disposable {
  readonly kind: RtspTransport;
  /** Interleaved channel of the packets; undefined over UDP. */
  readonly channel: number | undefined;
  readonly timeoutSeconds: number;
  /** As the camera announces its packets; often wrong. */
  readonly ssrc: number | undefined;
  /** Hands on every packet of the track from now on, until it is disposed; null: they are dropped unread. */
  receive(onPacket: ((packet: RtpPacket) => void) | null): void;
}

/**
 * SETUP of one track.
 * @throws GatehouseError camera-transport-refused when the camera does not send this way; those of the dialogue
 */
export async function setUpTrack(
  dialogue: RtspDialogue,
  request: TrackRequest,
  wanted: RtspTransport,
): Promise<TrackTransport> {
  return wanted === 'tcp'
    ? await setUpInterleaved(dialogue, request)
    : await setUpDatagrams(dialogue, request);
}

async function setUpInterleaved(
  dialogue: RtspDialogue,
  { url, channel }: TrackRequest,
): Promise<TrackTransport> {
  const answer = await dialogue.request('SETUP', url, {
    Transport: `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`,
  });
  const parsed = parseTransportHeader(header(answer.headers, 'transport'));
  const { timeoutSeconds } = takeSession(dialogue, answer);
  if (parsed.isDatagrams)
    throw transportRefused(dialogue.address, 'answered SETUP with UDP, though it was asked for TCP');
  return interleaved(dialogue, { channel: parsed.channel ?? channel, timeoutSeconds, ssrc: parsed.ssrc });
}

async function setUpDatagrams(
  dialogue: RtspDialogue,
  { url, clockRate }: TrackRequest,
): Promise<TrackTransport> {
  const { local, remote } = dialogue.endpoints;
  // The connection ended in this moment: the request below says why.
  const receiver = await UdpReceiver.open(local === '' ? '127.0.0.1' : local);
  try {
    const { port } = receiver;
    const answer = await dialogue.request('SETUP', url, {
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
      channel: undefined,
      timeoutSeconds,
      ssrc,
      receive: (onPacket) => {
        receiver.onPacket = onPacket;
        receiver.receive({ host: remote, port: serverPort, clockRate, witness: dialogue.witness });
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
  // Some name it in the answer to the first SETUP only.
  if (id !== undefined) dialogue.sessionId = id;
  return { timeoutSeconds };
}

function interleaved(
  dialogue: RtspDialogue,
  answer: { channel: number; timeoutSeconds: number; ssrc: number | undefined },
): TrackTransport {
  const { channel, timeoutSeconds, ssrc } = answer;
  return {
    kind: 'tcp',
    channel,
    timeoutSeconds,
    ssrc,
    receive: (onPacket) => {
      if (onPacket === null) {
        dialogue.listen(channel, null);
        return;
      }
      dialogue.listen(channel, (data) => {
        const packet = parseRtpPacket(data);
        // Else a camera that hides a byte of video in 64 kB of something else fills the memory.
        if (packet !== undefined) onPacket(compacted(packet));
      });
    },
    [Symbol.dispose]: () => dialogue.listen(channel, null),
  };
}
