import type { VideoCodec } from '../contract/codecs.ts';
import type { RtspResponse } from '../rtsp/rtsp-message.ts';
import type { ConnectionWitness, RtspWitness } from '../rtsp/rtsp-witness.ts';
import { findVideo } from '../rtsp/session-description.ts';
import { withoutPictures, withoutTrailingZeros } from './kept-bytes.ts';
import type { Trace, TraceEntry, TraceHead, TracePacket } from './trace-file.ts';
import type { TraceRedaction } from './trace-redaction.ts';

/** Of all packets, as they are kept; then those that come later are dropped and counted. */
const maximumPacketBytes = 8 * 1024 * 1024;
const maximumPackets = 100_000;
/** Of one message, which is cut, and of all of them: what a camera needs is a few kilobytes. */
const maximumMessageCharacters = 128 * 1024;
const maximumCharacters = 512 * 1024;
const maximumMessages = 1_000;
const maximumConnections = 64;

/**
 * Keeps what is said with a camera and the packets that it sends, with their times. Without pictures unless they are asked for:
 * then they were never there. Redacted when it is made a file.
 */
export class TraceRecorder implements RtspWitness {
  readonly #withPictures: boolean;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #entries: TraceEntry[] = [];
  #connections = 0;
  #messages = 0;
  #characters = 0;
  #packets = 0;
  #packetBytes = 0;
  #dropped = { packets: 0, bytes: 0, messages: 0 };

  /** @param options.now milliseconds of a monotonic clock */
  constructor(options: { withPictures: boolean; now?: () => number }) {
    this.#withPictures = options.withPictures;
    this.#now = options.now ?? (() => performance.now());
    this.#startedAt = this.#now();
  }

  /** Whether anything was said at all. */
  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  connected(): ConnectionWitness {
    const connection = this.#connections++;
    /** Payload type of the video and its format, once the camera has said it. */
    let video: { readonly payloadType: number; readonly codec: VideoCodec } | undefined;
    const codecOf = (payloadType: number) => (payloadType === video?.payloadType ? video.codec : undefined);
    const moment = () => ({ at: this.#at(), connection });
    return {
      asked: (sequence, message) => {
        this.#message({ ...moment(), type: 'request', sequence, text: message.toString('latin1') });
      },
      answered: (response, sequence = undefined) => {
        video = videoOf(response) ?? video;
        const text = `${response.head}${response.body.toString('latin1')}`;
        this.#message({ ...moment(), type: 'response', sequence: sequence ?? null, text });
      },
      requested: ({ head, body }) => {
        this.#message({ ...moment(), type: 'camera-request', text: `${head}${body.toString('latin1')}` });
      },
      frame: ({ channel, data }) => this.#packet({ ...moment(), way: channel }, data, codecOf),
      datagram: (kind, data) => this.#packet({ ...moment(), way: kind }, data, codecOf),
      ended: (by) => this.#message({ ...moment(), type: 'ended', by }),
    };
  }

  /** The trace, with nothing in it that names somebody or something. */
  finish(
    head: Omit<TraceHead, 'format' | 'version' | 'withPictures' | 'dropped'>,
    redaction: TraceRedaction,
  ): Trace {
    const entries = this.#entries.map((entry) =>
      'text' in entry ? { ...entry, text: redaction.message(entry.text) } : entry,
    );
    const findings = head.findings.map((found) => ({ ...found, measured: redaction.line(found.measured) }));
    return {
      head: {
        format: 'gatehouse-trace',
        version: 1,
        ...head,
        withPictures: this.#withPictures,
        dropped: this.#dropped,
        findings,
      },
      entries,
    };
  }

  #at(): number {
    return Math.round((this.#now() - this.#startedAt) * 1_000) / 1_000;
  }

  #message(entry: Exclude<TraceEntry, TracePacket>): void {
    const text = 'text' in entry ? entry.text.slice(0, maximumMessageCharacters) : '';
    const isFull =
      entry.connection >= maximumConnections ||
      this.#messages >= maximumMessages ||
      this.#characters + text.length > maximumCharacters;
    if (isFull) {
      this.#dropped = { ...this.#dropped, messages: this.#dropped.messages + 1 };
      return;
    }
    this.#messages++;
    this.#characters += text.length;
    this.#entries.push('text' in entry ? { ...entry, text } : entry);
  }

  #packet(
    entry: Pick<TracePacket, 'at' | 'connection' | 'way'>,
    data: Buffer,
    codecOf: (payloadType: number) => VideoCodec | undefined,
  ): void {
    const kept = withoutTrailingZeros(this.#withPictures ? data : withoutPictures(data, codecOf));
    const isFull =
      entry.connection >= maximumConnections ||
      this.#packets >= maximumPackets ||
      this.#packetBytes + kept.length > maximumPacketBytes;
    if (isFull) {
      const { packets, bytes, messages } = this.#dropped;
      this.#dropped = { packets: packets + 1, bytes: bytes + data.length, messages };
      return;
    }
    this.#packets++;
    this.#packetBytes += kept.length;
    this.#entries.push({ ...entry, type: 'packet', bytes: data.length, data: kept.toString('base64') });
  }
}

function videoOf({
  status,
  headers,
  body,
}: RtspResponse): { payloadType: number; codec: VideoCodec } | undefined {
  const isDescription = status === 200 && /\bsdp\b/i.test(headers.get('content-type')?.[0] ?? '');
  // A few leave the type out.
  if (!isDescription && !/^v=0/m.test(body.toString('latin1', 0, 64))) return undefined;
  const found = findVideo(body.toString('utf8'));
  if (found.kind !== 'playable') return undefined;
  return { payloadType: found.track.payloadType, codec: found.track.encodingName };
}
