import { Menu, nativeImage, Tray } from 'electron';
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

  /** @param imageFile where the picture of a status is */
  constructor(actions: TrayActions, imageFile: (image: TrayImage) => string) {
    this.#actions = actions;
    this.#imageFile = imageFile;
    this.#tray = new Tray(nativeImage.createFromPath(imageFile('attention')));
    this.#tray.on('click', () => actions.show());
    this.show({ image: 'attention', words: 'Starting…' });
  }

  show({ image, words }: TrayStatus): void {
    if (this.#shown === words) return;
    this.#shown = words;
    const { show, newWindow, quit } = this.#actions;
    this.#tray.setImage(nativeImage.createFromPath(this.#imageFile(image)));
    this.#tray.setToolTip(`Gatehouse: ${words}`);
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { id: 'status', label: words, enabled: false },
        { type: 'separator' },
        { id: 'show', label: 'Show Gatehouse', click: show },
        { id: 'new-window', label: 'New window', click: newWindow },
        { type: 'separator' },
        { id: 'quit', label: 'Quit Gatehouse', click: quit },
      ]),
    );
  }

  [Symbol.dispose](): void {
    if (!this.#tray.isDestroyed()) this.#tray.destroy();
  }
}
