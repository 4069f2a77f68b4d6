import type { Policy } from './site-file-policy.ts';

/*
 * What the desktop's main process and the engine's process say to each other, beside the windows' ports.
 */

/** To the engine. */
export type ToEngine =
  /** The first one. Without a key it is in a file of the data folder; `warning` says why, for the guard. */
  | { readonly type: 'start'; readonly key: Uint8Array | null; readonly warning: string | null }
  /** With the port of a window. */
  | { readonly type: 'connect' }
  /** The machine was asleep: connections that look open are dead. */
  | { readonly type: 'woke' }
  /** Somebody wants to leave the kiosk. */
  | { readonly type: 'check-pin'; readonly pin: string }
  /** An update is about to be installed. */
  | { readonly type: 'back-up' }
  /** For the log. */
  | { readonly type: 'note'; readonly words: string }
  | { readonly type: 'stop' };

/** From the engine. */
export type FromEngine =
  /** `url`: of the HTTP host, with a token that signs in once; null without one. */
  | { readonly type: 'ready'; readonly url: string | null }
  /** Once a second: its loop turns. */
  | { readonly type: 'alive' }
  /** It could not start, and ends; the message is for a person. */
  | { readonly type: 'failed'; readonly message: string }
  /** What the site prescribes for the desktop: at the start, and when it has changed. */
  | { readonly type: 'policy'; readonly policy: Policy }
  /** The answer to `check-pin`; null: it is right, else what to tell whoever typed it. */
  | { readonly type: 'pin-checked'; readonly refusal: string | null }
  /** The answer to `back-up`; null: there is a verified one, else why not. */
  | { readonly type: 'backed-up'; readonly refusal: string | null }
  /** How many cameras there are, and how many of them do not play although they should. */
  | { readonly type: 'cameras'; readonly total: number; readonly inTrouble: number };
