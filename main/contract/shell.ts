import * as z from 'zod';

/*
 * What a page of the desktop app and the desktop's main process (the shell) say to each other. The preload script carries it
 * as it is; the shell checks what comes from pages.
 */

/** What one window looks at. */
export const wallPlace = z.strictObject({
  layoutId: z.string().min(1).max(64),
  /** From 0. */
  page: z.int().min(0).max(100_000),
  /** The camera that has the whole wall. */
  maximised: z.string().max(64).nullable(),
  /** Whether it goes through walls. */
  touring: z.boolean().optional(),
});
export type WallPlace = z.infer<typeof wallPlace>;

/** How windows look on this computer. `system`: as the operating system is set. */
export const windowTheme = z.enum(['dark', 'high-contrast', 'light', 'system']);
export type WindowTheme = z.infer<typeof windowTheme>;

/** The languages of the console. */
export const consoleLanguage = z.enum(['en', 'de', 'es', 'ar']);
export type ConsoleLanguage = z.infer<typeof consoleLanguage>;

/** From a page. */
export const pageMessage = z.discriminatedUnion('type', [
  /** It wants a port to the engine: once a connection. */
  z.strictObject({ type: z.literal('want-port') }),
  z.strictObject({ type: z.literal('place'), place: wallPlace }),
  /** One more window, on a display that has none yet if there is one. */
  z.strictObject({ type: z.literal('open-window'), place: wallPlace }),
  z.strictObject({ type: z.literal('toggle-full-screen') }),
  /** Somebody has chosen how windows look, or the page has begun with it. */
  z.strictObject({ type: z.literal('theme'), theme: windowTheme }),
  /** What the page speaks, and the shell with it. */
  z.strictObject({ type: z.literal('language'), language: consoleLanguage }),
  /** Somebody wants to end the app: in a kiosk with a PIN, that is asked for first. */
  z.strictObject({ type: z.literal('quit') }),
  z.strictObject({ type: z.literal('leave-kiosk'), pin: z.string().max(32) }),
  /** Now, and not when it is due. */
  z.strictObject({ type: z.literal('check-for-updates') }),
  /** The one that is ready, now; Gatehouse starts again. */
  z.strictObject({ type: z.literal('install-update') }),
]);
export type PageMessage = z.infer<typeof pageMessage>;

/** What the native menu asks a page to do. */
export type ShellCommand =
  | 'add-camera'
  | 'find-cameras'
  | 'edit-camera'
  | 'camera-history'
  | 'camera-list'
  | 'search'
  | 'settings'
  | 'import'
  | 'keys'
  | 'undo'
  | 'previous-page'
  | 'next-page'
  | 'toggle-large'
  | 'toggle-sound';

/** How the engine's process is, told by the shell, which starts it again when it ends. */
export type EngineState =
  /** `reason`: why the one before has ended; null for the first. */
  | { readonly name: 'starting'; readonly reason: string | null }
  | { readonly name: 'running' }
  /** It has ended; `until` is when it is started again, in milliseconds since 1970. */
  | { readonly name: 'waiting'; readonly until: number; readonly reason: string };

/** How it stands with new versions. Times are in milliseconds since 1970. */
export type UpdateState =
  /** `reason`: null where nobody has said where they come from. */
  | { readonly name: 'off'; readonly reason: string | null }
  | { readonly name: 'forbidden' }
  /** Nothing newer is known; null: nobody was asked yet. */
  | { readonly name: 'idle'; readonly checkedAt: number | null }
  | { readonly name: 'checking' }
  | { readonly name: 'downloading'; readonly version: string; readonly percent: number }
  /** A newer one, which this installation cannot put in its place itself; `how` says who does. */
  | { readonly name: 'available'; readonly version: string; readonly how: string }
  /** Null: when Gatehouse is closed. */
  | { readonly name: 'ready'; readonly version: string; readonly installsAt: number | null }
  | { readonly name: 'installing'; readonly version: string }
  | { readonly name: 'failed'; readonly reason: string; readonly nextAttempt: number };

/** To a page. */
export type ShellMessage =
  /** With a port to the engine. */
  | { readonly type: 'engine-port' }
  | { readonly type: 'engine'; readonly state: EngineState }
  | { readonly type: 'updates'; readonly state: UpdateState }
  | {
      readonly type: 'window';
      readonly isFullScreen: boolean;
      readonly isKiosk: boolean;
      /** Neither minimised nor hidden, on a computer that is neither locked nor asleep. */
      readonly isSeen: boolean;
    }
  | { readonly type: 'command'; readonly command: ShellCommand }
  /** Show the wall with this number, from 1. */
  | { readonly type: 'open-wall'; readonly number: number }
  /** Somebody wants to leave the kiosk: the page asks for the PIN. */
  | { readonly type: 'pin-wanted' }
  | { readonly type: 'pin-refused'; readonly message: string };
