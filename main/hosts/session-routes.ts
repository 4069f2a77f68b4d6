import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { AccessControl } from '../access/access.ts';
import { hashToken } from '../access/principal.ts';
import { knownBrowserMilliseconds, type Origin, sessionMilliseconds } from '../access/sessions.ts';
import { person, stranger } from '../audit/audit.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { type SignInInput, signInInput } from '../contract/people.ts';
import type { StoredUser } from '../store/user-table.ts';
import { type ApiSockets, retryAfterSeconds } from './api-sockets.ts';

const signInsPerMinute = 30;
const maximumTokenCharacters = 128;

const signIn = z.union([z.object({ token: z.string().max(maximumTokenCharacters) }), signInInput]);

/** Signing in and out over HTTP. Cookies are shared by all ports of a host: their names tell consoles of one machine apart. */
export class SessionRoutes {
  readonly #server: FastifyInstance;
  readonly #access: AccessControl;
  readonly #port: () => number;
  readonly #isLocal: boolean;
  readonly #sockets: Pick<ApiSockets, 'hasRoom'>;
  readonly #log: Log;

  /** @param options `isLocal`: without TLS, for browsers of this machine alone, which a link may sign in */
  constructor(
    server: FastifyInstance,
    options: {
      readonly access: AccessControl;
      readonly sockets: Pick<ApiSockets, 'hasRoom'>;
      readonly port: () => number;
      readonly isLocal: boolean;
      readonly log: Log;
    },
  ) {
    this.#server = server;
    this.#access = options.access;
    this.#sockets = options.sockets;
    this.#port = options.port;
    this.#isLocal = options.isLocal;
    this.#log = options.log;
  }

  add(): void {
    this.#server.get('/session', (request, reply) => {
      const tokenHash = this.sessionOf(request.headers.cookie);
      const isOpen = tokenHash !== undefined && this.#access.callers.knows({ kind: 'session', tokenHash });
      reply.header('cache-control', 'no-store');
      // A browser does not tell a page why its WebSocket was refused.
      if (isOpen && !this.#sockets.hasRoom(tokenHash))
        return reply.code(503).header('retry-after', retryAfterSeconds).send();
      return reply.code(isOpen ? 204 : 401).send();
    });
    const rateLimit = {
      max: signInsPerMinute,
      timeWindow: 60_000,
      // Whoever guesses from the same address locks nobody out.
      allowList: (request: FastifyRequest) => this.#access.sessions.isKnownBrowser(this.#browserOf(request)),
    };
    this.#server.post('/session', { config: { rateLimit } }, (request, reply) =>
      this.#signIn(request, reply),
    );
    this.#server.delete('/session', (request, reply) => {
      const tokenHash = this.sessionOf(request.headers.cookie);
      if (tokenHash !== undefined) this.#signOut(tokenHash, request.ip);
      return reply.code(204).clearCookie(this.#sessionCookie, { path: '/' }).send();
    });
  }

  /** What a request says that it is signed in by; undefined: nothing. */
  sessionOf(cookies: string | undefined): Buffer | undefined {
    const token = this.#server.parseCookie(cookies ?? '')[this.#sessionCookie];
    return token === undefined || token.length > maximumTokenCharacters ? undefined : hashToken(token);
  }

  #signOut(tokenHash: Buffer, from: string): void {
    const { audit, callers, sessions, people } = this.#access;
    const who = callers.who({ kind: 'session', tokenHash });
    if (who === undefined) return;
    audit.beside({ ...person(who, from), session: who.sessionId }, { did: 'session.closed' }, () =>
      sessions.close(tokenHash),
    );
    people.announce();
  }

  async #signIn(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    reply.header('cache-control', 'no-store');
    const body = signIn.safeParse(request.body);
    const origin: Origin = { address: request.ip, browser: request.headers['user-agent'] ?? '' };
    const { audit, sessions, users } = this.#access;
    try {
      if (!body.success) throw new GatehouseError('bad-input', 'Type your name and your password.');
      const input = body.data;
      const by = 'token' in input ? 'link' : 'password';
      // A name that nobody has may be a password in the wrong field: it is not written.
      const named = 'token' in input ? undefined : users.named(input.name);
      const about = named === undefined ? [] : [{ id: named.id, name: named.name }];
      let actor = stranger(request.ip);
      await audit.during(
        () => actor,
        () => ({ did: 'session.opened', about, details: { by } }),
        async () => {
          const user =
            'token' in input ? this.#userOfLink(input.token) : await this.#userOfPassword(input, request);
          actor = person(user, request.ip);
          const session = sessions.open(user.id, origin);
          this.#setCookie(reply, this.#sessionCookie, session, '/', sessionMilliseconds);
          if (by === 'link' || sessions.isKnown(this.#browserOf(request), user.id)) return;
          const browser = sessions.know(user.id);
          this.#setCookie(reply, this.#browserCookie, browser, '/session', knownBrowserMilliseconds);
        },
      );
      this.#access.people.announce();
      return reply.code(204).send();
    } catch (error) {
      const { code, message } = GatehouseError.from(error);
      if (code === 'internal') this.#log.error({ err: error }, 'signing in failed');
      const status = { 'bad-input': 400, 'limit-reached': 429, internal: 500 }[code as string] ?? 401;
      return reply.code(status).send({ code, message });
    }
  }

  /** @throws GatehouseError sign-in-refused */
  #userOfLink(token: string): StoredUser {
    const userId = this.#isLocal ? this.#access.sessions.useLink(token) : undefined;
    const user = userId === undefined ? undefined : this.#access.users.find(userId);
    if (user === undefined)
      throw new GatehouseError('sign-in-refused', 'This link was used already or is too old.');
    return user;
  }

  /** @throws GatehouseError as `SignIn.check` */
  async #userOfPassword(input: SignInInput, request: FastifyRequest): Promise<StoredUser> {
    const known = this.#browserOf(request);
    return await this.#access.signIn.check(input, {
      address: request.ip,
      browserKey: known === undefined ? '' : hashToken(known).toString('hex'),
      isKnownTo: (userId) => this.#access.sessions.isKnown(known, userId),
    });
  }

  #browserOf(request: FastifyRequest): string | undefined {
    const token = this.#server.parseCookie(request.headers.cookie ?? '')[this.#browserCookie];
    return token !== undefined && token.length <= maximumTokenCharacters ? token : undefined;
  }

  #setCookie(reply: FastifyReply, name: string, value: string, path: string, milliseconds: number): void {
    reply.setCookie(name, value, {
      httpOnly: true,
      secure: !this.#isLocal,
      sameSite: 'strict',
      path,
      maxAge: milliseconds / 1_000,
    });
  }

  get #sessionCookie(): string {
    return `gatehouse-${this.#port()}`;
  }

  get #browserCookie(): string {
    return `gatehouse-browser-${this.#port()}`;
  }
}
