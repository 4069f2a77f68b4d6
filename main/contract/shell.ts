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
});
export type WallPlace = z.infer<typeof wallPlace>;

/** From a page. */
export const pageMessage = z.discriminatedUnion('type', [
  /** It wants a port to the engine: once a connection. */
  z.strictObject({ type: z.literal('want-port') }),
  z.strictObject({ type: z.literal('place'), place: wallPlace }),
  z.strictObject({ type: z.literal('toggle-full-screen') }),
  /** Somebody wants to end the app: in a kiosk with a PIN, that is asked for first. */
  z.strictObject({ type: z.literal('quit') }),
  z.strictObject({ type: z.literal('leave-kiosk'), pin: z.string().max(32) }),
]);
export type PageMessage = z.infer<typeof pageMessage>;

/** What the native menu asks a page to do. */
export type ShellCommand =
  | 'add-camera'
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
  | 'toggle-large';

/** How the engine's process is, told by the shell, which starts it again when it ends. */
export type EngineState =
  /** `reason`: why the one before has ended; null for the first. */
  | { readonly name: 'starting'; readonly reason: string | null }
  | { readonly name: 'running' }
  /** It has ended; `until` is when it is started again, in milliseconds since 1970. */
  | { readonly name: 'waiting'; readonly until: number; readonly reason: string };

/** To a page. */
export type ShellMessage =
  /** With a port to the engine. */
  | { readonly type: 'engine-port' }
  | { readonly type: 'engine'; readonly state: EngineState }
  | { readonly type: 'window'; readonly isFullScreen: boolean; readonly isKiosk: boolean }
  | { readonly type: 'command'; readonly command: ShellCommand }
  /** Show the wall with this number, from 1. */
  | { readonly type: 'open-wall'; readonly number: number }
  /** Somebody wants to leave the kiosk: the page asks for the PIN. */
  | { readonly type: 'pin-wanted' }
  | { readonly type: 'pin-refused'; readonly message: string };
