import { expect, vi } from 'vitest';
import { GatehouseError } from '../../../main/base/gatehouse-error.ts';
import { parseXml } from '../../../main/base/xml.ts';
import { EventStates } from '../../../main/onvif/event-states.ts';
import type { MediaProfile } from '../../../main/onvif/media.ts';
import { parseNotification } from '../../../main/onvif/notification.ts';
import { OnvifClient } from '../../../main/onvif/onvif-client.ts';
import type { OnvifRequest, OnvifResponse } from '../../../main/onvif/onvif-transport.ts';
import { parseSoap } from '../../../main/onvif/soap-message.ts';
import { testDamagedInput } from '../../support/damaged-input.ts';
import { targetOf } from '../../support/onvif-scene.ts';

/*
 * What an ONVIF device answers. The client is the real one; only the connection below it is stood in for.
 */

let damaged: OnvifResponse;
/** Whether this operation is the one whose answer is damaged. */
let isMeant: (operation: string) => boolean;

vi.mock('../../../main/onvif/onvif-transport.ts', () => ({
  postSoap: async (_address: unknown, { operation }: OnvifRequest): Promise<OnvifResponse> =>
    isMeant(operation)
      ? damaged
      : { status: 200, challenges: [], text: answers[operation] ?? answers.GetServices ?? '' },
}));

const envelope = (body: string) =>
  `<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema"><s:Body>${body}</s:Body></s:Envelope>`;
const answer = (operation: string, content: string) =>
  envelope(`<x:${operation}Response xmlns:x="urn:x">${content}</x:${operation}Response>`);
const service = (namespace: string) =>
  `<x:Service><x:Namespace>http://www.onvif.org/${namespace}</x:Namespace><x:XAddr>http://10.0.0.5/onvif/${namespace.slice(6)}</x:XAddr></x:Service>`;
const date = '<tt:Date><tt:Year>2026</tt:Year><tt:Month>11</tt:Month><tt:Day>27</tt:Day></tt:Date>';
const time = '<tt:Time><tt:Hour>9</tt:Hour><tt:Minute>5</tt:Minute><tt:Second>1</tt:Second></tt:Time>';
const profile = `<x:Profiles token="main"><x:Name>Main</x:Name><x:Configurations><x:VideoSource token="v"><tt:SourceToken>source</tt:SourceToken></x:VideoSource><x:VideoEncoder token="e" GovLength="30"><tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>1280</tt:Width><tt:Height>720</tt:Height></tt:Resolution><tt:RateControl><tt:FrameRateLimit>15</tt:FrameRateLimit><tt:BitrateLimit>2048</tt:BitrateLimit></tt:RateControl></x:VideoEncoder><x:AudioEncoder token="a"><tt:Encoding>G711</tt:Encoding><tt:SampleRate>8</tt:SampleRate></x:AudioEncoder><x:PTZ token="p"><tt:NodeToken>node</tt:NodeToken></x:PTZ></x:Configurations></x:Profiles>`;
const space = '<tt:XRange><tt:Min>-1</tt:Min><tt:Max>1</tt:Max></tt:XRange>';

const answers: Readonly<Record<string, string>> = {
  GetSystemDateAndTime: answer(
    'GetSystemDateAndTime',
    `<x:SystemDateAndTime><tt:UTCDateTime>${time}${date}</tt:UTCDateTime></x:SystemDateAndTime>`,
  ),
  GetServices: answer(
    'GetServices',
    ['ver10/device/wsdl', 'ver10/media/wsdl', 'ver20/media/wsdl', 'ver20/ptz/wsdl', 'ver20/imaging/wsdl']
      .map(service)
      .join(''),
  ),
  GetCapabilities: answer(
    'GetCapabilities',
    '<x:Capabilities><tt:Media><tt:XAddr>http://0.0.0.0/media</tt:XAddr></tt:Media><tt:PTZ><tt:XAddr>x</tt:XAddr></tt:PTZ></x:Capabilities>',
  ),
  GetDeviceInformation: answer(
    'GetDeviceInformation',
    '<x:Manufacturer>A &amp; B</x:Manufacturer><x:Model>1.10</x:Model><x:SerialNumber>007</x:SerialNumber>',
  ),
  GetHostname: answer(
    'GetHostname',
    '<x:HostnameInformation><tt:Name>gate</tt:Name></x:HostnameInformation>',
  ),
  GetScopes: answer(
    'GetScopes',
    '<x:Scopes><tt:ScopeItem>onvif://www.onvif.org/name/Gate%20</tt:ScopeItem></x:Scopes>',
  ),
  GetNetworkInterfaces: answer(
    'GetNetworkInterfaces',
    '<x:NetworkInterfaces><tt:Info><tt:Name>eth0</tt:Name><tt:HwAddress>02:47:48:00:00:07</tt:HwAddress></tt:Info><tt:IPv4><tt:Config><tt:Manual><tt:Address>10.0.0.1</tt:Address></tt:Manual></tt:Config></tt:IPv4></x:NetworkInterfaces>',
  ),
  GetProfiles: answer('GetProfiles', profile),
  GetStreamUri: answer('GetStreamUri', '<x:Uri>rtsp://10.0.0.5:554/main</x:Uri>'),
  GetSnapshotUri: answer('GetSnapshotUri', '<x:MediaUri><tt:Uri>http://10.0.0.5/a.jpg</tt:Uri></x:MediaUri>'),
  GetNodes: answer(
    'GetNodes',
    `<x:PTZNode token="node"><tt:SupportedPTZSpaces><tt:ContinuousPanTiltVelocitySpace>${space}</tt:ContinuousPanTiltVelocitySpace></tt:SupportedPTZSpaces><tt:MaximumNumberOfPresets>16</tt:MaximumNumberOfPresets><tt:HomeSupported>true</tt:HomeSupported></x:PTZNode>`,
  ),
  GetPresets: answer('GetPresets', '<x:Preset token="1"><tt:Name>Gate</tt:Name></x:Preset>'),
  SetPreset: answer('SetPreset', '<x:PresetToken>1</x:PresetToken>'),
  GetStatus: answer(
    'GetStatus',
    '<x:PTZStatus><tt:Position><tt:PanTilt x="0.5" y="-1e-1"/><tt:Zoom x="0"/></tt:Position><tt:MoveStatus><tt:PanTilt>MOVING</tt:PanTilt></tt:MoveStatus></x:PTZStatus>',
  ),
  GetImagingSettings: answer(
    'GetImagingSettings',
    '<x:ImagingSettings><tt:Brightness>50</tt:Brightness><tt:Focus><tt:AutoFocusMode>AUTO</tt:AutoFocusMode></tt:Focus></x:ImagingSettings>',
  ),
  GetOptions: answer(
    'GetOptions',
    '<x:ImagingOptions><tt:Brightness><tt:Min>0</tt:Min><tt:Max>100</tt:Max></tt:Brightness></x:ImagingOptions>',
  ),
};
const fault = envelope(
  '<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">Not &lt;you&gt;</s:Text></s:Reason></s:Fault>',
);

/** The questions by the operation whose answer decides; the clock is read before each. */
const questions: Readonly<Record<string, (client: OnvifClient, signal: AbortSignal) => Promise<unknown>>> = {
  GetServices: ({ device }, signal) => device.services(signal),
  GetCapabilities: ({ device }, signal) => device.services(signal),
  GetDeviceInformation: ({ device }, signal) => device.information(signal),
  GetHostname: ({ device }, signal) => device.hostname(signal),
  GetScopes: ({ device }, signal) => device.scopes(signal),
  GetNetworkInterfaces: ({ device }, signal) => device.networkInterfaces(signal),
  GetProfiles: ({ media }, signal) => media.profiles(signal),
  GetStreamUri: ({ media }, signal) => media.streamUri(main, signal),
  GetSnapshotUri: ({ media }, signal) => media.snapshotUri(main, signal),
  GetNodes: ({ ptz }, signal) => ptz.nodes(signal),
  GetPresets: ({ ptz }, signal) => ptz.presets('main', signal),
  SetPreset: ({ ptz }, signal) => ptz.savePreset('main', 'Gate', null, signal),
  GetStatus: ({ ptz }, signal) => ptz.status('main', signal),
  GetImagingSettings: ({ imaging }, signal) => imaging.settings('source', signal),
  GetOptions: ({ imaging }, signal) => imaging.options('source', signal),
};
const operations = Object.keys(questions);
const main: MediaProfile = {
  ...{ token: 'main', name: 'Main', service: 'media2', videoSource: null, video: null, audio: null },
  ...{ ptzNode: null, ptzConfiguration: null, hasBackChannel: false },
};
const { signal } = new AbortController();

testDamagedInput(
  'answers of ONVIF devices',
  { seed: 2_026, samples: [...Object.values(answers), fault] },
  async (input, random) => {
    const text = input.toString();
    const [, operation] = /[:<](\w+)Response[\s>]/.exec(text) ?? [];
    // A fault, and what has lost its name, is the answer to anything.
    isMeant = (asked) => operation === undefined || asked === operation;
    damaged = {
      status: [200, 200, 200, 400, 401, 500][random(6)] ?? 200,
      challenges: random(3) === 0 ? ['Digest realm="a", nonce="1"'] : [],
      text,
    };
    try {
      const client = await OnvifClient.connect(targetOf('http://10.0.0.1/onvif/device_service'), signal);
      if (!Number.isFinite(client.clockOffset)) expect.fail('a clock that is none');
      const asked =
        operation !== undefined && operation in questions ? operation : operations[random(operations.length)];
      const answered = await questions[asked ?? '']?.(client, signal);
      // Whatever address it names is on the host that was asked.
      if (asked?.endsWith('Uri') && !String(answered).includes('10.0.0.1')) expect.fail(String(answered));
    } catch (error) {
      if (!(error instanceof GatehouseError) || error.code === 'internal') throw error;
    }
  },
);

const message = (topic: string, data: string) =>
  `<w:NotificationMessage><w:Topic>${topic}</w:Topic><w:Message><tt:Message UtcTime="2026-11-27T03:00:00Z" PropertyOperation="Changed"><tt:Source><tt:SimpleItem Name="VideoSource" Value="1"/></tt:Source><tt:Data><tt:SimpleItem Name="${data}" Value="true"/></tt:Data></tt:Message></w:Message></w:NotificationMessage>`;
const states = new EventStates();
let now = 0;

testDamagedInput(
  'notifications',
  {
    seed: 9_2,
    samples: [
      message('tns1:RuleEngine/CellMotionDetector/Motion', 'IsMotion'),
      message('tns1:VideoSource/MotionAlarm', 'State'),
      message('tnsaxis:Device/tnsaxis:IO/Port', 'state'),
    ],
  },
  (input) => {
    const text = input.toString();
    const read = (() => {
      try {
        return parseXml(text);
      } catch (error) {
        if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError)
          throw error;
        return undefined;
      }
    })();
    const notification = read === undefined ? null : parseNotification(read);
    now += 10;
    if (notification !== null && notification.source.length > 200) expect.fail(notification.source);
    if (notification !== null) states.take(notification, 0, now);
  },
);

testDamagedInput(
  'SOAP messages',
  {
    seed: 1_2,
    samples: [
      fault,
      '<Envelope><Body><Fault><faultcode>SOAP-ENV:Client</faultcode><faultstring>no</faultstring></Fault></Body></Envelope>',
      '<a:Envelope xmlns:a="u"><a:Body><b c="d">&#65;&amp;<![CDATA[<&amp;>]]></b></a:Body></a:Envelope>',
    ],
  },
  (input) => {
    try {
      parseSoap(input.toString());
    } catch (error) {
      if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) throw error;
    }
  },
);
