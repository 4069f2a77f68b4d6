import { HttpSource } from '../http/http-source.ts';
import type { VideoFormat } from '../media/live-stream.ts';
import type { RtpPacket } from '../rtsp/rtp-packet.ts';
import {
  type HearableAudio,
  RtspSession,
  type RtspTarget,
  type RtspTransport,
} from '../rtsp/rtsp-session.ts';
import { probeStream } from '../rtsp/video-description.ts';
import { WhepSource } from '../whep/whep-source.ts';
import { PublishedSource, type Publisher } from '../whip/published-source.ts';
import { isHttp, isWhep, isWhip } from './camera-address.ts';

/** What a source hands on, in the order of arrival. Should one of these throw, playing ends with that. */
export interface SourceSink {
  /** Of the video track. */
  packet(packet: RtpPacket): void;
  /** A whole JPEG file. */
  picture(file: Buffer): void;
}

/** What a source is opened for. */
export interface SourceTarget extends RtspTarget {
  /** Who sends to a `whip://` camera now; left out for all others. */
  readonly publisher?: () => Publisher | undefined;
}

/**
 * One stream of one camera, open and ready to play, whatever it speaks: the scheme of its address decides. A source never
 * starts a program. Disposing it says goodbye.
 */
export interface Source extends AsyncDisposable {
  readonly video: VideoFormat;
  readonly audio: HearableAudio;
  /** The way of the packets; null where there is no choice. */
  readonly transport: RtspTransport | null;
  /** Over TLS with methods that are not secure any more. */
  readonly isOldEncryption: boolean;
  /** From one keep-alive to the next, milliseconds; null: it needs none. */
  readonly keepAliveMilliseconds: number | null;
  /** Until the signal of `openSource` is aborted, which resolves. Only once. @throws GatehouseError why it ended */
  play(sink: SourceSink): Promise<void>;
  /** Hands on the packets of the sound from now on, while it plays; null: nobody hears it, and they are dropped unread. */
  hear(onPacket: ((packet: RtpPacket) => void) | null): void;
  /** A viewer waits for one; nothing happens where the way of the pictures knows no such wish. */
  requestKeyFrame(): void;
}

/** @throws GatehouseError as the kind of source does; the signal's reason when it is aborted */
export async function openSource(
  target: SourceTarget,
  options: { signal: AbortSignal; transport: RtspTransport; longestKeepAliveMilliseconds?: number },
): Promise<Source> {
  if (isHttp(target.url)) {
    const source = await HttpSource.open(target, options);
    return {
      video: { codec: 'JPEG', parameterSets: [] },
      audio: { kind: 'no-audio' },
      transport: null,
      isOldEncryption: source.isOldEncryption,
      keepAliveMilliseconds: null,
      play: (sink) => source.play((file) => sink.picture(file)),
      hear: () => {},
      requestKeyFrame: () => {},
      [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
    };
  }
  if (isWhep(target.url)) {
    const source = await WhepSource.open(target, options);
    return {
      video: { codec: source.codec, parameterSets: [] },
      audio: source.audio,
      transport: null,
      isOldEncryption: source.isOldEncryption,
      keepAliveMilliseconds: null,
      play: (sink) => source.play((packet) => sink.packet(packet)),
      hear: (onPacket) => source.hear(onPacket),
      requestKeyFrame: () => source.requestKeyFrame(),
      [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
    };
  }
  if (isWhip(target.url)) {
    const source = await openPublished(target, options);
    return {
      video: { codec: source.codec, parameterSets: [] },
      audio: source.audio,
      transport: null,
      isOldEncryption: false,
      keepAliveMilliseconds: null,
      play: (sink) => source.play((packet) => sink.packet(packet)),
      hear: (onPacket) => source.hear(onPacket),
      requestKeyFrame: () => source.requestKeyFrame(),
      [Symbol.asyncDispose]: async () => source[Symbol.dispose](),
    };
  }
  const session = await RtspSession.open(target, options);
  const { encodingName, parameterSets, clockRate } = session.track;
  return {
    video: { codec: encodingName, parameterSets, clockRate },
    audio: session.audio,
    transport: session.transport,
    isOldEncryption: session.isOldEncryption,
    keepAliveMilliseconds: session.keepAliveMilliseconds,
    play: (sink) => session.play((packet) => sink.packet(packet)),
    hear: (onPacket) => session.hear(onPacket),
    requestKeyFrame: () => {},
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** Asks a camera whether it would play, without opening its stream for longer. @throws GatehouseError as `openSource` */
export async function probeSource(target: SourceTarget, options: { signal: AbortSignal }): Promise<void> {
  if (isHttp(target.url)) {
    await using _source = await HttpSource.open(target, options);
  } else if (isWhep(target.url)) {
    await using _source = await WhepSource.open(target, options);
  } else if (isWhip(target.url)) {
    using _source = await openPublished(target, options);
  } else {
    await probeStream(target, options);
  }
}

async function openPublished(
  { name, publisher }: SourceTarget,
  options: { signal: AbortSignal },
): Promise<PublishedSource> {
  return await PublishedSource.open({ name, publisher: publisher?.() }, options);
}
