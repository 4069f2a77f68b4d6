import { errorCode } from '../base/error-code.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { CameraCertificate } from '../contract/camera.ts';
import type { RtspResponse } from './rtsp-message.ts';

/** Who is spoken to: never with user or password. */
export interface CameraAddress {
  /** The camera's name. */
  readonly name: string;
  /** Name, IPv4 or IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

const maximumQuotedCharacters = 80;
const busyAdvice = 'Close other programs that watch it; it is asked again in a while.';
/** For a camera that was followed to its address: anybody there may have wished to read its password. */
export const digestOnlyAdvice =
  'It wants the password in clear text, at an address to which it was followed by itself. If this is the camera, type its password again in its settings.';
const pathAdvice = "Look up the path of a video stream in the camera's manual.";

/** Sentences that say which camera, what failed and what to do next, in this order. */
export function cameraError(
  code: GatehouseError['code'],
  address: CameraAddress,
  sentence: string,
  cause?: unknown,
  certificate?: CameraCertificate,
): GatehouseError {
  const { name, host, port } = address;
  const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  // A camera that is only being tried has no name but its host.
  const who = name === host ? at : `${name} (${at})`;
  const asked = certificate === undefined ? {} : { certificate };
  return new GatehouseError(code, `${who} ${sentence}`, { camera: name, cause, ...asked });
}

/**
 * @param cause what the socket said; undefined when it said nothing in time
 * @param service what the camera should speak there
 */
export function unreachable(address: CameraAddress, cause?: unknown, service = 'RTSP'): GatehouseError {
  const { host, port } = address;
  const reasons: Record<string, string> = {
    ETIMEDOUT: 'does not answer. Check that it has power and is on this network.',
    ECONNREFUSED: `refuses connections on port ${port}. Check the port, and that ${service} is switched on in the camera.`,
    ECONNRESET: `refuses connections on port ${port}. Check the port, and that ${service} is switched on in the camera.`,
    ENOTFOUND: `cannot be found: nobody on this network knows the name ${host}. Check it, or use the IP address.`,
    EAI_AGAIN: `cannot be found: names cannot be looked up now. Check the network, or use the IP address.`,
    EHOSTUNREACH: 'cannot be reached from here. Check its network cable and its address.',
    ENETUNREACH: 'is on a network that cannot be reached from here. Check the network of this computer.',
  };
  const code = cause === undefined ? 'ETIMEDOUT' : (errorCode(cause) ?? 'unknown error');
  const sentence = reasons[code] ?? `cannot be reached (${code}). Check its address and the network.`;
  return cameraError('camera-unreachable', address, sentence, cause);
}

export function closedConnection(address: CameraAddress, cause?: unknown): GatehouseError {
  const sentence = 'closed the connection. It may be restarting, or too many programs watch it at once.';
  return cameraError('camera-closed-connection', address, sentence, cause);
}

export function noAnswer(address: CameraAddress, method: string, seconds: number): GatehouseError {
  const sentence = `is connected but did not answer ${method} within ${seconds} s. If it goes on, restart the camera.`;
  return cameraError('camera-silent', address, sentence);
}

export function noPackets(address: CameraAddress, seconds: number): GatehouseError {
  const sentence = `is connected but has sent no video for ${seconds} s. If it goes on, restart the camera.`;
  return cameraError('camera-silent', address, sentence);
}

/** @param what verb and object: "sends a message whose head does not end" */
export function protocolError(
  address: CameraAddress,
  what: string,
  advice = 'Check that the address is that of an RTSP stream.',
  cause?: unknown,
): GatehouseError {
  return cameraError('camera-protocol-error', address, `${what}. ${advice}`, cause);
}

export function noVideo(address: CameraAddress): GatehouseError {
  return cameraError('camera-no-video', address, `offers no video at this path. ${pathAdvice}`);
}

export function unsupportedCodec(address: CameraAddress, codecs: readonly string[]): GatehouseError {
  const offered = codecs.length === 0 ? 'in a format it does not name' : `as ${codecs.join(', ')}`;
  const sentence = `sends its video ${offered}. Set this stream of the camera to H.264.`;
  return cameraError('camera-codec-unsupported', address, sentence);
}

/** @param advice what to do about it, which depends on whether there were credentials */
export function refusedCredentials(
  address: CameraAddress,
  method: string,
  response: RtspResponse,
  advice: string,
): GatehouseError {
  const sentence = `${describeAnswer(method, response)}. ${advice}`;
  return cameraError('camera-refused-credentials', address, sentence);
}

/** An answer that is no success and not about credentials. */
export function refusal(address: CameraAddress, method: string, response: RtspResponse): GatehouseError {
  const answer = describeAnswer(method, response);
  switch (response.status) {
    case 404:
      return cameraError('camera-no-video', address, `${answer}. ${pathAdvice}`);
    case 453:
    case 503:
      return cameraError(
        'camera-busy',
        address,
        `${answer}: it serves as many viewers as it can. ${busyAdvice}`,
      );
    case 461:
      return transportRefused(address, answer);
    default:
      return protocolError(address, answer, 'Check the path of the address, then restart the camera.');
  }
}

export function transportRefused(address: CameraAddress, what: string): GatehouseError {
  const advice = 'Choose another transport for it, or allow RTSP over TCP ("interleaved") in its settings.';
  return cameraError('camera-transport-refused', address, `${what}. ${advice}`);
}

export function noDatagrams(address: CameraAddress, seconds: number): GatehouseError {
  const sentence = `agreed to send over UDP, but nothing arrived within ${seconds} s`;
  return transportRefused(address, sentence);
}

/** @param certificate whose `trusted` is the one that was expected */
export function untrustedCertificate(address: CameraAddress, certificate: CameraCertificate): GatehouseError {
  const { name, fingerprint, trusted } = certificate;
  const whom = name === '' ? 'without a name' : `of "${name}"`;
  const sentence =
    trusted === null
      ? `shows a certificate ${whom} that nobody vouches for (SHA-256 ${fingerprint}). Compare it with the one in the camera's settings, then trust it in the dialog of this camera.`
      : `shows another certificate than the one that was trusted: ${trusted} then, ${fingerprint} ${whom} now. If the camera was not reset or updated, somebody may be in between: ask, before you trust it in the dialog of this camera.`;
  return cameraError('camera-certificate-untrusted', address, sentence, undefined, certificate);
}

/** The handshake of TLS failed, with what is secure and with what was secure once. */
export function noEncryption(address: CameraAddress, cause?: unknown): GatehouseError {
  const advice = 'If it offers no TLS at this port, write its address with rtsp:// or http://.';
  return protocolError(address, 'speaks no encryption that is known here', advice, cause);
}

function describeAnswer(method: string, { status, reason }: RtspResponse): string {
  return `answered ${method} with ${`${status} ${reason.slice(0, maximumQuotedCharacters)}`.trim()}`;
}
