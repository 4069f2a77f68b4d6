import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { connect, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { App, LoginItemSettings, RelaunchOptions } from 'electron';
import { StandInBrowserWindow, startWindows } from './browser-window.ts';
import { Chromium } from './chromium.ts';
import { startProtocolServer } from './custom-protocol.ts';
import { StandInEvent, strict, strictEmitter } from './strict.ts';
import { killUtilityProcesses } from './utility-process.ts';

/** What the command line said. */
export interface Launched {
  readonly folder: string;
  readonly manifest: { readonly name?: string; readonly productName?: string; readonly version?: string };
  readonly switches: Map<string, string>;
  readonly isPackaged: boolean;
}

const events = [
  ...['ready', 'will-finish-launching', 'window-all-closed', 'before-quit', 'will-quit', 'quit', 'activate'],
  ...[
    'second-instance',
    'child-process-gone',
    'render-process-gone',
    'web-contents-created',
    'browser-window-created',
  ],
];
/** For the app, or for this process, and not for Chromium. */
const ownSwitches = ['no-sandbox', 'remote-debugging-port', 'disable-features', 'enable-features'];

class StandInApp
  extends strictEmitter('app', events)
  implements
    Pick<
      App,
      | 'name'
      | 'isPackaged'
      | 'commandLine'
      | 'getName'
      | 'setName'
      | 'getVersion'
      | 'getAppPath'
      | 'getPath'
      | 'setPath'
      | 'getLocale'
      | 'isReady'
      | 'whenReady'
      | 'requestSingleInstanceLock'
      | 'releaseSingleInstanceLock'
      | 'quit'
      | 'exit'
      | 'relaunch'
      | 'focus'
      | 'enableSandbox'
      | 'setAppUserModelId'
      | 'setAboutPanelOptions'
      | 'showAboutPanel'
      | 'getLoginItemSettings'
      | 'setLoginItemSettings'
    >
{
  #launched: Launched | undefined;
  #name = 'Electron';
  readonly #paths = new Map<string, string>();
  readonly #ready = Promise.withResolvers<void>();
  #isReady = false;
  #isQuitting = false;
  #chromium: Chromium | undefined;
  #login: Partial<LoginItemSettings> = {};
  #about: object | undefined;
  #relaunch: RelaunchOptions | undefined;
  /** A second instance tells the first one before it ends. */
  #told: Promise<void> = Promise.resolve();

  readonly commandLine = strict<
    Pick<App['commandLine'], 'appendSwitch' | 'hasSwitch' | 'getSwitchValue' | 'removeSwitch'>
  >('app.commandLine', {
    appendSwitch: (name, value = '') => void this.#switches.set(name, value),
    hasSwitch: (name) => this.#switches.has(name),
    getSwitchValue: (name) => this.#switches.get(name) ?? '',
    removeSwitch: (name) => void this.#switches.delete(name),
  }) as App['commandLine'];

  get #switches(): Map<string, string> {
    if (this.#launched === undefined) throw new Error('The stand-in was not booted.');
    return this.#launched.switches;
  }

  get name(): string {
    return this.#name;
  }

  set name(name: string) {
    this.#name = name;
  }

  get isPackaged(): boolean {
    return this.#launched?.isPackaged ?? false;
  }

  /** Before the app's own code runs. */
  boot(launched: Launched): void {
    this.#launched = launched;
    this.#name = launched.manifest.productName ?? launched.manifest.name ?? 'Electron';
    const { switches } = launched;
    const userData = switches.get('user-data-dir');
    if (userData !== undefined) this.setPath('userData', path.resolve(userData));
    switches.delete('user-data-dir');
  }

  getName(): string {
    return this.#name;
  }

  setName(name: string): void {
    this.#name = name;
  }

  getVersion(): string {
    return this.#launched?.manifest.version ?? '0.0.0';
  }

  getAppPath(): string {
    return this.#launched?.folder ?? process.cwd();
  }

  getLocale(): string {
    return 'en-US';
  }

  getPath(name: Parameters<App['getPath']>[0]): string {
    const set = this.#paths.get(name);
    if (set !== undefined) return set;
    const configuration = process.env.XDG_CONFIG_HOME ?? path.join(os.homedir(), '.config');
    switch (name) {
      case 'home':
        return os.homedir();
      case 'appData':
        return configuration;
      case 'userData':
      case 'sessionData':
        return this.#paths.get('userData') ?? path.join(configuration, this.#name);
      case 'temp':
        return os.tmpdir();
      case 'exe':
        return process.argv[0] ?? '';
      default:
        throw new Error(`Failed to get '${name}' path`);
    }
  }

  setPath(name: string, folder: string): void {
    this.#paths.set(name, folder);
  }

  isReady(): boolean {
    return this.#isReady;
  }

  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  /** As in Electron the lock is one on the folder for user data, and the first instance hears of the second. */
  requestSingleInstanceLock(additionalData: Record<string, unknown> = {}): boolean {
    const folder = createHash('sha256').update(this.getPath('userData')).digest('hex').slice(0, 32);
    // Linux's abstract namespace: it is free again as soon as this process ends, however it ends.
    const address = `\0gatehouse-stand-in-${folder}`;
    const server = createServer((socket) => {
      let text = '';
      socket.setEncoding('utf8').on('data', (data) => {
        text += data;
      });
      socket.on('end', () => {
        const { argv, folder: workingFolder, additionalData: data } = JSON.parse(text);
        this.emit('second-instance', new StandInEvent(), argv, workingFolder, data);
        socket.end();
      });
    });
    server.on('error', () => undefined);
    server.listen(address);
    server.unref();
    if (server.listening) return true;
    this.#told = new Promise((resolve) => {
      const socket = connect(address);
      socket.once('close', () => resolve()).on('error', () => resolve());
      socket.resume();
      socket.end(JSON.stringify({ argv: process.argv, folder: process.cwd(), additionalData }));
    });
    return false;
  }

  releaseSingleInstanceLock(): void {
    // Ends with the process.
  }

  async start(): Promise<void> {
    const resolver = await startProtocolServer();
    const parameters = [
      ...[
        '--headless=new',
        '--no-first-run',
        '--no-default-browser-check',
        '--no-startup-window',
        '--disable-gpu',
      ],
      ...[
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-extensions',
        '--disable-sync',
      ],
      ...['--password-store=basic', '--autoplay-policy=no-user-gesture-required', '--disable-quic', resolver],
      // The first: addresses are not hidden from the app's own pages.
      '--disable-features=WebRtcHideLocalIpsWithMdns,Translate,MediaRouter,HttpsUpgrades',
      `--user-data-dir=${path.join(this.getPath('userData'), 'chromium')}`,
    ];
    if (process.getuid?.() === 0 || this.#switches.has('no-sandbox')) parameters.push('--no-sandbox');
    const port = this.#switches.get('remote-debugging-port');
    if (port !== undefined) parameters.push(`--remote-debugging-port=${port}`);
    for (const [name, value] of this.#switches) {
      if (!ownSwitches.includes(name)) parameters.push(value === '' ? `--${name}` : `--${name}=${value}`);
    }
    const executable = process.env.GATEHOUSE_CHROMIUM ?? '/usr/bin/chromium';
    const chromium = await Chromium.launch(executable, parameters, () => {
      // In Electron they are one process. Without a window Chromium may end by itself, and nothing is missing.
      if (!this.#isQuitting && StandInBrowserWindow.getAllWindows().length > 0) process.exit(1);
    });
    this.#chromium = chromium;
    const { product } = await chromium.browser.send('Browser.getVersion');
    Object.assign(process.versions, { chrome: product.split('/')[1] });
    chromium.browser.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      const { targetId, openerId } = targetInfo;
      void this.#attach(chromium, sessionId, targetId, openerId, targetInfo.url).catch(() => undefined);
    });
    chromium.browser.on('Target.targetDestroyed', ({ targetId }) => {
      for (const window of StandInBrowserWindow.getAllWindows()) {
        if (window.contents.targetId === targetId) window.gone();
      }
    });
    await chromium.browser.send('Target.setDiscoverTargets', { discover: true });
    await chromium.browser.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: true,
      flatten: true,
      filter: [{ type: 'page' }],
    });
    startWindows(chromium, () => {
      if (this.#isQuitting) return;
      if (this.listenerCount('window-all-closed') > 0) this.emit('window-all-closed');
      else this.quit();
    });
    this.#isReady = true;
    this.emit('ready', new StandInEvent(), {});
    this.#ready.resolve();
  }

  quit(): void {
    if (this.#isQuitting) return;
    const event = new StandInEvent();
    this.emit('before-quit', event);
    if (event.defaultPrevented) return;
    this.#isQuitting = true;
    void this.#quit();
  }

  exit(code = 0): void {
    this.#isQuitting = true;
    void this.#exit(code);
  }

  /** As in Electron the new one is started when this one ends. */
  relaunch(options: RelaunchOptions = {}): void {
    this.#relaunch = options;
  }

  focus(): void {
    // Headless.
  }

  enableSandbox(): void {
    // Chromium's own is off for root alone.
  }

  setAppUserModelId(): void {
    // Windows alone.
  }

  setAboutPanelOptions(options: object): void {
    this.#about = options;
  }

  showAboutPanel(): void {
    if (this.#about === undefined) throw new Error('The about panel has nothing to say.');
  }

  getLoginItemSettings(): LoginItemSettings {
    const openAtLogin = this.#login.openAtLogin ?? false;
    return {
      openAtLogin,
      wasOpenedAtLogin: false,
      status: 'not-registered',
      executableWillLaunchAtLogin: openAtLogin,
      launchItems: [],
    };
  }

  setLoginItemSettings(settings: { openAtLogin?: boolean }): void {
    this.#login = settings;
  }

  async #quit(): Promise<void> {
    for (const window of StandInBrowserWindow.getAllWindows()) {
      if (!(await window.tryClose())) {
        this.#isQuitting = false;
        return;
      }
    }
    const event = new StandInEvent();
    this.emit('will-quit', event);
    if (event.defaultPrevented) this.#isQuitting = false;
    else await this.#exit(0);
  }

  async #exit(code: number): Promise<void> {
    this.emit('quit', new StandInEvent(), code);
    killUtilityProcesses();
    await Promise.all([this.#told, this.#chromium?.close()]);
    if (this.#relaunch !== undefined) {
      const [executable = '', ...parameters] = process.argv;
      const { execPath = executable, args = parameters } = this.#relaunch;
      spawn(execPath, args, { detached: true, stdio: 'ignore' }).unref();
    }
    process.exit(code);
  }

  async #attach(
    chromium: Chromium,
    sessionId: string,
    targetId: string,
    openerId: string | undefined,
    url: string,
  ): Promise<void> {
    const opener = StandInBrowserWindow.getAllWindows().find(
      ({ contents }) => contents.targetId === openerId,
    );
    if (opener !== undefined) {
      if (opener.contents.opens(url)) throw new Error('The Electron stand-in opens no windows for pages.');
      // Closed while it still waits for its debugger, it would leave its opener standing for good: it starts, and loads nothing.
      const opened = chromium.session(sessionId);
      await opened.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
      await opened.send('Runtime.runIfWaitingForDebugger');
      await chromium.browser.send('Target.closeTarget', { targetId });
      return;
    }
    const window = StandInBrowserWindow.nextWaiting();
    if (window !== undefined) await window.attach(chromium, sessionId, targetId);
    else await chromium.session(sessionId).send('Runtime.runIfWaitingForDebugger');
  }
}

export const app = new StandInApp();

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit());
