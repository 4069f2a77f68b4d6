import { Menu, nativeImage, Tray } from 'electron';
import type { ShellWords } from './shell-words.ts';
import type { TrayImage, TrayStatus } from './tray-status.ts';

export interface TrayActions {
  readonly show: () => void;
  readonly newWindow: () => void;
  readonly quit: () => void;
}

/** The icon beside the clock: how the site is, and a way to its windows. Desktops without a tray have none. */
export class StatusTray implements Disposable {
  readonly #tray: Tray;
  readonly #actions: TrayActions;
  readonly #imageFile: (image: TrayImage) => string;
  #shown = '';

  /**
   * @param imageFile where the picture of a status is
   * @param first what it shows at first
   */
  constructor(
    actions: TrayActions,
    imageFile: (image: TrayImage) => string,
    first: TrayStatus,
    words: ShellWords,
  ) {
    this.#actions = actions;
    this.#imageFile = imageFile;
    this.#tray = new Tray(nativeImage.createFromPath(imageFile('attention')));
    this.#tray.on('click', () => actions.show());
    this.show(first, words);
  }

  /** @param words what the rest of its menu says */
  show({ image, words: status }: TrayStatus, words: ShellWords): void {
    if (this.#shown === status) return;
    this.#shown = status;
    const { show, newWindow, quit } = this.#actions;
    this.#tray.setImage(nativeImage.createFromPath(this.#imageFile(image)));
    this.#tray.setToolTip(`Gatehouse: ${status}`);
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { id: 'status', label: status, enabled: false },
        { type: 'separator' },
        { id: 'show', label: words.show, click: show },
        { id: 'new-window', label: words.newWindow, click: newWindow },
        { type: 'separator' },
        { id: 'quit', label: words.quit, click: quit },
      ]),
    );
  }

  [Symbol.dispose](): void {
    if (!this.#tray.isDestroyed()) this.#tray.destroy();
  }
}
