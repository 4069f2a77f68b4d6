import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { type CameraCredentials, CredentialCheck } from './credentials.ts';
import {
  type Answer,
  deviceAnswer,
  imagingAnswer,
  media2Answer,
  mediaAnswer,
  type OnvifChannel,
  type OnvifFacts,
  OnvifFault,
  type Picture,
  withHost,
} from './onvif-answers.ts';
import { Motor } from './onvif-motor.ts';
import { type Preset, ptzAnswer } from './onvif-ptz-answers.ts';
import { type DeviceEvent, PullPoints } from './onvif-pull-points.ts';
import type { OnvifQuirks } from './onvif-quirks.ts';
import { numberOf, type OnvifRequest, readRequest, TokenCheck, textOf } from './onvif-request.ts';
import { sendStrangely } from './onvif-strange-answers.ts';

/** What an ONVIF device needs of the virtual camera that it belongs to. */
export interface OnvifCamera {
  readonly name: string;
  readonly index: number;
  readonly mainUrl: string;
  readonly subUrl: string;
  readonly gopFrames: number;
  /** A viewer wants a key frame. */
  synchronize(profile: 'main' | 'sub'): void;
}

export interface OnvifDeviceOptions {
  readonly camera: OnvifCamera;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly account?: { readonly username: string; readonly password: string } | undefined;
  /** How it wants to be told who asks; either way when left out. */
  readonly authentication?: 'http-digest' | 'username-token' | 'either';
  readonly quirks?: OnvifQuirks;
  /** Key and certificate, for HTTPS. */
  readonly security?: https.ServerOptions;
  /** Its endpoint reference; left out, it does not tell it, as older devices do. */
  readonly uuid?: string;
  /** Of a recorder: the streams of its second and further video sources. */
  readonly channels?: readonly OnvifChannel[];
  /** Sees each message as it came. */
  readonly onRequest?: (text: string) => void;
}

/** What a virtual device can report. */
export type ReportKind = 'motion' | 'tamper' | 'input' | 'line-crossing';

const maximumRequestBytes = 64 * 1024;
const maximumPullMilliseconds = 20_000;
const usualLifeSeconds = 60;

/**
 * The ONVIF device of a virtual camera: device, Media1, Media2, PTZ, imaging and events by pull point over HTTP, with HTTP
 * Digest and WS-UsernameToken, and with the faults of real devices at hand.
 */
export class OnvifDevice implements AsyncDisposable {
  readonly motor: Motor = new Motor();
  readonly pullPoints: PullPoints = new PullPoints();
  readonly picture: Picture = { brightness: 50, saturation: 50, contrast: 50, sharpness: 50, focus: 'AUTO' };
  /** Operations that were asked for, the newest last; at most 1,000. */
  readonly asked: string[] = [];
  readonly #options: OnvifDeviceOptions;
  readonly #server: http.Server | https.Server;
  readonly #presets = new Map<string, Preset>();
  readonly #digest: CredentialCheck | undefined;
  readonly #token: TokenCheck | undefined;
  readonly #closing = new AbortController();
  readonly #states = new Map<ReportKind, boolean>();
  /** May be changed while it runs. */
  quirks: OnvifQuirks;

  private constructor(options: OnvifDeviceOptions) {
    const { account, authentication = 'either' } = options;
    this.#options = options;
    this.quirks = options.quirks ?? {};
    if (account !== undefined) {
      const credentials: CameraCredentials = { scheme: 'digest-md5', ...account };
      if (authentication !== 'username-token') this.#digest = new CredentialCheck(credentials);
      if (authentication !== 'http-digest') this.#token = new TokenCheck(account);
    }
    const serve: http.RequestListener = (request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    };
    const { security } = options;
    this.#server = security === undefined ? http.createServer(serve) : https.createServer(security, serve);
  }

  static async start(options: OnvifDeviceOptions): Promise<OnvifDevice> {
    const device = new OnvifDevice(options);
    device.#server.listen(options.port, options.host);
    await once(device.#server, 'listening');
    return device;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : this.#options.port;
  }

  get origin(): string {
    return `${this.#options.security === undefined ? 'http' : 'https'}://${this.#options.host}:${this.port}`;
  }

  /** Of the device service. */
  get url(): string {
    return `${this.origin}/onvif/device_service`;
  }

  /** Tells who has subscribed. @param isOn nothing for what has no state */
  report(kind: ReportKind, isOn: boolean): void {
    if (this.quirks.endlessMotion === true && kind === 'motion' && !isOn) return;
    this.#states.set(kind, isOn);
    this.pullPoints.report(this.#event(kind, isOn, 'Changed'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.pullPoints[Symbol.dispose]();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** The time by which it checks UsernameTokens. */
  get #now(): number {
    return Date.now() + (this.quirks.clockSkewMilliseconds ?? 0);
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maximumRequestBytes) {
        request.destroy();
        return;
      }
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString('utf8');
    this.#options.onRequest?.(text);
    const soap = readRequest(text);
    if (soap === null) {
      response.writeHead(400).end();
      return;
    }
    this.asked.push(soap.operation);
    if (this.asked.length > 1_000) this.asked.shift();
    const isClock = soap.operation === 'GetSystemDateAndTime';
    const { answer: strange } = this.quirks;
    if (strange !== undefined && !isClock) {
      await sendStrangely(strange, response, this.#closing.signal);
      return;
    }
    const mayAnybodyAsk = isClock && this.quirks.clockNeedsCredentials !== true;
    if (!mayAnybodyAsk && !this.#isAllowed(request, soap)) {
      this.#refuse(response);
      return;
    }
    const url = request.url ?? '';
    const answer =
      (await this.#answer(url, soap)) ??
      new OnvifFault('ter:ActionNotSupported', `No ${soap.operation}`, 'Receiver');
    this.#send(response, answer);
  }

  #isAllowed({ headers, method = '', url = '' }: http.IncomingMessage, { header }: OnvifRequest): boolean {
    if (this.#digest === undefined && this.#token === undefined) return true;
    if (this.#token?.accepts(header, this.#now) === true) return true;
    return this.#digest?.check(headers.authorization, method, url) === 'accepted';
  }

  #refuse(response: http.ServerResponse): void {
    const fault = new OnvifFault('ter:NotAuthorized', 'Sender not authorized');
    if (this.#digest === undefined) this.#send(response, fault);
    else this.#send(response, fault, 401, { 'www-authenticate': this.#digest.challenge('refused') });
  }

  #send(
    response: http.ServerResponse,
    answer: Answer,
    status: number = typeof answer === 'string' ? 200 : answer.code === 'Sender' ? 400 : 500,
    headers: Record<string, string> = {},
  ): void {
    const body = typeof answer === 'string' ? answer : this.#fault(answer);
    response.writeHead(status, { 'content-type': 'application/soap+xml; charset=utf-8', ...headers });
    response.end(envelope(body));
  }

  #fault({ code, subcode, reason }: OnvifFault): string {
    if (this.quirks.soap11Faults === true) {
      return `<SOAP-ENV:Fault><faultcode>${subcode}</faultcode><faultstring>${reason}</faultstring></SOAP-ENV:Fault>`;
    }
    return `<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:${code}</SOAP-ENV:Value><SOAP-ENV:Subcode><SOAP-ENV:Value>${subcode}</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason><SOAP-ENV:Text xml:lang="en">${reason}</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>`;
  }

  async #answer(url: string, request: OnvifRequest): Promise<Answer | null> {
    const { operation, body } = request;
    const { camera } = this.#options;
    const synchronize = (profile: 'main' | 'sub') => camera.synchronize(profile);
    switch (url) {
      case '/onvif/device_service': {
        const zone = (this.quirks.localTimeAsUtcMinutes ?? 0) * 60_000;
        const answer = deviceAnswer(operation, this.#facts, this.#now + zone);
        // A device that does not say where its events are takes them here.
        return answer ?? (await this.#eventAnswer(url, request));
      }
      case '/onvif/media_service':
        return mediaAnswer(operation, body, this.#facts, synchronize);
      case '/onvif/media2_service':
        return media2Answer(operation, body, this.#facts, synchronize);
      case '/onvif/ptz_service':
        return ptzAnswer(operation, body, this.motor, this.#presets, performance.now());
      case '/onvif/imaging_service':
        return imagingAnswer(operation, body, this.picture);
      default:
        return await this.#eventAnswer(url, request);
    }
  }

  async #eventAnswer(url: string, { operation, body, header }: OnvifRequest): Promise<Answer | null> {
    if (this.quirks.pullPoint === 'absent') return null;
    const id = this.quirks.subscriptionsByParameter
      ? (textOf(header, 'SubscriptionId') ?? '')
      : (/^\/onvif\/subscription\/(\d+)$/.exec(url)?.[1] ?? '');
    const gone = new OnvifFault('wsrf-rw:ResourceUnknownFault', 'There is no such subscription');
    const times = (seconds: number) =>
      `<wsnt:TerminationTime>${new Date(this.#now + seconds * 1_000).toISOString()}</wsnt:TerminationTime><wsnt:CurrentTime>${new Date(this.#now).toISOString()}</wsnt:CurrentTime>`;
    switch (operation) {
      case 'CreatePullPointSubscription': {
        const seconds = secondsOf(textOf(body, 'InitialTerminationTime')) ?? usualLifeSeconds;
        const initial = (['motion', 'tamper', 'input'] as const).map((kind) =>
          this.#event(kind, this.#states.get(kind) ?? false, 'Initialized'),
        );
        const created = this.pullPoints.create(initial, seconds);
        if (created === null)
          return new OnvifFault('ter:MaxPullPoints', 'Too many subscriptions', 'Receiver');
        const { serviceHost } = this.quirks;
        const [path, parameters] = this.quirks.subscriptionsByParameter
          ? [
              'event_service',
              `<wsa5:ReferenceParameters><dom0:SubscriptionId xmlns:dom0="http://gatehouse.example/event">${created}</dom0:SubscriptionId></wsa5:ReferenceParameters>`,
            ]
          : [`subscription/${created}`, ''];
        return `<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference><wsa5:Address>${withHost(`${this.origin}/onvif/${path}`, serviceHost)}</wsa5:Address>${parameters}</tev:SubscriptionReference>${reversed(times(seconds))}</tev:CreatePullPointSubscriptionResponse>`;
      }
      case 'PullMessages': {
        const limit = numberOf(body, 'MessageLimit') ?? 1;
        const asked = (secondsOf(textOf(body, 'Timeout')) ?? 0) * 1_000;
        const wait = this.quirks.impatientPull === true ? 0 : Math.min(asked, maximumPullMilliseconds);
        const events = await this.pullPoints.pull(id, limit, wait, this.#closing.signal);
        if (events === null) return gone;
        return `<tev:PullMessagesResponse><tev:CurrentTime>${new Date(this.#now).toISOString()}</tev:CurrentTime><tev:TerminationTime>${new Date(this.#now + usualLifeSeconds * 1_000).toISOString()}</tev:TerminationTime>${events.map(message).join('')}</tev:PullMessagesResponse>`;
      }
      case 'Renew': {
        if (this.quirks.withoutRenew === true) return null;
        const seconds = secondsOf(textOf(body, 'TerminationTime')) ?? usualLifeSeconds;
        return this.pullPoints.renew(id, seconds)
          ? `<wsnt:RenewResponse>${times(seconds)}</wsnt:RenewResponse>`
          : gone;
      }
      case 'Unsubscribe':
        return this.pullPoints.remove(id) ? '<wsnt:UnsubscribeResponse/>' : gone;
      default:
        return null;
    }
  }

  get #facts(): OnvifFacts {
    const { index, name, mainUrl, subUrl, gopFrames } = this.#options.camera;
    const number = index.toString(16).padStart(4, '0');
    return {
      name,
      mainUrl,
      subUrl,
      gopFrames,
      serialNumber: `GH${String(index).padStart(6, '0')}`,
      // Locally administered: no maker's.
      mac: `02:47:48:00:${number.slice(0, 2)}:${number.slice(2)}`,
      origin: this.origin,
      uuid: this.#options.uuid,
      channels: this.#options.channels ?? [],
      quirks: this.quirks,
    };
  }

  #event(kind: ReportKind, isOn: boolean, operation: DeviceEvent['operation']): DeviceEvent {
    const at = this.#now;
    switch (kind) {
      case 'motion':
        return {
          topic: 'tns1:RuleEngine/CellMotionDetector/Motion',
          source: ['VideoSourceConfigurationToken', 'source-configuration'],
          data: ['IsMotion', String(isOn)],
          operation,
          at,
        };
      case 'tamper':
        return {
          topic: 'tns1:VideoSource/GlobalSceneChange/ImagingService',
          source: ['Source', 'source'],
          data: ['State', String(isOn)],
          operation,
          at,
        };
      case 'input':
        return {
          topic: 'tns1:Device/Trigger/DigitalInput',
          source: ['InputToken', 'input-1'],
          data: ['LogicalState', String(isOn)],
          operation,
          at,
        };
      case 'line-crossing':
        return {
          topic: 'tns1:RuleEngine/LineDetector/Crossed',
          source: ['Rule', 'Door'],
          data: ['ObjectId', '15'],
          operation,
          at,
        };
      default:
        return kind satisfies never;
    }
  }
}

function envelope(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa5="http://www.w3.org/2005/08/addressing" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:wsrf-rw="http://docs.oasis-open.org/wsrf/rw-2" xmlns:ter="http://www.onvif.org/ver10/error" xmlns:tns1="http://www.onvif.org/ver10/topics" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tr2="http://www.onvif.org/ver20/media/wsdl" xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl" xmlns:timg="http://www.onvif.org/ver20/imaging/wsdl" xmlns:tev="http://www.onvif.org/ver10/events/wsdl"><SOAP-ENV:Body>${body}</SOAP-ENV:Body></SOAP-ENV:Envelope>`;
}

function message({ topic, source, data, operation, at }: DeviceEvent): string {
  const item = ([name, value]: readonly [string, string]) =>
    `<tt:SimpleItem Name="${name}" Value="${value}"/>`;
  return `<wsnt:NotificationMessage><wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">${topic}</wsnt:Topic><wsnt:Message><tt:Message UtcTime="${new Date(at).toISOString()}" PropertyOperation="${operation}"><tt:Source>${item(source)}</tt:Source><tt:Data>${item(data)}</tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>`;
}

/** `PT60S` → 60 */
function secondsOf(duration: string | undefined): number | undefined {
  const seconds = /^PT(\d+)S$/.exec(duration ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

/** The answer to a new subscription has the two times the other way round (event.wsdl). */
function reversed(times: string): string {
  return times.replace(/^(<wsnt:TerminationTime>.*<\/wsnt:TerminationTime>)(.*)$/, '$2$1');
}
