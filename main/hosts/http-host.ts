import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import serveStatic from '@fastify/static';
import fastify, { type FastifyInstance } from 'fastify';
import * as z from 'zod';
import { Sessions, sessionMilliseconds } from '../access/sessions.ts';
import type { ApiRouter } from '../api/router.ts';
import type { WhepEndpoint } from '../api/whep-endpoint.ts';
import { contentSecurityPolicy } from '../base/content-security-policy.ts';
import { errorCode } from '../base/error-code.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import type { SessionTable } from '../store/session-table.ts';
import { AllowedOrigins } from './allowed-origin.ts';
import { ApiSockets, refuse } from './api-sockets.ts';
import { addWhepRoutes } from './whep-routes.ts';

const loopback = '127.0.0.1';
const maximumBodyBytes = 4 * 1024;
const signInsPerMinute = 30;
/** For all of a request: nobody may hold it open by sending slowly. */
const requestMilliseconds = 15_000;

export interface HttpHostOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly router: ApiRouter;
  readonly sessions: SessionTable;
  readonly whep: WhepEndpoint;
  /** The built console. */
  readonly rendererFolder: string;
  readonly log: Log;
}

export interface HttpHost extends AsyncDisposable {
  readonly port: number;
  /** A token for one `#token=` link. */
  issueToken(): string;
}

/**
 * The console for browsers of this machine: its files, sign-in by a one-time token, and the API over WebSocket. Listens on
 * loopback only; being on loopback is not being signed in.
 * @throws GatehouseError port-in-use
 */
export async function startHttpHost(options: HttpHostOptions): Promise<HttpHost> {
  const { log } = options;
  const sessions = new Sessions(options.sessions);
  const sockets = new ApiSockets(options.router, log);
  const server = fastify({
    bodyLimit: maximumBodyBytes,
    forceCloseConnections: true,
    requestTimeout: requestMilliseconds,
  });
  let allowed = new AllowedOrigins(options.port);

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
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: false,
  });
  await server.register(cookie);
  await server.register(rateLimit, { global: false });
  await server.register(serveStatic, {
    root: path.resolve(options.rendererFolder),
    cacheControl: false,
    setHeaders(reply, file) {
      const isHashed = file.includes(`${path.sep}assets${path.sep}`);
      reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });

  const cookieName = () => `gatehouse-${allowed.port}`;
  const sessionOf = (header: string | undefined) => server.parseCookie(header ?? '')[cookieName()];
  addSessionRoutes(server, sessions, cookieName, sessionOf);
  await addWhepRoutes(server, options.whep);
  server.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { host, origin, cookie: header } = request.headers;
    if (!allowed.allowsHost(host) || !allowed.allowsOrigin(origin)) refuse(socket, '403 Forbidden');
    else if (request.url !== '/api') refuse(socket, '404 Not Found');
    else if (!sessions.isOpen(sessionOf(header))) refuse(socket, '401 Unauthorized');
    else sockets.accept(request, socket, head);
  });

  try {
    await server.listen({ host: loopback, port: options.port });
  } catch (error) {
    await sockets[Symbol.asyncDispose]();
    await server.close();
    throw listenError(error, options.port);
  }
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  allowed = new AllowedOrigins(port);
  log.info({ port }, 'console served on loopback');
  return {
    port,
    issueToken: () => sessions.issueToken(),
    async [Symbol.asyncDispose]() {
      await sockets[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

function addSessionRoutes(
  server: FastifyInstance,
  sessions: Sessions,
  cookieName: () => string,
  sessionOf: (header: string | undefined) => string | undefined,
): void {
  const signIn = z.object({ token: z.string().max(128) });
  server.get('/session', async (request, reply) => {
    const isOpen = sessions.isOpen(sessionOf(request.headers.cookie));
    return reply
      .code(isOpen ? 204 : 401)
      .header('cache-control', 'no-store')
      .send();
  });
  server.post(
    '/session',
    { config: { rateLimit: { max: signInsPerMinute, timeWindow: 60_000 } } },
    async (request, reply) => {
      const body = signIn.safeParse(request.body);
      const session = body.success ? sessions.open(body.data.token) : undefined;
      if (session === undefined) return reply.code(401).send('This link was used already or is too old.\n');
      // Cookies are shared by all ports of a host: the name tells consoles of one machine apart.
      reply.setCookie(cookieName(), session, {
        httpOnly: true,
        sameSite: 'strict',
        path: '/',
        maxAge: sessionMilliseconds / 1_000,
      });
      return reply.code(204).send();
    },
  );
}

function asDirectives(policy: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(policy).map(([directive, sources]) => [directive, [...sources]]));
}

function listenError(error: unknown, port: number): GatehouseError {
  const code = errorCode(error);
  if (code === 'EADDRINUSE') {
    return new GatehouseError(
      'port-in-use',
      `Port ${port} is used by another program. Choose another one with --port, or 0 for any free one.`,
      { cause: error },
    );
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
