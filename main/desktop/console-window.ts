import { BrowserWindow, type Rectangle, type Session, type WebContents } from 'electron';
import type { ShellMessage, WallPlace } from '../contract/shell.ts';
import { consoleOrigin } from './console-files.ts';
import { isSame, minimumSize, type WindowState } from './window-state.ts';

/** A page that crashes at once must not be loaded in a busy loop. */
const reloadMilliseconds = 500;
/** A page that has not answered for so long hangs. Longer than a wall of a hundred cameras needs to appear on a slow machine. */
const hangMilliseconds = 15_000;
/** After displays have changed, the operating system moves windows by itself. */
const movedBySystemMilliseconds = 3_000;

export interface ConsoleWindowOptions {
  readonly preload: string;
  readonly icon: string | undefined;
  readonly bounds: Rectangle;
  /** What it shows before its page is painted: a colour. */
  readonly ground: string;
  /** As it was when it was last open. */
  readonly state: WindowState | undefined;
  /** Full screen, without a frame, closed by nobody but the shell. */
  readonly isKiosk: boolean;
  readonly hasDeveloperTools: boolean;
  /** Nobody sees any window. */
  readonly isHidden: () => boolean;
  /** The display that a window with these bounds is on. */
  readonly displayOf: (bounds: Rectangle) => Rectangle;
  /** Something of `state` is another one now. */
  readonly onChange: () => void;
  /** Its page did not live: why, in words for the log. */
  readonly onTrouble: (words: string) => void;
}

/** A window on the console: sandboxed, going nowhere else, allowed nothing but full screen; loaded again when it crashes or hangs. */
export class ConsoleWindow {
  readonly window: BrowserWindow;
  readonly #options: ConsoleWindowOptions;
  #state: WindowState;
  /** Where the shell or the operating system put it, in contrast to the guard. */
  #placed: Rectangle;
  #movedBySystemUntil = 0;
  #answeredAt = performance.now();
  #reload: NodeJS.Timeout | undefined;

  constructor(options: ConsoleWindowOptions) {
    const { bounds, ground, state, isKiosk, displayOf } = options;
    this.#options = options;
    this.#placed = bounds;
    this.#state = state ?? {
      bounds,
      display: displayOf(bounds),
      isMaximised: false,
      isFullScreen: false,
      place: null,
    };
    this.window = new BrowserWindow({
      ...bounds,
      minWidth: minimumSize.width,
      minHeight: minimumSize.height,
      backgroundColor: ground,
      title: 'Gatehouse',
      autoHideMenuBar: true,
      kiosk: isKiosk,
      ...(options.icon === undefined ? {} : { icon: options.icon }),
      webPreferences: {
        preload: options.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
        devTools: options.hasDeveloperTools,
        // A wall that nobody touches must go on.
        backgroundThrottling: false,
        // Sound may be asked for in the native menu, which the page does not see as a touch of its own.
        autoplayPolicy: 'no-user-gesture-required',
      },
    });
    this.#restrict();
    this.#follow();
    if (!isKiosk && this.#state.isMaximised) this.window.maximize();
    if (!isKiosk && this.#state.isFullScreen) this.window.setFullScreen(true);
    const { place } = this.#state;
    // Where a window begins; what it looks at later it remembers itself, over every crash.
    const hash = place === null ? '' : `#place=${encodeURIComponent(JSON.stringify(place))}`;
    this.window.loadURL(`${consoleOrigin}/${hash}`).catch((error: unknown) => {
      options.onTrouble(`The console could not be loaded: ${String(error)}`);
    });
  }

  get contents(): WebContents {
    return this.window.webContents;
  }

  /** To open it again like this. */
  get state(): WindowState {
    return this.#state;
  }

  send(message: ShellMessage): void {
    if (!this.window.isDestroyed()) this.contents.send('to-page', message);
  }

  /** What it looks at now. */
  set place(place: WallPlace) {
    this.#change({ place });
  }

  /** What it shows when its page is loaded again. @param ground a colour */
  paint(ground: string): void {
    if (!this.window.isDestroyed()) this.window.setBackgroundColor(ground);
  }

  toggleFullScreen(): void {
    this.window.setFullScreen(!this.window.isFullScreen());
  }

  focus(): void {
    if (this.window.isMinimized()) this.window.restore();
    this.window.show();
    this.window.focus();
  }

  /** Its display is gone or there again: the operating system moves windows now, and that is not the guard's wish. */
  displaysChanged(): void {
    this.#movedBySystemUntil = performance.now() + movedBySystemMilliseconds;
  }

  /** Puts it back to where the guard had it. */
  putBack(): void {
    this.#placed = this.#state.bounds;
    this.window.setBounds(this.#state.bounds);
    if (this.#state.isMaximised) this.window.maximize();
    if (this.#state.isFullScreen) this.window.setFullScreen(true);
  }

  /** The page's preload script has answered. */
  answered(): void {
    this.#answeredAt = performance.now();
  }

  /** The page is told how its window is. */
  tell(): void {
    const { window } = this;
    this.#look();
    if (window.isDestroyed()) return;
    const { isKiosk, isHidden } = this.#options;
    this.send({
      type: 'window',
      isFullScreen: window.isFullScreen(),
      isKiosk,
      // The page does not know it by itself: its timers are not slowed down, and so it counts as visible for ever.
      isSeen: window.isVisible() && !window.isMinimized() && !isHidden(),
    });
  }

  /** Asks the page for a sign of life; one that has given none for long is ended, and loaded again. */
  checkPulse(): void {
    if (this.window.isDestroyed() || this.contents.isCrashed()) return;
    if (performance.now() - this.#answeredAt > hangMilliseconds) {
      this.#answeredAt = performance.now();
      this.#options.onTrouble('A window did not answer any more: its page is loaded again.');
      this.contents.forcefullyCrashRenderer();
    } else {
      this.contents.send('ping');
    }
  }

  #restrict(): void {
    const { contents } = this;
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    // The console is one page; loading it and reloading it are not navigations in this sense.
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    denyPermissions(contents.session);
    // Nobody may be there to press a key.
    contents.on('render-process-gone', (_event, { reason }) => {
      if (reason === 'clean-exit') return;
      this.#options.onTrouble(`A window's page has ended (${reason}): it is loaded again.`);
      clearTimeout(this.#reload);
      this.#reload = setTimeout(() => {
        if (this.window.isDestroyed()) return;
        this.#answeredAt = performance.now();
        this.contents.reload();
      }, reloadMilliseconds);
    });
  }

  #follow(): void {
    const { window } = this;
    const look = () => this.#look();
    window.on('resize', look);
    window.on('move', look);
    window.on('maximize', look);
    window.on('unmaximize', look);
    const tell = () => this.tell();
    window.on('enter-full-screen', tell);
    window.on('leave-full-screen', tell);
    window.on('minimize', tell);
    window.on('restore', tell);
    window.on('hide', tell);
    window.on('show', tell);
    this.contents.on('did-finish-load', tell);
    window.on('closed', () => clearTimeout(this.#reload));
  }

  #look(): void {
    const { window } = this;
    if (this.#options.isKiosk || window.isDestroyed()) return;
    const bounds = window.getNormalBounds();
    if (performance.now() < this.#movedBySystemUntil) {
      this.#placed = bounds;
      return;
    }
    const isMoved = !isSame(bounds, this.#placed);
    const isMaximised = window.isMaximized();
    const isFullScreen = window.isFullScreen();
    if (!isMoved && isMaximised === this.#state.isMaximised && isFullScreen === this.#state.isFullScreen)
      return;
    this.#placed = bounds;
    const display = this.#options.displayOf(bounds);
    this.#change({ bounds, display, isMaximised, isFullScreen });
  }

  #change(changed: Partial<WindowState>): void {
    this.#state = { ...this.#state, ...changed };
    this.#options.onChange();
  }
}

/** The whole screen, and a folder that somebody has chosen for an export. */
const allowed: ReadonlySet<string> = new Set(['fullscreen', 'fileSystem']);

function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(allowed.has(permission)));
  session.setPermissionCheckHandler((_contents, permission) => allowed.has(permission));
}
