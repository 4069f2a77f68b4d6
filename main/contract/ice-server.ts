import * as z from 'zod';
import { line } from './text.ts';

const maximumServers = 8;

/**
 * RFC 7064 and RFC 7065, as far as browsers take them: a name or IPv4 address, a port (3478, with TLS 5349), and for TURN over UDP
 * or TCP.
 */
const iceServerUrl = line(200)
  .regex(
    /^(?:stun:[^?]+|turn:[^?]+(?:\?transport=(?:udp|tcp))?|turns:[^?]+(?:\?transport=tcp)?)$/,
    'must be an address such as turn:turn.example.com:3478 or stun:stun.example.com',
  )
  .regex(
    /^\w+:[a-z0-9](?:[a-z0-9.-]{0,120}[a-z0-9])?(?::[1-9]\d{0,4})?(?:\?|$)/i,
    'must name a computer, and a port where it is not the usual one',
  );

/**
 * How a server knows who may use it: it asks nobody (STUN), by a name and a password that stay the same, or by a secret that it
 * shares with Gatehouse, which makes passwords of it that end by themselves (draft-uberti-behave-turn-rest-00).
 */
const iceServerLogin = z.enum(['none', 'password', 'shared-secret']);

const named = {
  url: iceServerUrl,
  login: iceServerLogin,
  /** With `password`; with `shared-secret` it is part of the names that are made. */
  username: line(120),
};

/** A server as it is told to Gatehouse. */
export const iceServerInput = z
  .object({
    ...named,
    /** The password, or the shared secret; null: the one that is stored for the same address, login and name. */
    secret: z.string().max(512).nullable(),
  })
  .superRefine(({ url, login, username, secret }, context) => {
    const needed = url.startsWith('turn');
    const wrong = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (needed && login === 'none') wrong('login', 'must be chosen: TURN servers ask who is there');
    if (!needed && login !== 'none') wrong('login', 'must be none: STUN servers do not ask who is there');
    if (login === 'password' && username === '') wrong('username', 'must not be empty');
    if (login !== 'none' && secret === '') wrong('secret', 'must not be empty');
  });
export type IceServerInput = z.infer<typeof iceServerInput>;

export const iceServersChange = z.object({ servers: z.array(iceServerInput).max(maximumServers) });

/** What is answered of it: never the secret. */
export const iceServers = z.object({ servers: z.array(z.object(named)).max(maximumServers) });
export type IceServers = z.infer<typeof iceServers>;

/** What a browser's peer connection takes (`RTCIceServer`), with credentials of an hour where the server allows that. */
export const browserIceServer = z.object({
  urls: z.string(),
  username: z.string().optional(),
  credential: z.string().optional(),
});
export type BrowserIceServer = z.infer<typeof browserIceServer>;

/** Why a server was of no use. */
export const iceServerProblem = z.enum([
  /** Nobody knows its name. */
  'unknown-name',
  /** It did not answer in time. */
  'no-answer',
  /** Nothing listens there. */
  'connection-refused',
  /** Its certificate is not trusted. */
  'certificate',
  /** It takes neither name nor password (401), or the time-limited ones are over. */
  'wrong-credentials',
  /** It refused for another reason: see `detail`. */
  'refused',
  /** The way there leads over a network that pictures may not use. */
  'network-not-chosen',
]);
export type IceServerProblem = z.infer<typeof iceServerProblem>;

/** How the engine itself reaches a server. */
export const iceServerCheck = z.object({
  url: z.string(),
  problem: iceServerProblem.nullable(),
  /** What the server or the system said of it; empty: nothing more. */
  detail: z.string(),
  /** How the server sees this computer, an address and a port; null: it did not say. */
  reflexive: z.string().nullable(),
  /** Where the server takes packets for this computer, an address and a port; null: nowhere. */
  relayed: z.string().nullable(),
});
export type IceServerCheck = z.infer<typeof iceServerCheck>;
