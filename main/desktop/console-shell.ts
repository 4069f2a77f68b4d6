import path from 'node:path';
import { app, dialog, powerMonitor, powerSaveBlocker } from 'electron';
import { createLog, type Log } from '../base/log.ts';
import { version } from '../base/version.ts';
import type { FromEngine } from '../contract/engine-messages.ts';
import type { ConsoleLanguage, EngineState, PageMessage, WindowTheme } from '../contract/shell.ts';
import type { Policy } from '../contract/site-file-policy.ts';
import { type MenuActions, setApplicationMenu } from './application-menu.ts';
import type { ConsoleWindow } from './console-window.ts';
import { ConsoleWindows } from './console-windows.ts';
import { EngineSupervisor } from './engine-supervisor.ts';
import { iconFile, trayImageFile } from './icons.ts';
import type { SiteKey } from './key-ring.ts';
import { setLoginItem } from './login-item.ts';
import { type ShellWords, shellWords } from './shell-words.ts';
import { StatusTray } from './status-tray.ts';
import { trayStatus } from './tray-status.ts';
import { type PackageKind, packageKind } from './updates/package-kind.ts';
import { updateKey } from './updates/update-key.ts';
import { Updater } from './updates/updater.ts';
import { WindowFile } from './window-file.ts';
import { useTheme } from './window-look.ts';

export interface ConsoleShellOptions {
  readonly dataFolder: string;
  readonly isKiosk: boolean;
  readonly key: SiteKey;
  /** Of engine-process.js. */
  readonly parameters: readonly string[];
}

/** The app with windows: they, the menu and the tray in front, the engine behind. */
export class ConsoleShell implements AsyncDisposable {
  readonly #log: Log = createLog();
  readonly #engine: EngineSupervisor;
  readonly #windows: ConsoleWindows;
  readonly #tray: StatusTray | undefined;
  readonly #file: WindowFile;
  readonly #updater: Updater;
  readonly #kind: PackageKind = packageKind({
    platform: process.platform,
    isPackaged: app.isPackaged,
    executable: app.getPath('exe'),
    resourcesFolder: process.resourcesPath,
    environment: process.env,
  });
  readonly #isKiosk: boolean;
  readonly #dataFolder: string;
  /** Somebody who knows the PIN, or the operating system, ends the app. */
  #mayLeave = false;
  /** An update is installed at its end, and the new version started. */
  #restarts = false;
  /** The operating system does not wait for an installation. */
  #isShuttingDown = false;
  #cameras = { total: 0, inTrouble: 0 };

  constructor(options: ConsoleShellOptions) {
    const { dataFolder, key } = options;
    this.#dataFolder = dataFolder;
    this.#file = new WindowFile(path.join(dataFolder, 'window'));
    const { kiosk, theme } = this.#file.read();
    useTheme(theme);
    const isKiosk = options.isKiosk || kiosk?.enabled === true;
    this.#isKiosk = isKiosk;
    // A wall is watched, not touched: the screen must not go dark.
    powerSaveBlocker.start('prevent-display-sleep');
    this.#engine = new EngineSupervisor({
      parameters: options.parameters,
      key,
      onState: (state) => this.#engineIs(state),
      onMessage: (message) => this.#take(message),
    });
    this.#updater = this.#createUpdater();
    this.#windows = new ConsoleWindows({
      file: this.#file,
      icon: iconFile(),
      hasDeveloperTools: !app.isPackaged,
      onMessage: (message, window) => this.#hear(message, window),
      onTrouble: (words) => this.#note(words),
      onKioskClose: (window) => this.#leave(window),
    });
    this.#setMenu();
    this.#tray = isKiosk
      ? undefined
      : new StatusTray(
          {
            show: () => this.#windows.focus(),
            newWindow: () => this.#windows.open(),
            quit: () => app.quit(),
          },
          trayImageFile,
          trayStatus(this.#engine.state, this.#cameras, this.#words),
          this.#words,
        );
    powerMonitor.on('resume', () => this.#woke());
    // Linux tells of sleep alone.
    powerMonitor.on('suspend', () => this.#windows.hide('asleep'));
    powerMonitor.on('lock-screen', () => this.#windows.hide('locked'));
    powerMonitor.on('unlock-screen', () => this.#windows.unhide('locked'));
    powerMonitor.on('shutdown', () => {
      this.#mayLeave = true;
      this.#isShuttingDown = true;
    });
    // An administrator's way, and that of services.
    process.on('SIGTERM', () => {
      this.#mayLeave = true;
      app.quit();
    });
    app.on('child-process-gone', (_event, { type, reason }) => {
      // Chromium starts what it needs again by itself; the engine's end is told by its supervisor.
      if (reason !== 'clean-exit') this.#note(`A process of the windows has ended: ${type}, ${reason}.`);
    });
    if (isKiosk) this.#windows.openKiosk(kiosk?.displays ?? 'all');
    else this.#windows.openAll();
  }

  /** Somebody has started Gatehouse a second time: this one comes to the front. */
  show(): void {
    this.#windows.focus();
  }

  /** @returns whether the app may end now; else somebody is asked for the PIN */
  mayQuit(): boolean {
    if (this.#isKiosk && !this.#mayLeave && this.#file.read().kiosk?.hasPin === true) {
      this.#windows.current?.send({ type: 'pin-wanted' });
      return false;
    }
    this.#windows.quitting();
    return true;
  }

  /** The end: an update that was waiting for it is installed, when its backup could be made. */
  async [Symbol.asyncDispose](): Promise<void> {
    const updater = this.#updater;
    const installs = updater.isDueOnQuit && !this.#isShuttingDown && (await updater.prepare());
    this.#windows[Symbol.dispose]();
    this.#tray?.[Symbol.dispose]();
    await Promise.all([this.#engine[Symbol.asyncDispose](), updater[Symbol.asyncDispose]()]);
    const isStarted = installs && (await updater.install(this.#restarts));
    if (!this.#restarts || isStarted) return;
    // An AppImage is started by what its user starts, not by what was mounted from it.
    app.relaunch(this.#kind.name === 'appimage' ? { execPath: this.#kind.file } : {});
  }

  #createUpdater(): Updater {
    const { platform, arch, resourcesPath: resourcesFolder } = process;
    return new Updater({
      dataFolder: this.#dataFolder,
      kind: this.#kind,
      version,
      publicKey: updateKey,
      platform,
      arch,
      resourcesFolder,
      backUp: () => this.#engine.backUp(),
      onState: (state) => {
        if (state.name === 'failed') this.#note(`No update. ${state.reason}`);
        this.#windows.send({ type: 'updates', state });
      },
      onRestart: () => {
        this.#mayLeave = true;
        this.#restarts = true;
        app.quit();
      },
    });
  }

  #hear(message: PageMessage, window: ConsoleWindow): void {
    switch (message.type) {
      case 'want-port':
        window.send({ type: 'engine', state: this.#engine.state });
        window.send({ type: 'updates', state: this.#updater.state });
        this.#engine.connect(window.contents);
        break;
      case 'place':
        window.place = message.place;
        break;
      case 'open-window':
        this.#windows.openFor(message.place);
        break;
      case 'toggle-full-screen':
        window.toggleFullScreen();
        break;
      case 'theme':
        this.#show(message.theme);
        break;
      case 'language':
        this.#speak(message.language);
        break;
      case 'quit':
        app.quit();
        break;
      case 'leave-kiosk':
        this.#engine.checkPin(message.pin);
        break;
      case 'check-for-updates':
        void this.#updater.check();
        break;
      case 'install-update':
        void this.#updater.installNow();
        break;
      default:
        message satisfies never;
    }
  }

  #show(theme: WindowTheme): void {
    if (theme === this.#file.read().theme) return;
    this.#file.write({ theme });
    useTheme(theme);
    this.#windows.paint();
  }

  #speak(language: ConsoleLanguage): void {
    if (language === this.#file.read().language) return;
    this.#file.write({ language });
    this.#setMenu();
    this.#showStatus(this.#engine.state);
  }

  get #words(): ShellWords {
    return shellWords(this.#file.read().language, app.getLocale());
  }

  #setMenu(): void {
    const windows = this.#windows;
    const actions: MenuActions = {
      command: (command) => windows.current?.send({ type: 'command', command }),
      openWall: (number) => windows.current?.send({ type: 'open-wall', number }),
      newWindow: () => windows.open(),
      toggleFullScreen: () => windows.current?.toggleFullScreen(),
      about: () => void dialog.showMessageBox(aboutBox(this.#dataFolder, this.#words)),
      quit: () => app.quit(),
    };
    setApplicationMenu(this.#isKiosk ? null : actions, this.#words);
  }

  #showStatus(engine: EngineState): void {
    this.#tray?.show(trayStatus(engine, this.#cameras, this.#words), this.#words);
  }

  /** With a PIN the page asks for it, without one the kiosk just ends. */
  #leave(window: ConsoleWindow): void {
    if (this.#file.read().kiosk?.hasPin === true) window.send({ type: 'pin-wanted' });
    else app.quit();
  }

  #prescribe({ kiosk, updates }: Policy): void {
    this.#updater.prescribe(updates);
    const before = this.#file.read().kiosk;
    this.#file.write({ kiosk });
    const startsAtLogin = kiosk?.startAtLogin ?? false;
    if (startsAtLogin === (before?.startAtLogin ?? false)) return;
    try {
      setLoginItem(startsAtLogin, [`--data=${this.#dataFolder}`]);
    } catch (error) {
      this.#note(`Gatehouse could not be set to start at login: ${String(error)}`);
    }
  }

  #engineIs(state: EngineState): void {
    if (state.name === 'waiting') this.#log.error({ until: state.until }, state.reason);
    this.#windows.send({ type: 'engine', state });
    this.#showStatus(state);
  }

  #take(message: FromEngine): void {
    switch (message.type) {
      case 'cameras':
        this.#cameras = message;
        this.#showStatus(this.#engine.state);
        break;
      case 'policy':
        this.#prescribe(message.policy);
        break;
      case 'pin-checked':
        if (message.refusal === null) {
          this.#mayLeave = true;
          app.quit();
        } else {
          this.#windows.send({ type: 'pin-refused', message: message.refusal });
        }
        break;
      case 'ready':
      case 'alive':
      case 'failed':
      case 'backed-up':
        // The supervisor's.
        break;
      default:
        message satisfies never;
    }
  }

  #woke(): void {
    this.#windows.woke();
    this.#engine.woke();
  }

  #note(words: string): void {
    this.#log.warn(words);
    this.#engine.note(words);
  }
}

function aboutBox(dataFolder: string, words: ShellWords): Electron.MessageBoxOptions {
  return {
    type: 'info',
    title: words.about,
    message: `Gatehouse ${version}`,
    detail: [
      words.aboutProgram,
      `Electron ${process.versions.electron}, Chromium ${process.versions.chrome}`,
      words.data(dataFolder),
      words.licences('THIRD-PARTY-LICENSES.txt'),
    ].join('\n'),
    buttons: [words.close],
    cancelId: 0,
  };
}
