import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { errorCode } from '../base/error-code.ts';
import { type CameraAddress, noEncryption, unreachable, untrustedCertificate } from './camera-errors.ts';

const connectMilliseconds = 5_000;
const keepAliveProbeMilliseconds = 10_000;
const maximumNameCharacters = 100;
/** Without a key exchange that a recording can be deciphered with later. */
const modern = { minVersion: 'TLSv1.2', ciphers: `${tls.DEFAULT_CIPHERS}:!kRSA` } as const;
/**
 * Old cameras (go2rtc#1172) know nothing but RSA key exchange, TLS 1.0, keys of 1,024 bits: better than no encryption. Only
 * OpenSSL knows levels of security; Electron's BoringSSL has none.
 */
const old = {
  minVersion: 'TLSv1',
  ciphers: process.versions.electron === undefined ? 'ALL:!aNULL:!eNULL:@SECLEVEL=0' : 'ALL',
} as const;

/** An open connection to a camera. */
export interface CameraSocket {
  readonly socket: net.Socket;
  /** Over TLS with methods that are not secure any more: the camera knows no others. */
  readonly isOldEncryption: boolean;
}

/**
 * Connects within 5 s, and over TLS makes sure that it is the right camera before anything is sent to it: by the certificate
 * that was trusted for it, or else by one that an authority vouches for.
 * @param security null: without TLS
 * @param service what the camera should speak there, for errors
 * @throws GatehouseError camera-unreachable, camera-certificate-untrusted, camera-protocol-error (no TLS); the signal's
 *   reason when it is aborted
 */
export async function connectCamera(
  address: CameraAddress,
  security: { readonly trusted: string | null } | null,
  signal: AbortSignal,
  service: 'RTSP' | 'ONVIF' | 'HTTP' = 'RTSP',
): Promise<CameraSocket> {
  const connectPlain = async () => await connect(address, signal, service);
  if (security === null) return { socket: await connectPlain(), isOldEncryption: false };
  const { trusted } = security;
  let socket: tls.TLSSocket;
  let isOldEncryption = false;
  try {
    socket = await encrypt(address, await connectPlain(), modern, signal, service);
  } catch (failure) {
    if (!(failure instanceof HandshakeError)) throw failure;
    isOldEncryption = true;
    socket = await encrypt(address, await connectPlain(), old, signal, service).catch((error: unknown) => {
      throw error instanceof HandshakeError ? noEncryption(address, failure.cause) : error;
    });
  }
  const { fingerprint256: fingerprint, subject } = socket.getPeerCertificate();
  const isRight = trusted === null ? socket.authorized : fingerprint === trusted;
  if (isRight) return { socket, isOldEncryption };
  socket.destroy();
  throw untrustedCertificate(address, { name: nameOf(subject), fingerprint, trusted });
}

/** The peer answers, but not with TLS of this kind. */
class HandshakeError extends Error {}

async function connect(address: CameraAddress, signal: AbortSignal, service: string): Promise<net.Socket> {
  signal.throwIfAborted();
  const socket = net.connect({
    host: address.host,
    port: address.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveProbeMilliseconds,
  });
  await opened(socket, 'connect', signal, (error) => unreachable(address, error, service));
  return socket;
}

async function encrypt(
  address: CameraAddress,
  plain: net.Socket,
  methods: tls.SecureContextOptions,
  signal: AbortSignal,
  service: string,
): Promise<tls.TLSSocket> {
  const socket = tls.connect({
    socket: plain,
    ...methods,
    // Names only: an address is no server name (RFC 6066 section 3).
    ...(net.isIP(address.host) === 0 ? { servername: address.host } : { host: address.host }),
    // Whether it is the right one is decided by the caller, before a byte is sent.
    rejectUnauthorized: false,
  });
  await opened(socket, 'secureConnect', signal, (error) => {
    // Plain RTSP waits for a request that it understands.
    if (error === undefined) return noEncryption(address);
    if (isHandshakeFailure(error)) return new HandshakeError('no TLS of this kind', { cause: error });
    return unreachable(address, error, service);
  });
  return socket;
}

/** Waits until it is open; closes it otherwise. @param failure undefined: nothing happened in time */
async function opened(
  socket: net.Socket,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
  toError: (failure: unknown) => Error,
): Promise<void> {
  const timeout = AbortSignal.timeout(connectMilliseconds);
  try {
    await once(socket, event, { signal: AbortSignal.any([signal, timeout]) });
  } catch (error) {
    // Attempts that are still under way must not fail with nobody listening.
    socket.on('error', () => {});
    socket.destroy();
    signal.throwIfAborted();
    throw toError(timeout.aborted ? undefined : error);
  }
}

/** Also cameras that hang up on what they do not know. */
function isHandshakeFailure(error: unknown): boolean {
  return /^(?:ERR_SSL_|EPROTO$|ECONNRESET$)/.test(errorCode(error) ?? '');
}

/** Whom a certificate names, for a person: one line. */
function nameOf(subject: tls.PeerCertificate['subject'] | undefined): string {
  const name = [subject?.CN, subject?.O].flat().find((text) => text !== undefined && text !== '') ?? '';
  return name
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, maximumNameCharacters);
}
