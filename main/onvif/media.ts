import { find, findAll, textAt, type Xml, type XmlElement, xml } from '../base/xml.ts';
import { serviceAddress, streamAddress } from './onvif-address.ts';
import type { OnvifCaller } from './onvif-caller.ts';
import { isAboutThis, type OnvifDevice, serviceNamespaces } from './onvif-device.ts';
import { notSupported, onvifFailed } from './onvif-errors.ts';
import { decimal, orNull, shortText, token, wholeNumber } from './onvif-values.ts';

type MediaService = 'media2' | 'media';

export interface VideoEncoding {
  /** As the device names it: `H264`, `H265`, `JPEG`. */
  readonly codec: string;
  /** Pixels. */
  readonly width: number | null;
  readonly height: number | null;
  readonly framesPerSecond: number | null;
  readonly kilobitsPerSecond: number | null;
  /** Frames from key frame to key frame. */
  readonly gopFrames: number | null;
}

export interface AudioEncoding {
  /** As the device names it: `G711`, `PCMU`, `AAC`. */
  readonly codec: string;
  readonly kilohertz: number | null;
  readonly kilobitsPerSecond: number | null;
}

/** One way in which the device sends its picture. */
export interface MediaProfile {
  readonly token: string;
  readonly name: string;
  /** Where it was found: Media2 (Profile T) or Media1 (Profile S). */
  readonly service: MediaService;
  readonly videoSource: string | null;
  readonly video: VideoEncoding | null;
  readonly audio: AudioEncoding | null;
  /** The PTZ node that moves this picture; null when it cannot be moved. */
  readonly ptzNode: string | null;
  readonly ptzConfiguration: string | null;
  /** Whether the device takes sound for its loudspeaker in this profile. */
  readonly hasBackChannel: boolean;
}

const maximumProfiles = 256;

/** Streams: the Media2 service, and Media1 where that is absent or only half there. */
export class OnvifMedia {
  readonly #caller: OnvifCaller;
  readonly #device: OnvifDevice;

  constructor(caller: OnvifCaller, device: OnvifDevice) {
    this.#caller = caller;
    this.#device = device;
  }

  /** In the order of the device; at least one has video. @throws GatehouseError onvif-failed, onvif-not-supported */
  async profiles(signal: AbortSignal): Promise<MediaProfile[]> {
    return await this.#first(['media2', 'media'], 'streams', signal, async (service) => {
      const body =
        service === 'media2'
          ? xml`<tr2:GetProfiles><tr2:Type>All</tr2:Type></tr2:GetProfiles>`
          : xml`<trt:GetProfiles/>`;
      const answer = await this.#call(service, 'GetProfiles', body, signal);
      const profiles = findAll(answer, 'Profiles')
        .slice(0, maximumProfiles)
        .flatMap((profile) => (service === 'media2' ? media2Profile(profile) : media1Profile(profile)));
      // Media2 that is half there (early Profile T firmware) names profiles without what is in them.
      return profiles.some(({ video }) => video !== null) ? profiles : null;
    });
  }

  /** RTSP over unicast, on the host that was connected to, without user and password. */
  async streamUri(profile: MediaProfile, signal: AbortSignal): Promise<string> {
    const order = orderFor(profile);
    return await this.#first(order, 'streams of this profile', signal, async (service) => {
      const body =
        service === 'media2'
          ? xml`<tr2:GetStreamUri><tr2:Protocol>RTSP</tr2:Protocol><tr2:ProfileToken>${profile.token}</tr2:ProfileToken></tr2:GetStreamUri>`
          : xml`<trt:GetStreamUri><trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></trt:StreamSetup><trt:ProfileToken>${profile.token}</trt:ProfileToken></trt:GetStreamUri>`;
      const named = uriOf(await this.#call(service, 'GetStreamUri', body, signal));
      return named === undefined ? null : streamAddress(named, this.#caller.target.url);
    });
  }

  /** A JPEG of this moment over HTTP, on the host that was connected to. */
  async snapshotUri(profile: MediaProfile, signal: AbortSignal): Promise<string> {
    return await this.#first(orderFor(profile), 'snapshots', signal, async (service) => {
      const body =
        service === 'media2'
          ? xml`<tr2:GetSnapshotUri><tr2:ProfileToken>${profile.token}</tr2:ProfileToken></tr2:GetSnapshotUri>`
          : xml`<trt:GetSnapshotUri><trt:ProfileToken>${profile.token}</trt:ProfileToken></trt:GetSnapshotUri>`;
      const named = uriOf(await this.#call(service, 'GetSnapshotUri', body, signal));
      if (named === undefined || !/^https?:\/\//i.test(named)) return null;
      return serviceAddress(named, this.#caller.target.url).href;
    });
  }

  /** Asks for a key frame in all streams of the profile, as soon as the device can. */
  async synchronize(profile: MediaProfile, signal: AbortSignal): Promise<void> {
    await this.#first(orderFor(profile), 'key frames on demand', signal, async (service) => {
      const body =
        service === 'media2'
          ? xml`<tr2:SetSynchronizationPoint><tr2:ProfileToken>${profile.token}</tr2:ProfileToken></tr2:SetSynchronizationPoint>`
          : xml`<trt:SetSynchronizationPoint><trt:ProfileToken>${profile.token}</trt:ProfileToken></trt:SetSynchronizationPoint>`;
      return await this.#call(service, 'SetSynchronizationPoint', body, signal);
    });
  }

  /** The first service that gives something; a device that refuses one question may answer the other service's. */
  async #first<Value>(
    order: readonly MediaService[],
    what: string,
    signal: AbortSignal,
    ask: (service: MediaService) => Promise<Value | null>,
  ): Promise<Value> {
    const services = await this.#device.services(signal);
    const there = order.filter((service) => services.has(service));
    let failure: unknown = notSupported(this.#caller.address, what);
    for (const service of there) {
      try {
        const value = await ask(service);
        if (value !== null) return value;
        failure = onvifFailed(this.#caller.address, `names no ${what}`);
      } catch (error) {
        if (!isAboutThis(error)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  async #call(service: MediaService, operation: string, body: Xml, signal: AbortSignal): Promise<XmlElement> {
    const url = await this.#device.service(service, signal);
    return await this.#caller.call({ url, operation, namespace: serviceNamespaces[service], body, signal });
  }
}

/** The service that the profile was found in first; its token usually means the same to the other. */
function orderFor({ service }: MediaProfile): readonly MediaService[] {
  return service === 'media2' ? ['media2', 'media'] : ['media', 'media2'];
}

/** Media2 gives the address alone, Media1 with how long it is good for. */
function uriOf(answer: XmlElement): string | undefined {
  return textAt(answer, 'Uri') ?? textAt(answer, 'MediaUri', 'Uri');
}

function media2Profile(profile: XmlElement): MediaProfile[] {
  const parts = find(profile, 'Configurations');
  return profileOf(profile, 'media2', {
    source: find(parts, 'VideoSource'),
    video: find(parts, 'VideoEncoder'),
    audio: find(parts, 'AudioEncoder'),
    ptz: find(parts, 'PTZ'),
    loudspeaker: find(parts, 'AudioOutput') ?? find(parts, 'AudioDecoder'),
  });
}

function media1Profile(profile: XmlElement): MediaProfile[] {
  const more = find(profile, 'Extension');
  return profileOf(profile, 'media', {
    source: find(profile, 'VideoSourceConfiguration'),
    video: find(profile, 'VideoEncoderConfiguration'),
    audio: find(profile, 'AudioEncoderConfiguration'),
    ptz: find(profile, 'PTZConfiguration'),
    loudspeaker: find(more, 'AudioOutputConfiguration') ?? find(more, 'AudioDecoderConfiguration'),
  });
}

/** None when it has no token: it could not be asked for. */
function profileOf(
  profile: XmlElement,
  service: MediaService,
  parts: Readonly<Record<'source' | 'video' | 'audio' | 'ptz' | 'loudspeaker', XmlElement | undefined>>,
): MediaProfile[] {
  const profileToken = orNull(token, profile.attributes.get('token'));
  if (profileToken === null) return [];
  return [
    {
      token: profileToken,
      name: orNull(shortText, textAt(profile, 'Name')) ?? profileToken,
      service,
      videoSource: orNull(token, textAt(parts.source, 'SourceToken')),
      video: parts.video === undefined ? null : videoOf(parts.video),
      audio: parts.audio === undefined ? null : audioOf(parts.audio),
      ptzNode: orNull(token, textAt(parts.ptz, 'NodeToken')),
      ptzConfiguration: orNull(token, parts.ptz?.attributes.get('token')),
      hasBackChannel: parts.loudspeaker !== undefined,
    },
  ];
}

function videoOf(encoder: XmlElement): VideoEncoding | null {
  const codec = orNull(shortText, textAt(encoder, 'Encoding'));
  if (codec === null) return null;
  // Media2 has the length of the GOP in an attribute, Media1 in an element that is named for the codec.
  const gop =
    encoder.attributes.get('GovLength') ??
    textAt(encoder, 'H264', 'GovLength') ??
    textAt(encoder, 'MPEG4', 'GovLength');
  return {
    codec,
    width: orNull(wholeNumber, textAt(encoder, 'Resolution', 'Width')),
    height: orNull(wholeNumber, textAt(encoder, 'Resolution', 'Height')),
    framesPerSecond: orNull(decimal, textAt(encoder, 'RateControl', 'FrameRateLimit')),
    kilobitsPerSecond: orNull(wholeNumber, textAt(encoder, 'RateControl', 'BitrateLimit')),
    gopFrames: orNull(wholeNumber, gop),
  };
}

function audioOf(encoder: XmlElement): AudioEncoding | null {
  const codec = orNull(shortText, textAt(encoder, 'Encoding'));
  if (codec === null) return null;
  return {
    codec,
    kilohertz: orNull(wholeNumber, textAt(encoder, 'SampleRate')),
    kilobitsPerSecond: orNull(wholeNumber, textAt(encoder, 'Bitrate')),
  };
}
