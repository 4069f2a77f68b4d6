import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ShareEndpoint } from '../api/share-endpoint.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { ErrorCode } from '../contract/error-codes.ts';
import type { BrowserIceServer } from '../contract/ice-server.ts';

const offerType = 'application/sdp';
const fragmentType = 'application/trickle-ice-sdpfrag';
/** An offer of Chromium with all its formats has 8 kB. */
const maximumBodyBytes = 64 * 1024;
/** From one address: of clients that come back again and again, and of guesses. */
const openingsPerMinute = 120;
const requestsPerMinute = 600;
const retrySeconds = 10;

const endpointMethods = 'OPTIONS, GET, HEAD, POST';
const sessionMethods = 'OPTIONS, GET, HEAD, PATCH, DELETE';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A request without `Origin` is answered, too: it is not a browser's cookie that counts. */
    withoutOrigin?: boolean;
  }
}

type Share = NonNullable<ReturnType<ShareEndpoint['shareOf']>>;
type Request = FastifyRequest<{ Params: { cameraId: string; sessionId: string } }>;

/**
 * Cameras for players of other makers (draft-ietf-wish-whep-03) and from publishers (RFC 9725), who speak the same HTTP. Whoever asks
 * shows a bearer token before the body is read. There are no headers for other origins: a page of somebody else has no business here,
 * a player is no page.
 */
export async function addShareRoutes(
  server: FastifyInstance,
  protocol: 'whep' | 'whip',
  endpoint: ShareEndpoint,
): Promise<void> {
  const endpointPath = `/${protocol}/:cameraId`;
  const sessionPath = `${endpointPath}/:sessionId`;
  await server.register(async (routes) => {
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser(
      [offerType, fragmentType],
      { parseAs: 'string', bodyLimit: maximumBodyBytes },
      (_request, body, done) => done(null, body),
    );
    routes.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
    });
    routes.setErrorHandler(answerError);
    /** A handler for whoever has a token; everybody else gets 401 before anything of the request is read. */
    const withToken = (
      perMinute: number,
      handle: (share: Share, request: Request, reply: FastifyReply) => unknown,
    ) => {
      const shareOf = (request: FastifyRequest) => {
        const token = /^Bearer ([\w.~+/=-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
        return token === undefined ? undefined : endpoint.shareOf(token);
      };
      return {
        config: { rateLimit: { max: perMinute, timeWindow: 60_000 }, withoutOrigin: true },
        onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
          if (shareOf(request) !== undefined) return undefined;
          reply.header('www-authenticate', 'Bearer realm="Gatehouse"');
          return reply.code(401).send('A token is needed, and this is none, or it has ended.\n');
        },
        handler: async (request: FastifyRequest, reply: FastifyReply) => {
          // Once more: it may have ended while the body came.
          const share = shareOf(request);
          if (share === undefined) throw new GatehouseError('not-signed-in', 'The token has ended.');
          return await handle(share, request as Request, reply);
        },
      };
    };

    routes.post(endpointPath, {
      bodyLimit: maximumBodyBytes,
      ...withToken(openingsPerMinute, async (share, request, reply) => {
        const { cameraId } = request.params;
        const { sessionId, etag, answer, iceServers } = await endpoint.open(
          share,
          cameraId,
          bodyOf(request, offerType),
          request.ip,
        );
        return reply
          .code(201)
          .headers({ location: `/${protocol}/${cameraId}/${sessionId}`, etag, 'content-type': offerType })
          .headers(linksOf(iceServers))
          .send(answer);
      }),
    });
    routes.patch(sessionPath, {
      bodyLimit: maximumBodyBytes,
      ...withToken(requestsPerMinute, async (share, request, reply) => {
        const tag = request.headers['if-match'];
        const trickled = await endpoint.trickle(
          share,
          { ...request.params, tag },
          bodyOf(request, fragmentType),
        );
        switch (trickled) {
          case 'added':
            return reply.code(204).send();
          case 'no-tag':
            return reply.code(428).send('Say with If-Match which negotiation this belongs to.\n');
          case 'other-tag':
            return reply.code(412).send('This belongs to another negotiation.\n');
          case 'restart':
            return reply.code(422).send('ICE is not restarted here: end the session and open another one.\n');
          default:
            return trickled satisfies never;
        }
      }),
    });
    routes.delete(
      sessionPath,
      withToken(requestsPerMinute, async (share, { params }, reply) => {
        await endpoint.close(share, params.cameraId, params.sessionId);
        return reply.code(200).send();
      }),
    );
    for (const [url, allowed] of [
      [endpointPath, endpointMethods],
      [sessionPath, sessionMethods],
    ] as const) {
      routes.get(
        url,
        withToken(requestsPerMinute, (share, { params }, reply) => {
          endpoint.require(share, params.cameraId, params.sessionId);
          return reply.code(204).send();
        }),
      );
      routes.options(url, { config: { withoutOrigin: true } }, async (_request, reply) =>
        reply
          .code(200)
          .headers({
            allow: allowed,
            ...(url === endpointPath ? { 'accept-post': offerType } : { 'accept-patch': fragmentType }),
          })
          .send(),
      );
      const others = ['POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => !allowed.includes(method));
      routes.route({
        method: others,
        url,
        config: { withoutOrigin: true },
        onRequest: async (_request, reply) => reply.code(405).header('allow', allowed).send(),
        handler: async () => {},
      });
    }
  });
}

/** The STUN and TURN servers (RFC 9725 section 4.6), for clients that look for a way with them. */
function linksOf(iceServers: readonly BrowserIceServer[]): { link?: string[] } {
  const quoted = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`;
  const link = iceServers
    // A header has no room for other characters.
    .filter(({ username = '', credential = '' }) => /^[ -~]*$/.test(username + credential))
    .map(({ urls, username, credential }) => {
      const login =
        username === undefined || credential === undefined
          ? ''
          : `; username=${quoted(username)}; credential=${quoted(credential)}; credential-type="password"`;
      return `<${urls}>; rel="ice-server"${login}`;
    });
  return link.length === 0 ? {} : { link };
}

/** @throws GatehouseError bad-input */
function bodyOf({ body, headers }: Request, type: string): string {
  const isOfType = headers['content-type']?.split(';')[0]?.trim().toLowerCase() === type;
  if (typeof body !== 'string' || !isOfType) throw new UnsupportedType(type);
  return body;
}

class UnsupportedType extends Error {
  constructor(wanted: string) {
    super(`Content-Type must be ${wanted}.`);
  }
}

async function answerError(
  error: Error & { statusCode?: number },
  _request: FastifyRequest,
  reply: FastifyReply,
) {
  if (error instanceof UnsupportedType) return reply.code(415).send(`${error.message}\n`);
  if (error instanceof GatehouseError) {
    const status = statuses[error.code] ?? 500;
    if (status === 503) reply.header('retry-after', String(retrySeconds));
    return reply.code(status).send(status === 500 ? 'Something went wrong.\n' : `${error.message}\n`);
  }
  const status = error.statusCode ?? 500;
  return reply.code(status).send(status >= 500 ? 'Something went wrong.\n' : `${error.message}\n`);
}

const statuses: Partial<Record<ErrorCode, number>> = {
  'bad-input': 400,
  'not-signed-in': 401,
  'not-found': 404,
  'already-there': 409,
  'limit-reached': 503,
  'port-in-use': 503,
};
