import type { VideoCodec } from '../contract/codecs.ts';
import { LiveStream, type VideoFormat } from '../media/live-stream.ts';
import type { PictureSize } from '../media/picture-size.ts';
import { ticksPerMillisecond } from '../media/timeline.ts';
import { ReceiverReporter } from '../rtsp/receiver-report.ts';
import type { RtpPacket } from '../rtsp/rtp-packet.ts';

/** What a stream was like while it was looked at. */
export interface StreamFigures {
  readonly codec: VideoCodec;
  /** From asking for it to its first packet; null: none came. */
  readonly firstPacketMilliseconds: number | null;
  /** From the first packet to the last. */
  readonly seconds: number;
  /** Whole ones. */
  readonly pictures: number;
  readonly picturesPerSecond: number | null;
  readonly keyFrames: number;
  /** The longest time between two key frames; null: fewer came. */
  readonly keyFrameSeconds: number | null;
  readonly size: Pick<PictureSize, 'width' | 'height'> | null;
  /** Of RTP payload. */
  readonly kilobitsPerSecond: number | null;
  /** By the sequence numbers; null: there are none. */
  readonly packets: { readonly expected: number; readonly lost: number } | null;
  /** RFC 3550 section 6.4.1; null: packets have no timestamps. */
  readonly jitterMilliseconds: number | null;
  readonly hasBFrames: boolean;
  /** Speed of the camera's timestamps through that of the clock here; null: too short to say. */
  readonly clockSpeed: number | null;
  /** By how much the clock in the camera's sender reports is ahead of ours; null: none came, or it tells no time of day. */
  readonly clockAheadMilliseconds: number | null;
}

const defaultClockRate = 90_000;
const ntpEpochSeconds = 2_208_988_800;
/** A clock that is farther away counts from the camera's start. */
const plausibleMilliseconds = 366 * 24 * 3_600_000;
const senderReportType = 200;
const senderReportBytes = 28;
const shortestForSpeedSeconds = 2;
/** Pictures come this much out of order with B-frames, not with a clock that jumps. Seconds. */
const longestReordering = 1;
const fewestReordered = 3;

/** Whether timestamps run with the time, as far as a few seconds can tell. */
export function isRealTime(clockSpeed: number): boolean {
  return clockSpeed > 0.6 && clockSpeed < 1.7;
}

/** Measures a stream while it plays. Time is that of arrival: what the camera says of it is one of the things measured. */
export class StreamSample {
  readonly #format: VideoFormat;
  readonly #clockRate: number;
  readonly #stream = new LiveStream();
  readonly #reporter: ReceiverReporter;
  readonly #askedAt: number;
  #firstAt: number | undefined;
  #lastAt = 0;
  #bytes = 0;
  #hasPackets = false;
  #firstPictureAt = 0;
  #lastPictureAt = 0;
  #pictures = 0;
  #keyFrames: { readonly ticks: number; readonly at: number }[] = [];
  #timestamp: number | undefined;
  /** Timestamps since the first one, in ticks. */
  #ticks = 0;
  #steps = { forward: 0, backward: 0 };
  #clockAhead: number | null = null;

  /** @param askedAt when the stream was asked for: milliseconds of a monotonic clock, like every `now` */
  constructor(format: VideoFormat, askedAt: number) {
    this.#format = format;
    this.#askedAt = askedAt;
    this.#clockRate = format.clockRate ?? defaultClockRate;
    this.#reporter = new ReceiverReporter(0, this.#clockRate);
    this.#stream.begin(format);
    this.#stream.read(({ keyFrame, timestamp, receivedAt }) => {
      if (keyFrame) this.#keyFrames.push({ ticks: timestamp, at: receivedAt });
    });
  }

  /** Since the first packet. */
  get seconds(): number {
    return this.#firstAt === undefined ? 0 : (this.#lastAt - this.#firstAt) / 1_000;
  }

  get keyFrames(): number {
    return this.#keyFrames.length;
  }

  packet(packet: RtpPacket, now: number): void {
    this.#hasPackets = true;
    this.#reporter.count(packet, now);
    this.#follow(packet.timestamp);
    this.#arrived(packet.payload.length, now);
    this.#stream.push(packet, now);
    this.#countPictures(now);
  }

  /** A whole JPEG. */
  picture(file: Buffer, now: number): void {
    this.#arrived(file.length, now);
    this.#stream.pushPicture(file, now);
    this.#countPictures(now);
  }

  /** @param now milliseconds since 1970 */
  rtcp(packet: Buffer, now: number): void {
    if (packet.length < senderReportBytes || packet[1] !== senderReportType) return;
    const seconds = packet.readUInt32BE(8) - ntpEpochSeconds + packet.readUInt32BE(12) / 2 ** 32;
    const ahead = seconds * 1_000 - now;
    if (Math.abs(ahead) < plausibleMilliseconds) this.#clockAhead = ahead;
  }

  get figures(): StreamFigures {
    const { seconds } = this;
    const { expected, received, jitter } = this.#reporter.figures;
    const pictureSeconds = (this.#lastPictureAt - this.#firstPictureAt) / 1_000;
    const { pictureSize } = this.#stream;
    const isLongEnough = this.#hasPackets && seconds >= shortestForSpeedSeconds;
    const clockSpeed = isLongEnough ? this.#ticks / this.#clockRate / seconds : null;
    return {
      codec: this.#format.codec,
      firstPacketMilliseconds: this.#firstAt === undefined ? null : this.#firstAt - this.#askedAt,
      seconds,
      pictures: this.#pictures,
      picturesPerSecond: pictureSeconds > 0 ? (this.#pictures - 1) / pictureSeconds : null,
      keyFrames: this.keyFrames,
      keyFrameSeconds: this.#keyFrameSeconds(clockSpeed !== null && isRealTime(clockSpeed)),
      size: pictureSize === undefined ? null : { width: pictureSize.width, height: pictureSize.height },
      kilobitsPerSecond: seconds > 0 ? (this.#bytes * 8) / 1_000 / seconds : null,
      packets: this.#hasPackets ? { expected, lost: Math.max(0, expected - received) } : null,
      jitterMilliseconds: this.#hasPackets ? jitter : null,
      hasBFrames: this.#stream.traits.hasBFrames || this.#isReordered(),
      clockSpeed,
      clockAheadMilliseconds: this.#clockAhead,
    };
  }

  #arrived(bytes: number, now: number): void {
    this.#firstAt ??= now;
    this.#lastAt = now;
    this.#bytes += bytes;
  }

  #countPictures(now: number): void {
    const { frames } = this.#stream;
    if (frames === this.#pictures) return;
    if (this.#pictures === 0) this.#firstPictureAt = now;
    this.#lastPictureAt = now;
    this.#pictures = frames;
  }

  #follow(timestamp: number): void {
    const step = this.#timestamp === undefined ? 0 : (timestamp - this.#timestamp) | 0;
    this.#timestamp = timestamp;
    this.#ticks += step;
    if (step > 0) this.#steps.forward++;
    else if (step < 0 && step > -longestReordering * this.#clockRate) this.#steps.backward++;
  }

  /** In the order of decoding, times of showing go back and forth with B-frames of any codec. */
  #isReordered(): boolean {
    const { forward, backward } = this.#steps;
    return backward >= fewestReordered && backward <= forward * 2 && forward <= backward * 20;
  }

  /** In the camera's own time, since pictures may come in bursts; in that of arrival where its time is not to be believed. */
  #keyFrameSeconds(hasClock: boolean): number | null {
    const moments = this.#keyFrames.map(({ ticks, at }) => (hasClock ? ticks / ticksPerMillisecond : at));
    const between = moments.slice(1).map((moment, index) => moment - (moments[index] ?? moment));
    return between.length === 0 ? null : Math.max(...between) / 1_000;
  }
}
