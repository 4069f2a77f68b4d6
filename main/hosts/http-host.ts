import type { IncomingMessage } from 'node:http';
import type https from 'node:https';
import type { Server } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import serveStatic from '@fastify/static';
import fastify, { type FastifyInstance } from 'fastify';
import type { AccessControl } from '../access/access.ts';
import type { ApiRouter } from '../api/router.ts';
import type { WhepEndpoint } from '../api/whep-endpoint.ts';
import type { WhipEndpoint } from '../api/whip-endpoint.ts';
import { contentSecurityPolicy } from '../base/content-security-policy.ts';
import { errorCode } from '../base/error-code.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import type { Secret } from '../base/secret.ts';
import { AllowedOrigins } from './allowed-origin.ts';
import { ApiSockets, refuse, retryAfterSeconds } from './api-sockets.ts';
import { SessionRoutes } from './session-routes.ts';
import { addShareRoutes } from './share-routes.ts';

const loopback = '127.0.0.1';
const loopbackNames = [loopback, 'localhost', '::1'];
const maximumBodyBytes = 4 * 1024;
/** For all of a request: nobody may hold it open by sending slowly. */
const requestMilliseconds = 15_000;
const headersMilliseconds = 5_000;
const handshakeMilliseconds = 5_000;
/** Of one server, with room for pages that come beside all sockets that there may be; and of one address to it. A page has six beside its WebSocket. */
const maximumConnections = 3_072;
const maximumConnectionsOfOne = 64;
/** From one address of another computer; a page that opens makes twenty. */
const requestsPerMinute = 600;

export interface WebServerOptions {
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Names and addresses under which it is asked for, without ports. */
  readonly names: readonly string[];
  /** Null: no TLS, for loopback alone. */
  readonly tls: { readonly certificate: string; readonly privateKey: Secret } | null;
  /** The own authority in DER, for whoever wants to trust it. */
  readonly authority: Buffer | null;
  readonly router: ApiRouter;
  readonly access: AccessControl;
  readonly whep: WhepEndpoint;
  readonly whip: WhipEndpoint;
  /** The built console. */
  readonly rendererFolder: string;
  readonly log: Log;
}

export interface WebServer extends AsyncDisposable {
  readonly port: number;
  /** The next connections get this certificate; those that are open go on. */
  useCertificate(pair: { readonly certificate: string; readonly privateKey: Secret }): void;
}

export type HttpHostOptions = Pick<
  WebServerOptions,
  'port' | 'router' | 'access' | 'whep' | 'whip' | 'rendererFolder' | 'log'
>;

export interface HttpHost extends AsyncDisposable {
  readonly port: number;
  /** A token for one `#token=` link. */
  issueToken(): string;
}

/**
 * Of a JavaScript module, which is UTF-8 whatever is said here (HTML, "fetch a single module script"). Chromium 156 compiles a module
 * while it comes, at each visit anew, although it keeps compiled code; in this charset it cannot, and takes what it has kept.
 */
const moduleType = 'text/javascript; charset=iso-8859-2';

/**
 * The console for browsers of this machine, on loopback; being on loopback is not being signed in.
 * @throws GatehouseError port-in-use
 */
export async function startHttpHost(options: HttpHostOptions): Promise<HttpHost> {
  const server = await startWebServer({
    ...options,
    address: loopback,
    names: loopbackNames,
    tls: null,
    authority: null,
  });
  const { port } = server;
  options.log.info({ port }, 'console served on loopback');
  return {
    port,
    issueToken: () => options.access.sessions.issueLink(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/**
 * The console for browsers on one address: its files, sign-in, and the API over WebSocket.
 * @throws GatehouseError port-in-use
 */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { log, access, tls, names } = options;
  const scheme = tls === null ? 'http' : 'https';
  const sockets = new ApiSockets(options.router, access.callers, log);
  const server = fastifyFor(tls);
  limitConnections(server.server);
  let allowed = new AllowedOrigins(scheme, names, options.port);

  server.addHook('onRequest', async (request, reply) => {
    const { host, origin } = request.headers;
    // A browser says with every change which page it comes from; with a bearer token, which it never adds by itself, others may not.
    const needsOrigin = request.method !== 'GET' && !request.routeOptions.config.withoutOrigin;
    const isForeign = (origin !== undefined || needsOrigin) && !allowed.allowsOrigin(origin);
    if (!allowed.allowsHost(host) || isForeign) return reply.code(403).send('Not from here.\n');
    return undefined;
  });
  await server.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: asDirectives(contentSecurityPolicy) },
    // With an authority of our own it would only turn a warning that can be passed into one that cannot.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: false,
  });
  await server.register(cookie);
  await server.register(rateLimit, {
    global: tls !== null,
    max: requestsPerMinute,
    timeWindow: 60_000,
  });
  await server.register(serveStatic, {
    root: path.resolve(options.rendererFolder),
    cacheControl: false,
    setHeaders(reply, file) {
      const isHashed = file.includes(`${path.sep}assets${path.sep}`);
      reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      if (isHashed && file.endsWith('.js')) reply.header('content-type', moduleType);
    },
  });
  const { authority } = options;
  if (authority !== null) {
    server.get('/gatehouse-authority.crt', (_request, reply) =>
      reply.type('application/x-x509-ca-cert').header('cache-control', 'no-store').send(authority),
    );
  }

  const routes = new SessionRoutes(server, {
    access,
    sockets,
    port: () => allowed.port,
    // A link that signs in is made on this machine, for its own browser.
    isLocal: tls === null,
    log,
  });
  routes.add();
  await addShareRoutes(server, 'whep', options.whep);
  await addShareRoutes(server, 'whip', options.whip);
  server.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // From here on nobody else listens for it.
    socket.on('error', (error) =>
      log.debug({ err: error }, 'a connection failed before it was an API socket'),
    );
    const { host, origin, cookie: header } = request.headers;
    if (!allowed.allowsHost(host) || !allowed.allowsOrigin(origin)) return refuse(socket, '403 Forbidden');
    if (request.url !== '/api') return refuse(socket, '404 Not Found');
    const tokenHash = routes.sessionOf(header);
    const caller =
      tokenHash && access.callers.open({ kind: 'session', tokenHash }, request.socket.remoteAddress ?? '');
    if (tokenHash === undefined || caller === undefined) return refuse(socket, '401 Unauthorized');
    if (!sockets.hasRoom(tokenHash)) {
      access.callers.close(caller);
      return refuse(socket, '503 Service Unavailable', `Retry-After: ${retryAfterSeconds}\r\n`);
    }
    return sockets.accept(request, socket, head, caller);
  });

  try {
    await server.listen({ host: options.address, port: options.port });
  } catch (error) {
    await sockets[Symbol.asyncDispose]();
    await server.close();
    const way =
      tls === null ? 'Choose another one with --port, or 0 for any free one.' : 'Choose another one.';
    throw listenError(error, options.port, way);
  }
  const listening = server.server.address();
  const port = typeof listening === 'object' && listening !== null ? listening.port : options.port;
  allowed = new AllowedOrigins(scheme, names, port);
  return {
    port,
    useCertificate(pair) {
      const secure = server.server as Partial<Pick<https.Server, 'setSecureContext'>>;
      secure.setSecureContext?.({ cert: pair.certificate, key: pair.privateKey.reveal() });
    },
    async [Symbol.asyncDispose]() {
      await sockets[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

function fastifyFor(tls: WebServerOptions['tls']): FastifyInstance {
  const common = {
    bodyLimit: maximumBodyBytes,
    forceCloseConnections: true,
    requestTimeout: requestMilliseconds,
  } as const;
  if (tls === null) return fastify({ ...common, http: { headersTimeout: headersMilliseconds } });
  return fastify({
    ...common,
    https: {
      cert: tls.certificate,
      key: tls.privateKey.reveal(),
      minVersion: 'TLSv1.2',
      handshakeTimeout: handshakeMilliseconds,
      headersTimeout: headersMilliseconds,
    },
  }) as unknown as FastifyInstance;
}

/** Whoever only connects takes places from nobody else. */
function limitConnections(server: Server): void {
  const counts = new Map<string, number>();
  server.maxConnections = maximumConnections;
  server.on('connection', (socket) => {
    const from = socket.remoteAddress ?? '';
    const count = (counts.get(from) ?? 0) + 1;
    if (count > maximumConnectionsOfOne && !isLoopback(from)) {
      socket.destroy();
      return;
    }
    counts.set(from, count);
    socket.once('close', () => {
      const left = (counts.get(from) ?? 1) - 1;
      if (left === 0) counts.delete(from);
      else counts.set(from, left);
    });
  });
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\./.test(address) || address === '::1';
}

function asDirectives(policy: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(policy).map(([directive, sources]) => [directive, [...sources]]));
}

/** @param way to another port */
function listenError(error: unknown, port: number, way: string): GatehouseError {
  const code = errorCode(error);
  if (code === 'EADDRINUSE') {
    return new GatehouseError('port-in-use', `Port ${port} is used by another program. ${way}`, {
      cause: error,
    });
  }
  if (code === 'EACCES') {
    return new GatehouseError(
      'port-in-use',
      `Port ${port} needs rights that Gatehouse does not have. Choose one above 1023.`,
      {
        cause: error,
      },
    );
  }
  return GatehouseError.from(error);
}
