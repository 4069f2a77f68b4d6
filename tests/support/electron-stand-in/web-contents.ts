import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { MessagePortMain, WebContents, WebFrameMain, WebPreferences } from 'electron';
import type { Chromium, DevToolsSession } from './chromium.ts';
import { makeCodec } from './codec.ts';
import { fromHttp, toHttp } from './custom-protocol.ts';
import { channels, handlers } from './ipc-main.ts';
import { closePorts, handOverPorts, takePortMessage } from './message-port.ts';
import {
  type FromPage,
  type IsolatedWorldOptions,
  isolatedWorld,
  mainWorld,
  type ToPage,
} from './page-world.ts';
import { applyPermissions, session } from './session.ts';
import { checkOptions, StandInEvent, strict, strictEmitter } from './strict.ts';

type OpenHandler = Parameters<WebContents['setWindowOpenHandler']>[0];

const worldName = 'Electron Isolated Context';
const preferences = [
  ...[
    'preload',
    'sandbox',
    'contextIsolation',
    'nodeIntegration',
    'webviewTag',
    'backgroundThrottling',
    'devTools',
  ],
  // The stand-in's Chromium lets pages play sound always.
  ...['spellcheck', 'navigateOnDragDrop', 'additionalArguments', 'autoplayPolicy'],
];
const events = [
  ...['will-navigate', 'will-redirect', 'will-attach-webview', 'will-frame-navigate', 'did-finish-load'],
  ...['did-fail-load', 'render-process-gone', 'unresponsive', 'responsive', 'preload-error', 'destroyed'],
];
/** A thread is there a moment after it was asked for. */
const throttledLooks = 100;
const throttledMilliseconds = 20;
const codec = makeCodec();
let lastId = 0;

/** A page, over its DevTools session. */
export class StandInWebContents
  extends strictEmitter('webContents', events)
  implements
    Pick<
      WebContents,
      | 'id'
      | 'session'
      | 'mainFrame'
      | 'getURL'
      | 'loadURL'
      | 'executeJavaScript'
      | 'reload'
      | 'isDestroyed'
      | 'isCrashed'
      | 'forcefullyCrashRenderer'
      | 'getOSProcessId'
      | 'setWindowOpenHandler'
      | 'send'
      | 'postMessage'
      | 'toggleDevTools'
    >
{
  static readonly all = new Set<StandInWebContents>();

  readonly id = ++lastId;
  readonly session = session.defaultSession;
  readonly mainFrame: WebFrameMain;
  /** Of Chromium; a page's is also that of its main frame. */
  targetId = '';
  readonly #preferences: WebPreferences;
  readonly #attached = Promise.withResolvers<{ chromium: Chromium; page: DevToolsSession }>();
  #world = Promise.withResolvers<string>();
  #hasWorld = false;
  #url = '';
  #requested: string | undefined;
  #isDestroyed = false;
  #isCrashed = false;
  #openHandler: OpenHandler | undefined;
  /** Messages arrive in order. */
  #sent: Promise<unknown> = Promise.resolve();
  readonly #ports = new Set<number>();

  constructor(webPreferences: WebPreferences = {}) {
    super();
    checkOptions('webPreferences', webPreferences, preferences);
    const { sandbox, contextIsolation, nodeIntegration, webviewTag } = webPreferences;
    if (sandbox === false || contextIsolation === false || nodeIntegration === true || webviewTag === true) {
      throw new Error('The Electron stand-in shows sandboxed, isolated pages only.');
    }
    this.#preferences = webPreferences;
    const self = this;
    const frame: Pick<WebFrameMain, 'url' | 'parent' | 'origin'> = {
      get url() {
        return self.#url;
      },
      get origin() {
        const { protocol, host } = new URL(self.#url);
        return `${protocol}//${host}`;
      },
      parent: null,
    };
    this.mainFrame = strict('webContents.mainFrame', frame) as WebFrameMain;
    StandInWebContents.all.add(this);
  }

  getURL(): string {
    return this.#url;
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  isCrashed(): boolean {
    return this.#isCrashed;
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  async loadURL(url: string): Promise<void> {
    const { page } = await this.#attached.promise;
    const loaded = new Promise<void>((resolve) => this.once('did-finish-load', () => resolve()));
    const { errorText } = await page.send('Page.navigate', { url: toHttp(url) });
    if (errorText !== undefined) {
      this.emit('did-fail-load', new StandInEvent(), -2, errorText, url, true);
      throw new Error(`${errorText} loading '${url}'`);
    }
    await loaded;
  }

  async executeJavaScript(code: string): Promise<unknown> {
    const { page } = await this.#attached.promise;
    const { result, exceptionDetails } = await page.send('Runtime.evaluate', {
      expression: code,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
    return result.value;
  }

  reload(): void {
    void this.#attached.promise.then(({ page }) => {
      // A crashed page has nothing to reload.
      if (this.#isCrashed) return page.send('Page.navigate', { url: toHttp(this.#url) });
      return page.send('Page.reload');
    }, ignore);
  }

  forcefullyCrashRenderer(): void {
    // Answered by nobody: the page is gone.
    void this.#attached.promise.then(({ page }) => page.send('Page.crash')).catch(ignore);
  }

  /** Of the renderer's process; 0 until its page has run. */
  getOSProcessId(): number {
    return this.#processId;
  }
  #processId = 0;

  toggleDevTools(): void {
    // Headless: there is no window for them.
  }

  send(channel: string, ...parameters: unknown[]): void {
    this.#post({ type: 'send', channel, parameters });
  }

  postMessage(channel: string, message: unknown, transfer: MessagePortMain[] = []): void {
    const ports = handOverPorts(transfer, (portMessage) => this.#post(portMessage));
    for (const port of ports) this.#ports.add(port);
    this.#post({ type: 'post', channel, message, ports });
  }

  /** Takes the target that Chromium has made for this page. */
  async attach(chromium: Chromium, page: DevToolsSession, targetId: string): Promise<void> {
    this.targetId = targetId;
    this.#listen(chromium, page);
    const binding = `standIn${randomBytes(8).toString('hex')}`;
    page.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === binding) void this.#take(codec.decode(payload) as FromPage);
    });
    const exposeEvent = `expose${binding}`;
    const { preload } = this.#preferences;
    const options: IsolatedWorldOptions = {
      binding,
      entry: entryOf(binding),
      exposeEvent,
      platform: process.platform,
      versions: { ...process.versions },
    };
    this.#entry = options.entry;
    const script = `function (require, module, exports, process) {\n${preload === undefined ? '' : readFileSync(preload, 'utf8')}\n}`;
    await Promise.all([
      page.send('Page.enable'),
      page.send('Inspector.enable'),
      page.send('Runtime.addBinding', { name: binding, executionContextName: worldName }),
      page.send('Page.addScriptToEvaluateOnNewDocument', {
        source: `(${mainWorld})(${JSON.stringify(exposeEvent)}, ${makeCodec})`,
      }),
      page.send('Page.addScriptToEvaluateOnNewDocument', {
        source: `(${isolatedWorld})(${JSON.stringify(options)}, ${makeCodec}, ${script})`,
        worldName,
      }),
      page.send('Runtime.enable'),
      page.send('Fetch.enable', { patterns: [{ urlPattern: '*', resourceType: 'Document' }] }),
      page.send('Runtime.runIfWaitingForDebugger'),
    ]);
    this.#attached.resolve({ chromium, page });
  }
  #entry = '';

  /** A window that this page wants to open. @returns whether the app lets it */
  opens(url: string): boolean {
    const details = {
      url,
      frameName: '',
      features: '',
      disposition: 'foreground-tab',
      referrer: { policy: 'default', url: '' },
    } as const;
    return this.#openHandler?.(details).action !== 'deny';
  }

  /** Its target is gone. */
  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    StandInWebContents.all.delete(this);
    closePorts(this.#ports);
    this.emit('destroyed');
  }

  #listen(chromium: Chromium, page: DevToolsSession): void {
    page.on('Runtime.executionContextCreated', ({ context }) => {
      const { frameId } = (context.auxData ?? {}) as { frameId?: string };
      if (context.name === worldName && frameId === this.targetId) {
        this.#hasWorld = true;
        this.#world.resolve(context.uniqueId);
      }
    });
    page.on('Runtime.executionContextsCleared', () => {
      // Messages may wait for the next one already.
      if (this.#hasWorld) this.#world = Promise.withResolvers();
      this.#hasWorld = false;
      // Its ports die with a page.
      closePorts(this.#ports);
      this.#ports.clear();
    });
    page.on('Page.frameNavigated', ({ frame }) => {
      if (frame.id === this.targetId) this.#url = fromHttp(frame.url);
    });
    page.on('Page.loadEventFired', () => {
      this.#isCrashed = false;
      void this.#noteProcess(chromium, page).finally(() => this.emit('did-finish-load', new StandInEvent()));
    });
    page.on('Page.frameRequestedNavigation', ({ frameId, url }) => {
      if (frameId === this.targetId) this.#requested = url;
    });
    page.on('Inspector.targetCrashed', () => {
      this.#isCrashed = true;
      this.emit('render-process-gone', new StandInEvent(), { reason: 'crashed', exitCode: 9 });
    });
    page.on('Fetch.requestPaused', ({ requestId, request, frameId }) => {
      void this.#navigate(chromium, page, requestId, request.url, frameId).catch((error: unknown) => {
        if (!this.#isDestroyed) console.error(`The stand-in could not navigate to ${request.url}:`, error);
      });
    });
  }

  /** DevTools does not tell which of the renderers shows a page: it is the one with a throttling thread when it is throttled. */
  async #noteProcess(chromium: Chromium, page: DevToolsSession): Promise<void> {
    const { processInfo } = await chromium.browser.send('SystemInfo.getProcessInfo');
    const renderers = processInfo.filter(({ type }) => type === 'renderer');
    await page.send('Emulation.setCPUThrottlingRate', { rate: 2 });
    for (let look = 0; look < throttledLooks; look++) {
      const found = renderers.find(({ id }) => isThrottled(id));
      this.#processId = found?.id ?? 0;
      if (found !== undefined) break;
      await delay(throttledMilliseconds);
    }
    await page.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  }

  async #navigate(
    chromium: Chromium,
    page: DevToolsSession,
    requestId: string,
    url: string,
    frameId: string,
  ): Promise<void> {
    const shown = fromHttp(url);
    if (frameId === this.targetId && this.#requested === url) {
      this.#requested = undefined;
      const event = new StandInEvent();
      this.emit('will-navigate', event, shown);
      if (event.defaultPrevented) {
        await page.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
        return;
      }
    }
    if (frameId === this.targetId) {
      await applyPermissions(chromium, this as unknown as WebContents, shown);
    }
    await page.send('Fetch.continueRequest', { requestId });
  }

  async #take(message: FromPage): Promise<void> {
    const event = Object.assign(new StandInEvent(), {
      sender: this,
      senderFrame: this.mainFrame,
      ports: [],
    }) as unknown as Electron.IpcMainInvokeEvent;
    switch (message.type) {
      case 'send':
        channels.emit(message.channel, event, ...message.parameters);
        return;
      case 'invoke': {
        const { call, channel } = message;
        try {
          const handler = handlers.get(channel);
          if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
          const value: unknown = await handler(event, ...message.parameters);
          this.#post({ type: 'reply', call, error: null, value });
        } catch (error) {
          const told = `Error invoking remote method '${channel}': ${String(error)}`;
          this.#post({ type: 'reply', call, error: told, value: null });
        }
        return;
      }
      case 'preload-error':
        this.emit('preload-error', new StandInEvent(), this.#preferences.preload, new Error(message.message));
        return;
      case 'port':
      case 'port-closed':
        takePortMessage(message);
    }
  }

  #post(message: ToPage): void {
    const text = JSON.stringify(codec.encode(message));
    this.#sent = this.#sent
      .then(async () => {
        const { page } = await this.#attached.promise;
        const uniqueContextId = await this.#world.promise;
        await page.send('Runtime.evaluate', { expression: `${this.#entry}(${text})`, uniqueContextId });
      }, ignore)
      .catch(ignore);
  }
}

const entryOf = (binding: string) => `${binding}Entry`;

/** Linux: whether a process has Chromium's thread that throttles. */
function isThrottled(pid: number): boolean {
  return threadsOf(pid).some((task) => nameOfThread(pid, task).startsWith('CPUThrottling'));
}

/** None, when the process has just ended. */
function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Empty, when the thread has just ended. */
function nameOfThread(pid: number, task: string): string {
  try {
    return readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8');
  } catch {
    return '';
  }
}

/** A page that is gone takes no messages: as in Electron, nobody is told. */
function ignore(): void {
  // Nothing to do.
}
