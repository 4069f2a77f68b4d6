import path from 'node:path';
import { type IpcMainEvent, ipcMain, nativeTheme, screen, type WebContents } from 'electron';
import { type PageMessage, pageMessage, type ShellMessage, type WallPlace } from '../contract/shell.ts';
import { consoleOrigin } from './console-files.ts';
import { ConsoleWindow } from './console-window.ts';
import type { WindowFile } from './window-file.ts';
import { groundOf } from './window-look.ts';
import {
  type DisplayArea,
  freeDisplay,
  hasDisplay,
  maximumWindows,
  openingBounds,
  type Rectangle,
  type WindowState,
} from './window-state.ts';

const preload = path.resolve(import.meta.dirname, '../preload/preload.cjs');
const pulseMilliseconds = 3_000;

/** What the computer does while nobody sees it. */
export type HiddenBecause = 'locked' | 'asleep';

export interface ConsoleWindowsOptions {
  readonly file: WindowFile;
  readonly icon: string | undefined;
  readonly hasDeveloperTools: boolean;
  /** A page says something. */
  readonly onMessage: (message: PageMessage, window: ConsoleWindow) => void;
  /** Somebody wants to close a window of the kiosk. */
  readonly onKioskClose: (window: ConsoleWindow) => void;
  /** Words for the log. */
  readonly onTrouble: (words: string) => void;
}

/** The windows of the console: each with its own wall, on its own display, opened again as they were. */
export class ConsoleWindows implements Disposable {
  readonly #options: ConsoleWindowsOptions;
  readonly #windows = new Set<ConsoleWindow>();
  readonly #pulse: NodeJS.Timeout;
  #isKiosk = false;
  /** Why nobody sees any of them. */
  readonly #hidden = new Set<HiddenBecause>();
  /** From now on windows that close are to be opened again by the next start. */
  #isQuitting = false;

  constructor(options: ConsoleWindowsOptions) {
    this.#options = options;
    ipcMain.on('from-page', (event, message: unknown) => this.#take(event, message));
    ipcMain.on('pong', (event) => this.#of(event.sender)?.answered());
    this.#pulse = setInterval(() => {
      for (const window of this.#windows) window.checkPulse();
    }, pulseMilliseconds);
    screen.on('display-added', () => this.#displaysChanged());
    screen.on('display-removed', () => this.#displaysChanged());
    screen.on('display-metrics-changed', () => this.#displaysChanged());
    // The operating system may have changed from light to dark.
    nativeTheme.on('updated', () => this.paint());
  }

  get count(): number {
    return this.#windows.size;
  }

  get isKiosk(): boolean {
    return this.#isKiosk;
  }

  /** Opens the windows of the last time, or one. */
  openAll(): void {
    const states = this.#options.file.read().windows;
    if (states.length === 0) this.open();
    for (const state of states) this.open(state);
  }

  /** Opens one, on the display of `state` if that is there. */
  open(state?: WindowState): void {
    if (this.#windows.size >= maximumWindows) return;
    const bounds = openingBounds(state, displays());
    const isBeside = state === undefined && this.#windows.size > 0;
    this.#add(isBeside ? { ...bounds, x: bounds.x + 40, y: bounds.y + 40 } : bounds, state, false);
  }

  /** Opens one for a wall: over a display that has none yet, else beside the others. */
  openFor(place: WallPlace): void {
    if (this.#isKiosk || this.#windows.size >= maximumWindows) return;
    const all = displays();
    const free = freeDisplay(
      all,
      [...this.#windows].map(({ window }) => window.getBounds()),
    );
    const middle = openingBounds(undefined, all);
    const bounds = free?.workArea ?? { ...middle, x: middle.x + 40, y: middle.y + 40 };
    const display = free?.bounds ?? screen.getDisplayMatching(bounds).bounds;
    const isMaximised = free !== undefined;
    this.#add(bounds, { bounds, display, isMaximised, isFullScreen: false, place }, false);
  }

  /** One on each display that was chosen, full screen. @param chosen numbers of displays, from 1 */
  openKiosk(chosen: readonly number[] | 'all'): void {
    this.#isKiosk = true;
    const states = this.#options.file.read().windows;
    const all = displays();
    const wanted = all.filter((_display, index) => chosen === 'all' || chosen.includes(index + 1));
    for (const { bounds } of wanted.length > 0 ? wanted : all.slice(0, 1)) {
      const state = states.find(({ display }) => display.x === bounds.x && display.y === bounds.y);
      this.#add(bounds, state, true);
    }
  }

  send(message: ShellMessage): void {
    for (const window of this.#windows) window.send(message);
  }

  /** In the theme that was chosen last. */
  paint(): void {
    const ground = groundOf(this.#options.file.read().theme);
    for (const window of this.#windows) window.paint(ground);
  }

  /** Nobody sees any window from now on. */
  hide(because: HiddenBecause): void {
    this.#hidden.add(because);
    for (const window of this.#windows) window.tell();
  }

  unhide(because: HiddenBecause): void {
    if (!this.#hidden.delete(because)) return;
    for (const window of this.#windows) window.tell();
  }

  /** The one that a command of the menu is for. */
  get current(): ConsoleWindow | undefined {
    return [...this.#windows].find(({ window }) => window.isFocused()) ?? this.#windows.values().next().value;
  }

  focus(): void {
    const { current } = this;
    if (current === undefined) this.open();
    else current.focus();
  }

  /** The machine was asleep: nobody could answer. */
  woke(): void {
    this.unhide('asleep');
    for (const window of this.#windows) window.answered();
  }

  /** The app ends: kiosk windows close, too, and all of them are opened again by the next start. */
  quitting(): void {
    this.#isQuitting = true;
    this.#save();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#pulse);
  }

  #add(bounds: Rectangle, state: WindowState | undefined, isKiosk: boolean): void {
    const { file, icon, hasDeveloperTools, onTrouble, onKioskClose } = this.#options;
    const added: ConsoleWindow = new ConsoleWindow({
      preload,
      icon,
      bounds,
      ground: groundOf(file.read().theme),
      state,
      isKiosk,
      hasDeveloperTools,
      isHidden: () => this.#hidden.size > 0,
      displayOf: (at) => screen.getDisplayMatching(at).bounds,
      onChange: () => this.#save(),
      onTrouble,
    });
    this.#windows.add(added);
    const { window } = added;
    // Whoever works in a window is there, whatever the operating system has told.
    window.on('focus', () => {
      this.unhide('locked');
      this.unhide('asleep');
    });
    window.on('close', (event) => {
      if (!isKiosk || this.#isQuitting) return;
      event.preventDefault();
      onKioskClose(added);
    });
    window.on('closed', () => {
      this.#windows.delete(added);
      // The last one takes the app with it, and is there again next time.
      if (!this.#isQuitting && this.#windows.size > 0) this.#save();
    });
    this.#save();
  }

  #save(): void {
    if (this.#windows.size > 0)
      this.#options.file.write({ windows: [...this.#windows].map(({ state }) => state) });
  }

  #of(contents: WebContents): ConsoleWindow | undefined {
    return [...this.#windows].find(({ window }) => !window.isDestroyed() && window.webContents === contents);
  }

  /** From our own page, in our own window, in the form that was agreed on; anything else is dropped. */
  #take(event: IpcMainEvent, message: unknown): void {
    const window = this.#of(event.sender);
    const frame = event.senderFrame;
    if (window === undefined || frame === null || frame.parent !== null) return;
    if (!frame.url.startsWith(`${consoleOrigin}/`)) return;
    const checked = pageMessage.safeParse(message);
    if (checked.success) this.#options.onMessage(checked.data, window);
    else this.#options.onTrouble('A page said something that was not understood.');
  }

  #displaysChanged(): void {
    const now = displays();
    for (const window of this.#windows) {
      window.displaysChanged();
      if (!this.#isKiosk && hasDisplay(window.state, now)) window.putBack();
    }
  }
}

/** The primary one first. */
function displays(): DisplayArea[] {
  const primary = screen.getPrimaryDisplay();
  return [primary, ...screen.getAllDisplays().filter(({ id }) => id !== primary.id)];
}
