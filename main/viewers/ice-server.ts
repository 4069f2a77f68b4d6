import dgram from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import type { IceServerProblem } from '../contract/ice-server.ts';
import type { MediaWay } from './media-addresses.ts';

/** A STUN or TURN server as the engine itself uses it. */
export interface IceServer {
  /** As it was written down (RFC 7064, RFC 7065). */
  readonly url: string;
  readonly kind: 'stun' | 'turn';
  readonly host: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** Null: it asks nobody who is there. */
  readonly credentials: { readonly username: string; readonly password: string } | null;
}

/** How packets get to a server now. */
export interface ServerRoute {
  /** IPv4 address of the server. */
  readonly remote: string;
  /** IPv4 address of this computer that they leave by. */
  readonly local: string;
}

/** Why a server was of no use. */
export class IceServerError extends Error {
  readonly problem: IceServerProblem;
  readonly detail: string;

  /** @param detail what the server or the system said; empty: nothing more */
  constructor(problem: IceServerProblem, detail = '', cause?: unknown) {
    super(detail === '' ? problem : `${problem}: ${detail}`, cause === undefined ? undefined : { cause });
    this.problem = problem;
    this.detail = detail;
  }

  /** @param thrown by DNS, a socket, TLS or an abort */
  static from(thrown: unknown): IceServerError {
    if (thrown instanceof IceServerError) return thrown;
    const { code = '' } = thrown as NodeJS.ErrnoException;
    if (/^(?:ENOTFOUND|EAI_)/.test(code)) return new IceServerError('unknown-name', '', thrown);
    if (code === 'ECONNREFUSED') return new IceServerError('connection-refused', '', thrown);
    if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS/.test(code)) {
      return new IceServerError('certificate', code, thrown);
    }
    return new IceServerError('no-answer', /^E[A-Z]+$/.test(code) ? code : '', thrown);
  }
}

/** @param url one that `iceServerInput` has let through */
export function readIceServerUrl(url: string): Pick<IceServer, 'kind' | 'host' | 'port' | 'transport'> {
  const [, scheme = '', host = '', port, wanted = 'udp'] =
    /^(stun|turns?):([^:?]+)(?::(\d+))?(?:\?transport=(udp|tcp))?$/.exec(url) ?? [];
  const isSecure = scheme === 'turns';
  return {
    kind: scheme === 'stun' ? 'stun' : 'turn',
    host,
    port: Number(port ?? (isSecure ? 5349 : 3478)),
    transport: isSecure ? 'tls' : wanted === 'tcp' ? 'tcp' : 'udp',
  };
}

/**
 * Looks the server up, and by which address of this computer the system sends to it.
 * @throws IceServerError unknown-name, no-answer, network-not-chosen
 */
export async function routeTo({ host, port }: IceServer, { addresses }: MediaWay): Promise<ServerRoute> {
  try {
    const { address: remote } = await lookup(host, { family: 4 });
    const local = await localAddress(remote, port);
    if (addresses.includes(local)) return { remote, local };
    throw new IceServerError('network-not-chosen', local);
  } catch (error) {
    throw IceServerError.from(error);
  }
}

/** The system chooses it when a socket is connected; nothing is sent. */
async function localAddress(remote: string, port: number): Promise<string> {
  const socket = dgram.createSocket('udp4');
  try {
    socket.connect(port, remote);
    await once(socket, 'connect');
    return socket.address().address;
  } finally {
    socket.close();
  }
}
