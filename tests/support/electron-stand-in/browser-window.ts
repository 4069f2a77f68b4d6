import type { BrowserWindow, BrowserWindowConstructorOptions, Rectangle, WebContents } from 'electron';
import type { Chromium } from './chromium.ts';
import { checkOptions, StandInEvent, strictEmitter } from './strict.ts';
import { StandInWebContents } from './web-contents.ts';

type WindowState = 'normal' | 'maximized' | 'minimized' | 'fullscreen';

const known = [
  ...['x', 'y', 'width', 'height', 'minWidth', 'minHeight', 'show', 'title', 'icon', 'backgroundColor'],
  ...[
    'fullscreen',
    'fullscreenable',
    'kiosk',
    'closable',
    'minimizable',
    'autoHideMenuBar',
    'webPreferences',
    'darkTheme',
  ],
];
const events = [
  ...[
    'close',
    'closed',
    'focus',
    'blur',
    'show',
    'hide',
    'resize',
    'move',
    'resized',
    'moved',
    'maximize',
    'unmaximize',
  ],
  ...[
    'minimize',
    'restore',
    'enter-full-screen',
    'leave-full-screen',
    'ready-to-show',
    'unresponsive',
    'responsive',
  ],
];

const closeAgainMilliseconds = 1_000;

let chromium: Chromium | undefined;
let onLastClosed: () => void = () => undefined;
let lastId = 0;
/** Windows that wait for the page that Chromium makes for them, in that order. */
const waiting: StandInBrowserWindow[] = [];

/** From now on windows can be made. @param lastClosed called when none is left */
export function startWindows(browser: Chromium, lastClosed: () => void): void {
  chromium = browser;
  onLastClosed = lastClosed;
}

/** A window of a headless Chromium: it has bounds and states, and nobody sees it. */
export class StandInBrowserWindow
  extends strictEmitter('BrowserWindow', events)
  implements
    Pick<
      BrowserWindow,
      | 'id'
      | 'webContents'
      | 'loadURL'
      | 'close'
      | 'destroy'
      | 'isDestroyed'
      | 'show'
      | 'showInactive'
      | 'hide'
      | 'focus'
      | 'isVisible'
      | 'isFocused'
      | 'minimize'
      | 'restore'
      | 'maximize'
      | 'isMinimized'
      | 'isMaximized'
      | 'isFullScreen'
      | 'setFullScreen'
      | 'isKiosk'
      | 'setKiosk'
      | 'getBounds'
      | 'getNormalBounds'
      | 'setBounds'
      | 'getBackgroundColor'
      | 'setBackgroundColor'
      | 'setTitle'
      | 'getTitle'
      | 'setMenuBarVisibility'
      | 'setAutoHideMenuBar'
      | 'setClosable'
      | 'moveTop'
    >
{
  static readonly #all = new Set<StandInBrowserWindow>();
  static #focused: StandInBrowserWindow | null = null;

  readonly id = ++lastId;
  readonly webContents: WebContents;
  readonly #contents: StandInWebContents;
  readonly #whenAttached = Promise.withResolvers<Chromium>();
  #bounds: Rectangle;
  #title: string;
  #ground: string;
  #state: WindowState = 'normal';
  #isKiosk = false;
  #isVisible: boolean;
  #isDestroyed = false;

  static getAllWindows(): StandInBrowserWindow[] {
    return [...StandInBrowserWindow.#all];
  }

  static getFocusedWindow(): StandInBrowserWindow | null {
    return StandInBrowserWindow.#focused;
  }

  static fromWebContents(contents: WebContents): StandInBrowserWindow | null {
    return StandInBrowserWindow.getAllWindows().find((window) => window.webContents === contents) ?? null;
  }

  static fromId(id: number): StandInBrowserWindow | null {
    return StandInBrowserWindow.getAllWindows().find((window) => window.id === id) ?? null;
  }

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super();
    if (chromium === undefined) throw new Error('Cannot create BrowserWindow before app is ready');
    checkOptions('BrowserWindow', options, known);
    const { x = 0, y = 0, width = 800, height = 600 } = options;
    this.#bounds = { x, y, width, height };
    this.#title = options.title ?? '';
    this.#ground = options.backgroundColor ?? '#FFFFFF';
    this.#isVisible = options.show !== false;
    this.#contents = new StandInWebContents(options.webPreferences);
    this.webContents = this.#contents as unknown as WebContents;
    this.#contents.once('did-finish-load', () => setImmediate(() => this.emit('ready-to-show')));
    StandInBrowserWindow.#all.add(this);
    waiting.push(this);
    // The page is attached when Chromium tells of its target.
    const target = { url: 'about:blank', newWindow: true, width, height };
    chromium.browser.send('Target.createTarget', target).catch(() => this.gone());
    if (this.#isVisible) this.focus();
    if (options.kiosk === true) this.setKiosk(true);
    else if (options.fullscreen === true) this.setFullScreen(true);
  }

  /** The next window that waits for its page. */
  static nextWaiting(): StandInBrowserWindow | undefined {
    return waiting.shift();
  }

  get contents(): StandInWebContents {
    return this.#contents;
  }

  async attach(browser: Chromium, sessionId: string, targetId: string): Promise<void> {
    await this.#contents.attach(browser, browser.session(sessionId), targetId);
    this.#whenAttached.resolve(browser);
    this.#applyBounds();
  }

  loadURL(url: string): Promise<void> {
    return this.#contents.loadURL(url);
  }

  close(): void {
    void this.tryClose();
  }

  /** @returns whether nobody prevented it; it is closed then */
  async tryClose(): Promise<boolean> {
    const event = new StandInEvent();
    this.emit('close', event);
    if (event.defaultPrevented) return false;
    await this.#end();
    return true;
  }

  destroy(): void {
    void this.#end();
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  show(): void {
    this.showInactive();
    this.focus();
  }

  showInactive(): void {
    this.#isVisible = true;
    this.emit('show');
  }

  hide(): void {
    this.#isVisible = false;
    this.emit('hide');
  }

  focus(): void {
    StandInBrowserWindow.#focused = this;
    this.emit('focus');
  }

  isVisible(): boolean {
    return this.#isVisible;
  }

  isFocused(): boolean {
    return StandInBrowserWindow.#focused === this;
  }

  minimize(): void {
    this.#change('minimized', 'minimize');
  }

  restore(): void {
    this.#change('normal', 'restore');
  }

  maximize(): void {
    this.#change('maximized', 'maximize');
  }

  isMinimized(): boolean {
    return this.#state === 'minimized';
  }

  isMaximized(): boolean {
    return this.#state === 'maximized';
  }

  isFullScreen(): boolean {
    return this.#state === 'fullscreen';
  }

  setFullScreen(isFull: boolean): void {
    if (isFull === this.isFullScreen()) return;
    this.#change(isFull ? 'fullscreen' : 'normal', isFull ? 'enter-full-screen' : 'leave-full-screen');
  }

  isKiosk(): boolean {
    return this.#isKiosk;
  }

  setKiosk(isKiosk: boolean): void {
    this.#isKiosk = isKiosk;
    this.setFullScreen(isKiosk);
  }

  getBounds(): Rectangle {
    return { ...this.#bounds };
  }

  /** Those that it has when it is neither maximised nor full screen; the stand-in's `getBounds` gives the same. */
  getNormalBounds(): Rectangle {
    return this.getBounds();
  }

  setBounds(bounds: Partial<Rectangle>): void {
    this.#bounds = { ...this.#bounds, ...bounds };
    this.#applyBounds();
    this.emit('resize');
    this.emit('move');
  }

  getBackgroundColor(): string {
    return this.#ground;
  }

  setBackgroundColor(colour: string): void {
    this.#ground = colour;
  }

  setTitle(title: string): void {
    this.#title = title;
  }

  getTitle(): string {
    return this.#title;
  }

  setMenuBarVisibility(): void {
    // Headless: there is no menu bar to be seen.
  }

  setAutoHideMenuBar(): void {
    // The same.
  }

  setClosable(): void {
    // It has no frame with a button.
  }

  moveTop(): void {
    // Nobody sees which one is on top.
  }

  /** Its page is gone. */
  gone(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    StandInBrowserWindow.#all.delete(this);
    if (StandInBrowserWindow.#focused === this) StandInBrowserWindow.#focused = null;
    this.#contents.destroy();
    this.emit('closed');
    if (StandInBrowserWindow.#all.size === 0) onLastClosed();
  }

  async #end(): Promise<void> {
    if (this.#isDestroyed) return;
    const closed = new Promise<void>((resolve) => this.once('closed', () => resolve()));
    const browser = await this.#whenAttached.promise;
    const ask = () => {
      browser.browser
        .send('Target.closeTarget', { targetId: this.#contents.targetId })
        .catch(() => this.gone());
    };
    ask();
    // Of a page that is just being loaded Chromium now and then says that it is closed, and leaves it open.
    const again = setInterval(ask, closeAgainMilliseconds);
    await closed;
    clearInterval(again);
  }

  #change(state: WindowState, event: string): void {
    this.#state = state;
    void this.#setWindow({ windowState: state });
    this.emit(event);
  }

  #applyBounds(): void {
    const { x, y, width, height } = this.#bounds;
    if (this.#state === 'normal') void this.#setWindow({ left: x, top: y, width, height });
  }

  async #setWindow(bounds: {
    left?: number;
    top?: number;
    width?: number;
    height?: number;
    windowState?: WindowState;
  }): Promise<void> {
    const { browser } = await this.#whenAttached.promise;
    try {
      const { targetId } = this.#contents;
      const { windowId } = await browser.send('Browser.getWindowForTarget', { targetId });
      // Chromium goes from one state to another by way of the normal one.
      await browser.send('Browser.setWindowBounds', { windowId, bounds: { windowState: 'normal' } });
      await browser.send('Browser.setWindowBounds', { windowId, bounds });
    } catch {
      // Closed meanwhile.
    }
  }
}
