import type { OnvifQuirks } from './onvif-quirks.ts';
import { type Node, numberOf, textOf } from './onvif-request.ts';

/** What an ONVIF operation of a virtual device gives: the content of a SOAP body. */
export type Answer = string | OnvifFault;

export class OnvifFault {
  readonly code: 'Sender' | 'Receiver';
  /** `ter:NotAuthorized` */
  readonly subcode: string;
  readonly reason: string;

  constructor(subcode: string, reason: string, code: 'Sender' | 'Receiver' = 'Sender') {
    this.subcode = subcode;
    this.reason = reason;
    this.code = code;
  }
}

/** The streams of one video source. */
export interface OnvifChannel {
  readonly mainUrl: string;
  readonly subUrl: string;
}

/** What the device tells of itself. */
export interface OnvifFacts {
  readonly name: string;
  readonly serialNumber: string;
  readonly mac: string;
  readonly mainUrl: string;
  readonly subUrl: string;
  /** Streams of the second and further video sources. */
  readonly channels: readonly OnvifChannel[];
  readonly gopFrames: number;
  /** Without path: `http://127.0.0.1:8080`. */
  readonly origin: string;
  readonly uuid: string | undefined;
  readonly quirks: OnvifQuirks;
}

export type Service = 'device' | 'media' | 'media2' | 'ptz' | 'imaging' | 'event';

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A URL of the device with another host in it, for devices that do not know their own. */
export function withHost(url: string, host: string | undefined): string {
  if (host === undefined) return url;
  return url.replace(/^([a-z]+:\/\/)(?:\[[^\]]*\]|[^/:]*)/, `$1${host}`);
}

function serviceUrl({ origin, quirks }: OnvifFacts, service: Service): string {
  return withHost(`${origin}/onvif/${service}_service`, quirks.serviceHost);
}

const namespaces: Readonly<Record<Service, string>> = {
  device: 'http://www.onvif.org/ver10/device/wsdl',
  media: 'http://www.onvif.org/ver10/media/wsdl',
  media2: 'http://www.onvif.org/ver20/media/wsdl',
  ptz: 'http://www.onvif.org/ver20/ptz/wsdl',
  imaging: 'http://www.onvif.org/ver20/imaging/wsdl',
  event: 'http://www.onvif.org/ver10/events/wsdl',
};

function isAdvertised(service: Service, { media1, media2, pullPoint }: OnvifQuirks): boolean {
  if (service === 'media') return media1 !== 'absent';
  if (service === 'media2') return media2 !== 'absent';
  return service !== 'event' || pullPoint !== 'unadvertised';
}

/** The device service. @param now the time that the device gives out, milliseconds since 1970 */
export function deviceAnswer(operation: string, facts: OnvifFacts, now: number): Answer | null {
  const { quirks } = facts;
  switch (operation) {
    case 'GetSystemDateAndTime': {
      const time = new Date(now);
      return `<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>UTC0</tt:TZ></tt:TimeZone><tt:UTCDateTime><tt:Time><tt:Hour>${time.getUTCHours()}</tt:Hour><tt:Minute>${time.getUTCMinutes()}</tt:Minute><tt:Second>${time.getUTCSeconds()}</tt:Second></tt:Time><tt:Date><tt:Year>${time.getUTCFullYear()}</tt:Year><tt:Month>${time.getUTCMonth() + 1}</tt:Month><tt:Day>${time.getUTCDate()}</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`;
    }
    case 'GetDeviceInformation':
      return `<tds:GetDeviceInformationResponse><tds:Manufacturer>Gatehouse</tds:Manufacturer><tds:Model>Virtual 1.10</tds:Model><tds:FirmwareVersion>0010</tds:FirmwareVersion><tds:SerialNumber>${facts.serialNumber}</tds:SerialNumber><tds:HardwareId>1e5</tds:HardwareId></tds:GetDeviceInformationResponse>`;
    case 'GetServices': {
      if (quirks.withoutGetServices) return null;
      const services = (Object.keys(namespaces) as Service[])
        .filter((service) => isAdvertised(service, quirks))
        .map(
          (service) =>
            `<tds:Service><tds:Namespace>${namespaces[service]}</tds:Namespace><tds:XAddr>${serviceUrl(facts, service)}</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>`,
        );
      return `<tds:GetServicesResponse>${services.join('')}</tds:GetServicesResponse>`;
    }
    case 'GetCapabilities': {
      const part = (name: string, service: Service, more = '') =>
        isAdvertised(service, quirks)
          ? `<tt:${name}><tt:XAddr>${serviceUrl(facts, service)}</tt:XAddr>${more}</tt:${name}>`
          : '';
      const support =
        '<tt:WSSubscriptionPolicySupport>false</tt:WSSubscriptionPolicySupport><tt:WSPullPointSupport>true</tt:WSPullPointSupport><tt:WSPausableSubscriptionManagerInterfaceSupport>false</tt:WSPausableSubscriptionManagerInterfaceSupport>';
      return `<tds:GetCapabilitiesResponse><tds:Capabilities>${part('Device', 'device')}${part('Events', 'event', support)}${part('Imaging', 'imaging')}${part('Media', 'media', '<tt:StreamingCapabilities/>')}${part('PTZ', 'ptz')}</tds:Capabilities></tds:GetCapabilitiesResponse>`;
    }
    case 'GetEndpointReference':
      return facts.uuid === undefined
        ? null
        : `<tds:GetEndpointReferenceResponse><tds:GUID>urn:uuid:${facts.uuid}</tds:GUID></tds:GetEndpointReferenceResponse>`;
    case 'GetHostname':
      return `<tds:GetHostnameResponse><tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP><tt:Name>${escapeXml(facts.name)}</tt:Name></tds:HostnameInformation></tds:GetHostnameResponse>`;
    case 'GetScopes': {
      const scopes = ['type/video_encoder', 'Profile/Streaming', `name/${encodeURIComponent(facts.name)}`];
      return `<tds:GetScopesResponse>${scopes.map((scope) => `<tds:Scopes><tt:ScopeDef>Configurable</tt:ScopeDef><tt:ScopeItem>onvif://www.onvif.org/${scope}</tt:ScopeItem></tds:Scopes>`).join('')}</tds:GetScopesResponse>`;
    }
    case 'GetNetworkInterfaces':
      return `<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces token="eth0"><tt:Enabled>true</tt:Enabled><tt:Info><tt:Name>eth0</tt:Name><tt:HwAddress>${facts.mac}</tt:HwAddress><tt:MTU>1500</tt:MTU></tt:Info><tt:IPv4><tt:Enabled>true</tt:Enabled><tt:Config><tt:Manual><tt:Address>${new URL(facts.origin).hostname}</tt:Address><tt:PrefixLength>8</tt:PrefixLength></tt:Manual><tt:DHCP>false</tt:DHCP></tt:Config></tt:IPv4></tds:NetworkInterfaces></tds:GetNetworkInterfacesResponse>`;
    default:
      return null;
  }
}

const profiles = [
  { token: 'main', width: 1280, height: 720, kilobits: 2048 },
  { token: 'sub', width: 640, height: 360, kilobits: 512 },
] as const;

/** The profiles of each video source; those of the first are named `main` and `sub` alone. */
function profilesOf({ channels }: OnvifFacts) {
  return [undefined, ...channels].flatMap((channel, index) => {
    const suffix = channel === undefined ? '' : `-${index + 1}`;
    return profiles.map((profile) => ({
      ...profile,
      token: `${profile.token}${suffix}`,
      source: `source${suffix}`,
    }));
  });
}

const framesPerSecond = 15;
const bounds = '<tt:Bounds x="0" y="0" width="1280" height="720"/>';
const multicast =
  '<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address><tt:Port>0</tt:Port><tt:TTL>1</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>';

/** Media1 (Profile S). @param synchronize the next picture shall be a key frame */
export function mediaAnswer(
  operation: string,
  body: Node,
  facts: OnvifFacts,
  synchronize: (profile: 'main' | 'sub') => void,
): Answer | null {
  if (facts.quirks.media1 === 'absent') return null;
  switch (operation) {
    case 'GetProfiles':
      return `<trt:GetProfilesResponse>${profilesOf(facts)
        .map(
          ({ token, source, width, height, kilobits }) =>
            `<trt:Profiles token="${token}" fixed="true"><tt:Name>${token}</tt:Name><tt:VideoSourceConfiguration token="source-configuration"><tt:Name>source</tt:Name><tt:UseCount>2</tt:UseCount><tt:SourceToken>${source}</tt:SourceToken>${bounds}</tt:VideoSourceConfiguration><tt:VideoEncoderConfiguration token="encoder-${token}"><tt:Name>${token}</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height></tt:Resolution><tt:Quality>5</tt:Quality><tt:RateControl><tt:FrameRateLimit>${framesPerSecond}</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>${kilobits}</tt:BitrateLimit></tt:RateControl><tt:H264><tt:GovLength>${facts.gopFrames}</tt:GovLength><tt:H264Profile>High</tt:H264Profile></tt:H264>${multicast}<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration><tt:PTZConfiguration token="ptz-configuration"><tt:Name>ptz</tt:Name><tt:UseCount>2</tt:UseCount><tt:NodeToken>node</tt:NodeToken></tt:PTZConfiguration></trt:Profiles>`,
        )
        .join('')}</trt:GetProfilesResponse>`;
    case 'GetVideoSources':
      return `<trt:GetVideoSourcesResponse><trt:VideoSources token="source"><tt:Framerate>${framesPerSecond}</tt:Framerate><tt:Resolution><tt:Width>1280</tt:Width><tt:Height>720</tt:Height></tt:Resolution></trt:VideoSources></trt:GetVideoSourcesResponse>`;
    case 'GetStreamUri':
    case 'GetSnapshotUri': {
      const uri = uriFor(operation, body, facts);
      return typeof uri === 'string'
        ? `<trt:${operation}Response><trt:MediaUri><tt:Uri>${escapeXml(uri)}</tt:Uri><tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:${operation}Response>`
        : uri;
    }
    case 'SetSynchronizationPoint': {
      const profile = profileOf(body);
      if (profile instanceof OnvifFault) return profile;
      synchronize(profile);
      return '<trt:SetSynchronizationPointResponse/>';
    }
    default:
      return null;
  }
}

/** Media2 (Profile T). */
export function media2Answer(
  operation: string,
  body: Node,
  facts: OnvifFacts,
  synchronize: (profile: 'main' | 'sub') => void,
): Answer | null {
  const { media2 } = facts.quirks;
  if (media2 === 'absent') return null;
  switch (operation) {
    case 'GetProfiles': {
      const isHalf = media2 === 'half' || textOf(body, 'Type') === undefined;
      return `<tr2:GetProfilesResponse>${profilesOf(facts)
        .map(({ token, source, width, height, kilobits }) => {
          const configurations = isHalf
            ? ''
            : `<tr2:Configurations><tr2:VideoSource token="source-configuration"><tt:Name>source</tt:Name><tt:UseCount>2</tt:UseCount><tt:SourceToken>${source}</tt:SourceToken>${bounds}</tr2:VideoSource><tr2:VideoEncoder token="encoder-${token}" GovLength="${facts.gopFrames}" Profile="High"><tt:Name>${token}</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height></tt:Resolution><tt:RateControl ConstantBitRate="false"><tt:FrameRateLimit>${framesPerSecond}</tt:FrameRateLimit><tt:BitrateLimit>${kilobits}</tt:BitrateLimit></tt:RateControl><tt:Quality>5</tt:Quality></tr2:VideoEncoder><tr2:PTZ token="ptz-configuration"><tt:Name>ptz</tt:Name><tt:UseCount>2</tt:UseCount><tt:NodeToken>node</tt:NodeToken></tr2:PTZ></tr2:Configurations>`;
          return `<tr2:Profiles token="${token}" fixed="true"><tr2:Name>${token}</tr2:Name>${configurations}</tr2:Profiles>`;
        })
        .join('')}</tr2:GetProfilesResponse>`;
    }
    case 'GetStreamUri':
    case 'GetSnapshotUri': {
      if (media2 === 'no-streams')
        return new OnvifFault('ter:ActionNotSupported', 'Not implemented', 'Receiver');
      const uri = uriFor(operation, body, facts);
      return typeof uri === 'string'
        ? `<tr2:${operation}Response><tr2:Uri>${escapeXml(uri)}</tr2:Uri></tr2:${operation}Response>`
        : uri;
    }
    case 'SetSynchronizationPoint': {
      const profile = profileOf(body);
      if (profile instanceof OnvifFault) return profile;
      synchronize(profile);
      return '<tr2:SetSynchronizationPointResponse/>';
    }
    default:
      return null;
  }
}

export function profileOf(body: Node): 'main' | 'sub' | OnvifFault {
  const token = textOf(body, 'ProfileToken');
  return token === 'main' || token === 'sub'
    ? token
    : new OnvifFault('ter:InvalidArgVal', 'There is no such profile');
}

function uriFor(operation: string, body: Node, facts: OnvifFacts): string | OnvifFault {
  const [, name, number] = /^(main|sub)-(\d+)$/.exec(textOf(body, 'ProfileToken') ?? '') ?? [];
  const channel = facts.channels[Number(number) - 2];
  if (channel !== undefined)
    return withHost(name === 'main' ? channel.mainUrl : channel.subUrl, facts.quirks.streamHost);
  const profile = profileOf(body);
  if (profile instanceof OnvifFault) return profile;
  const url =
    operation === 'GetSnapshotUri'
      ? `${facts.origin}/snapshot/${profile}.jpg`
      : facts[profile === 'main' ? 'mainUrl' : 'subUrl'];
  return withHost(url, facts.quirks.streamHost);
}

/** What the imaging service can change: 0 … 100. */
export interface Picture {
  brightness: number;
  saturation: number;
  contrast: number;
  sharpness: number;
  focus: 'AUTO' | 'MANUAL';
}

export function imagingAnswer(operation: string, body: Node, picture: Picture): Answer | null {
  if (textOf(body, 'VideoSourceToken') !== 'source') {
    return new OnvifFault('ter:NoSource', 'There is no such video source');
  }
  switch (operation) {
    case 'GetImagingSettings':
      return `<timg:GetImagingSettingsResponse><timg:ImagingSettings><tt:Brightness>${picture.brightness}</tt:Brightness><tt:ColorSaturation>${picture.saturation}</tt:ColorSaturation><tt:Contrast>${picture.contrast}</tt:Contrast><tt:Focus><tt:AutoFocusMode>${picture.focus}</tt:AutoFocusMode></tt:Focus><tt:IrCutFilter>AUTO</tt:IrCutFilter><tt:Sharpness>${picture.sharpness}</tt:Sharpness></timg:ImagingSettings></timg:GetImagingSettingsResponse>`;
    case 'GetOptions': {
      const range = (name: string) => `<tt:${name}><tt:Min>0</tt:Min><tt:Max>100</tt:Max></tt:${name}>`;
      return `<timg:GetOptionsResponse><timg:ImagingOptions>${['Brightness', 'ColorSaturation', 'Contrast', 'Sharpness'].map(range).join('')}</timg:ImagingOptions></timg:GetOptionsResponse>`;
    }
    case 'SetImagingSettings': {
      const read = (name: string) => numberOf(body, 'ImagingSettings', name);
      const wanted = [read('Brightness'), read('ColorSaturation'), read('Contrast'), read('Sharpness')];
      if (wanted.some((value) => value !== undefined && (value < 0 || value > 100))) {
        return new OnvifFault('ter:SettingsInvalid', 'From 0 to 100');
      }
      const [brightness, saturation, contrast, sharpness] = wanted;
      picture.brightness = brightness ?? picture.brightness;
      picture.saturation = saturation ?? picture.saturation;
      picture.contrast = contrast ?? picture.contrast;
      picture.sharpness = sharpness ?? picture.sharpness;
      const focus = textOf(body, 'ImagingSettings', 'Focus', 'AutoFocusMode');
      if (focus === 'AUTO' || focus === 'MANUAL') picture.focus = focus;
      return '<timg:SetImagingSettingsResponse/>';
    }
    case 'Move':
      return '<timg:MoveResponse/>';
    case 'Stop':
      return '<timg:StopResponse/>';
    default:
      return null;
  }
}
