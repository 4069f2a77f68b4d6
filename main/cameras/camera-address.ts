import { parseRtspUrl, type RtspUrl } from '../rtsp/rtsp-url.ts';

const defaultPorts: Readonly<Record<string, number>> = {
  'http://': 80,
  'https://': 443,
  'whep://': 80,
  'wheps://': 443,
  'whip://': 0,
};

/** Whether a camera sends JPEG files over HTTP. */
export function isHttp(url: string): boolean {
  return /^https?:/i.test(url);
}

/** Whether it is asked for its pictures in RTSP, and nothing else. */
export function isRtsp(url: string): boolean {
  return /^rtsps?:/i.test(url);
}

/** Whether a camera is shared by another console, or by anything that speaks WHEP. */
export function isWhep(url: string): boolean {
  return /^wheps?:/i.test(url);
}

/** Whether somebody publishes it here: what stands for its host is the camera itself. */
export function isWhip(url: string): boolean {
  return url.startsWith('whip:');
}

/**
 * Takes the address of a camera apart, whatever it speaks; user and password may be in it as people write them.
 * @throws GatehouseError bad-input; the message never repeats the address, which may hold a password
 */
export function parseCameraAddress(text: string): RtspUrl {
  const trimmed = text.trim();
  const [written] = /^(?:(?:http|whep)s?|whip):\/\//i.exec(trimmed) ?? [];
  if (written === undefined) return parseRtspUrl(trimmed);
  const scheme = written.toLowerCase();
  const parsed = parseRtspUrl(`rtsp://${trimmed.slice(written.length)}`);
  const rest = parsed.url.slice('rtsp://'.length);
  const hasPort = /^[^/?]*:\d+(?:[/?]|$)/.test(rest);
  return {
    ...parsed,
    url: `${scheme}${rest}`,
    port: hasPort ? parsed.port : (defaultPorts[scheme] ?? parsed.port),
  };
}
