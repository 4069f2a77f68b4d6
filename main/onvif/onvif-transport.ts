import http from 'node:http';
import type net from 'node:net';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { maximumXmlBytes } from '../base/xml.ts';
import type { CameraAddress } from '../rtsp/camera-errors.ts';
import { closedConnection, unreachable } from '../rtsp/camera-errors.ts';
import { connectCamera } from '../rtsp/camera-socket.ts';
import { onvifFailed, silentOnvif } from './onvif-errors.ts';

/** What a device answered, whatever its status. */
export interface OnvifResponse {
  readonly status: number;
  /** Values of all `WWW-Authenticate` headers. */
  readonly challenges: readonly string[];
  readonly text: string;
}

export interface OnvifRequest {
  readonly url: URL;
  /** What is asked for, for people: `GetProfiles`. */
  readonly operation: string;
  /** The SOAP action, a URI. */
  readonly action: string;
  readonly envelope: string;
  readonly authorization: string | undefined;
  /** Fingerprint of the certificate that is trusted for `https://`; null: those that an authority vouches for. */
  readonly certificate: string | null;
  readonly milliseconds: number;
  readonly signal: AbortSignal;
}

/**
 * Sends one SOAP message over a connection of its own (SOAP 1.2 part 2, section 7). From the first packet to the last byte
 * of the answer it takes at most its time, and 1 MB. No redirect is followed.
 * @throws GatehouseError camera-unreachable, camera-certificate-untrusted, camera-silent, camera-closed-connection, onvif-failed
 */
export async function postSoap(address: CameraAddress, request: OnvifRequest): Promise<OnvifResponse> {
  const { url, operation, certificate, milliseconds, signal } = request;
  const timeout = AbortSignal.timeout(milliseconds);
  let isConnected = false;
  try {
    const within = AbortSignal.any([signal, timeout]);
    const security = url.protocol === 'https:' ? { trusted: certificate } : null;
    const { socket } = await connectCamera(address, security, within, 'ONVIF');
    isConnected = true;
    const response = await exchange(request, socket, within);
    const { status, location } = response;
    if (status >= 300 && status < 400) {
      const target = URL.parse(location ?? '', url.href);
      const where = target === null ? 'elsewhere' : `to ${target.protocol}//${target.host}`;
      throw onvifFailed(
        address,
        `answered ${operation} with a redirect ${where}`,
        'Enter that address if it is right.',
      );
    }
    return response;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof GatehouseError) throw error;
    if (error instanceof TooLong) throw onvifFailed(address, `answered ${operation} with more than 1 MB`);
    if (timeout.aborted) {
      throw isConnected ? silentOnvif(address, operation, milliseconds / 1_000) : unreachable(address);
    }
    if (isConnected) throw closedConnection(address, error);
    throw unreachable(address, error, 'ONVIF');
  }
}

class TooLong extends Error {}

function exchange(
  { url, action, envelope, authorization }: OnvifRequest,
  socket: net.Socket,
  signal: AbortSignal,
): Promise<OnvifResponse & { readonly location: string | undefined }> {
  const { promise, resolve, reject } = Promise.withResolvers<
    OnvifResponse & { readonly location: string | undefined }
  >();
  const body = Buffer.from(envelope, 'utf8');
  const request = http.request({
    method: 'POST',
    path: `${url.pathname}${url.search}`,
    signal,
    // A connection of its own: cameras close kept ones without a word, and none is left open.
    createConnection: () => socket,
    headers: {
      'content-type': `application/soap+xml; charset=utf-8; action="${action}"`,
      'content-length': body.length,
      accept: 'application/soap+xml',
      host: url.host,
      'user-agent': 'Gatehouse',
      connection: 'close',
      ...(authorization === undefined ? {} : { authorization }),
    },
  });
  request.once('error', reject);
  request.once('response', (response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > maximumXmlBytes) request.destroy(new TooLong());
    });
    response.once('error', reject);
    response.once('end', () => {
      resolve({
        status: response.statusCode ?? 0,
        location: response.headers.location,
        challenges: response.headersDistinct['www-authenticate'] ?? [],
        text: Buffer.concat(chunks).toString('utf8'),
      });
    });
  });
  request.end(body);
  return promise;
}
