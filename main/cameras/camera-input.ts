import { GatehouseError } from '../base/gatehouse-error.ts';
import { Secret } from '../base/secret.ts';
import type { CameraConnection, CameraEdit, CameraInput } from '../contract/camera.ts';
import { parseOnvifAddress } from '../onvif/onvif-address.ts';
import type { RtspUrl } from '../rtsp/rtsp-url.ts';
import type { NewCamera, StoredCamera } from '../store/camera-table.ts';
import { parseCameraAddress } from './camera-address.ts';

/** What a person typed, as it will be stored. @throws GatehouseError bad-input */
export function newCamera(input: CameraInput, connection: CameraConnection): NewCamera {
  const main = parseAddress('mainUrl', input.mainUrl);
  const sub = input.subUrl === null ? null : parseAddress('subUrl', input.subUrl);
  return {
    name: input.name,
    group: input.group,
    mainUrl: main.url,
    subUrl: sub === null || isSameStream(sub.url, main.url) ? null : sub.url,
    onvifUrl: onvifAddress(input.onvifUrl ?? null)?.href ?? null,
    ...credentials(input, main, sub),
    connection: input.connection ?? connection,
    transport: input.transport ?? 'automatic',
    workingTransport: null,
    certificate: input.certificate ?? null,
    digestOnly: false,
    mayStandStill: input.mayStandStill ?? false,
    number: input.number,
  };
}

/**
 * A stored camera with what a person changed. A stored password stays with the host that it was typed for: whoever may
 * change an address must not be able to have the password sent to a host of their own.
 * @throws GatehouseError bad-input
 */
export function editedCamera(stored: StoredCamera, edit: Omit<CameraEdit, 'id'>): StoredCamera {
  const main = parseAddress('mainUrl', edit.mainUrl ?? stored.mainUrl);
  const subText = edit.subUrl === undefined ? stored.subUrl : edit.subUrl;
  const sub = subText === null ? null : parseAddress('subUrl', subText);
  const onvif = onvifAddress(edit.onvifUrl === undefined ? stored.onvifUrl : edit.onvifUrl);
  const typed = credentials(
    { username: edit.username ?? undefined, password: edit.password ?? undefined },
    main,
    sub,
  );
  const keepsPassword = edit.password === undefined && typed.password === null;
  if (keepsPassword && stored.password !== null) {
    refuseOtherHost('mainUrl', stored, main.host);
    if (sub !== null) refuseOtherHost('subUrl', stored, sub.host);
    if (onvif !== null) refuseOtherHost('onvifUrl', stored, hostOf(onvif));
  }
  return {
    ...stored,
    name: edit.name ?? stored.name,
    number: edit.number ?? stored.number,
    group: edit.group ?? stored.group,
    mainUrl: main.url,
    subUrl: sub === null || isSameStream(sub.url, main.url) ? null : sub.url,
    onvifUrl: onvif?.href ?? null,
    username: edit.username === null ? null : (typed.username ?? stored.username),
    password: keepsPassword ? stored.password : typed.password,
    connection: edit.connection ?? stored.connection,
    transport: edit.transport ?? stored.transport,
    // Another camera, or another wish: what worked before may not now.
    workingTransport:
      main.url === stored.mainUrl && (edit.transport ?? stored.transport) === stored.transport
        ? stored.workingTransport
        : null,
    certificate: edit.certificate === undefined ? stored.certificate : edit.certificate,
    // Who types the password says that this is the camera.
    digestOnly: stored.digestOnly && keepsPassword,
    mayStandStill: edit.mayStandStill ?? stored.mayStandStill,
  };
}

/** A stored camera whose device is at another address now: everything that was on the host of its main stream moves along. */
export function relocatedCamera(stored: StoredCamera, address: string, digestOnly: boolean): StoredCamera {
  const { mainUrl, subUrl, onvifUrl } = stored;
  const before = parseCameraAddress(mainUrl).host.toLowerCase();
  const moved = (url: string) => (hostIn(url) === before ? withHost(url, address) : url);
  return {
    ...stored,
    mainUrl: withHost(mainUrl, address),
    subUrl: subUrl === null ? null : moved(subUrl),
    onvifUrl: onvifUrl === null ? null : moved(onvifUrl),
    digestOnly,
  };
}

const hostPattern = /^([a-z]+:\/\/)(\[[^\]]*\]|[^/:?]*)/i;

function hostIn(url: string): string {
  return (hostPattern.exec(url)?.[2] ?? '').replace(/^\[|\]$/g, '').toLowerCase();
}

function withHost(url: string, host: string): string {
  return url.replace(
    hostPattern,
    (_all, scheme: string) => scheme + (host.includes(':') ? `[${host}]` : host),
  );
}

/** @throws GatehouseError bad-input that names the field */
export function parseAddress(field: string, text: string): RtspUrl {
  try {
    return parseCameraAddress(text);
  } catch (error) {
    throw GatehouseError.ofField(field, GatehouseError.from(error).message);
  }
}

/** @throws GatehouseError bad-input that names the field */
export function onvifAddress(text: string | null): URL | null {
  if (text === null) return null;
  try {
    return parseOnvifAddress(text);
  } catch (error) {
    throw GatehouseError.ofField('onvifUrl', GatehouseError.from(error).message);
  }
}

/** As in an RTSP address: without brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** Whether two addresses lead to the same stream. */
function isSameStream(a: string, b: string): boolean {
  return streamKey(a) === streamKey(b);
}

/** The same for all ways of writing one address: names of hosts have no case, and the usual port need not be said. */
export function streamKey(url: string): string {
  const { host, port, url: whole } = parseCameraAddress(url);
  const path = whole.replace(/^[a-z]+:\/\/[^/?]*/, '');
  return `${host.toLowerCase()} ${port} ${path === '' ? '/' : path}`;
}

/** Whether the password of a stored camera was typed for this host: it goes to no other one. */
export function isHostOf({ mainUrl, subUrl, onvifUrl }: StoredCamera, host: string): boolean {
  const hosts = [mainUrl, ...(subUrl === null ? [] : [subUrl])].map((url) => parseCameraAddress(url).host);
  if (onvifUrl !== null) hosts.push(hostOf(new URL(onvifUrl)));
  return hosts.some((known) => known.toLowerCase() === host.toLowerCase());
}

/** What was typed into a field for a password; null when nothing was. */
export function typedPassword(text: string | undefined): Secret | null {
  return text === undefined || text === '' ? null : new Secret(text);
}

/** User and password from their own fields, else from the addresses. */
function credentials(
  input: { username?: string | undefined; password?: string | undefined },
  main: RtspUrl,
  sub: RtspUrl | null,
): { username: string | null; password: Secret | null } {
  const username = input.username ?? main.username ?? sub?.username ?? null;
  return {
    username: username === '' ? null : username,
    password: typedPassword(input.password) ?? main.password ?? sub?.password ?? null,
  };
}

function refuseOtherHost(field: 'mainUrl' | 'subUrl' | 'onvifUrl', stored: StoredCamera, host: string): void {
  if (isHostOf(stored, host)) return;
  throw new GatehouseError(
    'bad-input',
    `${host} is not the host that the password of ${stored.name} was typed for. Type the password again.`,
    {
      issues: [
        { path: 'password', message: 'Type the password again: the address is on another host now.' },
        { path: field, message: `${host} is another host than before.` },
      ],
    },
  );
}
