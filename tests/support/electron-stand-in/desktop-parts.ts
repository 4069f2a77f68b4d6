import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type {
  Dialog,
  Display,
  MessageBoxOptions,
  NativeTheme,
  PowerSaveBlocker,
  SafeStorage,
  Screen,
} from 'electron';
import { app } from './app.ts';
import { strict, strictEmitter } from './strict.ts';

/*
 * What a desktop has beside windows: displays, power, a keychain, dialogs. A test says what they are.
 */

const blockers = new Set<number>();
let lastBlocker = 0;
export const powerSaveBlocker = strict<PowerSaveBlocker>('powerSaveBlocker', {
  start() {
    blockers.add(++lastBlocker);
    return lastBlocker;
  },
  stop: (id) => blockers.delete(id),
  isStarted: (id) => blockers.has(id),
});

class StandInPowerMonitor extends strictEmitter('powerMonitor', [
  'suspend',
  'resume',
  'lock-screen',
  'unlock-screen',
  'shutdown',
]) {}
/** Silent, until a test emits. */
export const powerMonitor = new StandInPowerMonitor();

/** GATEHOUSE_DISPLAYS: a JSON array of bounds, the first one's the primary display. */
function firstDisplays(): Display[] {
  const bounds = process.env.GATEHOUSE_DISPLAYS ?? '[{"x":0,"y":0,"width":1920,"height":1080}]';
  return (JSON.parse(bounds) as Electron.Rectangle[]).map(displayOf);
}

function displayOf(bounds: Electron.Rectangle, index: number): Display {
  const { width, height } = bounds;
  const display: Partial<Display> = {
    id: 1_000 + index,
    label: `Display ${index + 1}`,
    bounds,
    workArea: bounds,
    size: { width, height },
    workAreaSize: { width, height },
    scaleFactor: 1,
    internal: false,
  };
  return display as Display;
}

function overlap(one: Electron.Rectangle, other: Electron.Rectangle): number {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  return Math.max(0, width) * Math.max(0, height);
}

class StandInScreen
  extends strictEmitter('screen', ['display-added', 'display-removed', 'display-metrics-changed'])
  implements Pick<Screen, 'getAllDisplays' | 'getPrimaryDisplay' | 'getDisplayMatching'>
{
  #displays = firstDisplays();

  getAllDisplays(): Display[] {
    return [...this.#displays];
  }

  getPrimaryDisplay(): Display {
    const [first] = this.#displays;
    if (first === undefined) throw new Error('There is no display.');
    return first;
  }

  getDisplayMatching(bounds: Electron.Rectangle): Display {
    const by = (display: Display) => overlap(display.bounds, bounds);
    return this.getAllDisplays().reduce((best, display) => (by(display) > by(best) ? display : best));
  }

  /** For tests: displays are plugged in and out. */
  standInPlug(bounds: readonly Electron.Rectangle[]): void {
    const before = this.#displays;
    this.#displays = bounds.map(displayOf);
    for (const display of before.slice(bounds.length)) this.emit('display-removed', {}, display);
    for (const display of this.#displays.slice(before.length)) this.emit('display-added', {}, display);
  }
}
export const screen = new StandInScreen();

/** Nobody is there to choose: dialogs take their cancel button. */
export const dialog = strict<
  Pick<Dialog, 'showErrorBox'> & { showMessageBox(options: MessageBoxOptions): Promise<object> }
>('dialog', {
  async showMessageBox(options) {
    return { response: options.cancelId ?? 0, checkboxChecked: false };
  },
  showErrorBox(title, content) {
    process.stderr.write(`${title}\n${content}\n`);
  },
});

class StandInTheme
  extends strictEmitter('nativeTheme', ['updated'])
  implements Pick<NativeTheme, 'themeSource' | 'shouldUseDarkColors' | 'shouldUseHighContrastColors'>
{
  readonly shouldUseHighContrastColors = false;
  #source: NativeTheme['themeSource'] = 'system';

  get themeSource(): NativeTheme['themeSource'] {
    return this.#source;
  }

  set themeSource(source: NativeTheme['themeSource']) {
    this.#source = source;
    this.emit('updated');
  }

  /** The operating system is set to dark. */
  get shouldUseDarkColors(): boolean {
    return this.#source !== 'light';
  }
}
export const nativeTheme = new StandInTheme();

export const nativeImage = strict('nativeImage', {
  /** As in Electron, a file that is not there gives an empty image. */
  createFromPath: (file: string) =>
    strict('NativeImage', { file, isEmpty: () => !existsSync(file), setTemplateImage() {} }),
});

/** The keychain: a key in a file. GATEHOUSE_KEYCHAIN: `gnome_libsecret`, `basic_text` or `missing`. */
const keychain = () => process.env.GATEHOUSE_KEYCHAIN ?? 'gnome_libsecret';

function keychainKey(): Buffer {
  if (keychain() === 'missing') throw new Error('Encryption is not available.');
  const file = path.join(app.getPath('userData'), `keychain-${keychain()}`);
  if (!existsSync(file)) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, randomBytes(32), { mode: 0o600 });
  }
  return readFileSync(file);
}

export const safeStorage = strict<
  Pick<
    SafeStorage,
    'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
  >
>('safeStorage', {
  isAsyncEncryptionAvailable: async () => app.isReady() && keychain() !== 'missing',
  getSelectedStorageBackend: () => (keychain() === 'missing' ? 'unknown' : (keychain() as 'gnome_libsecret')),
  async encryptStringAsync(text) {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', keychainKey(), nonce);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  },
  async decryptStringAsync(sealed) {
    const decipher = createDecipheriv('aes-256-gcm', keychainKey(), sealed.subarray(0, 12));
    decipher.setAuthTag(sealed.subarray(12, 28));
    const result = decipher.update(sealed.subarray(28), undefined, 'utf8') + decipher.final('utf8');
    return { result, shouldReEncrypt: false };
  },
});
