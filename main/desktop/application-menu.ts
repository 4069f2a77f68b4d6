import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { ShellCommand } from '../contract/shell.ts';
import type { ShellWords } from './shell-words.ts';

/** What the menu does. */
export interface MenuActions {
  /** Asks the page in front. */
  readonly command: (command: ShellCommand) => void;
  readonly openWall: (number: number) => void;
  readonly newWindow: () => void;
  readonly toggleFullScreen: () => void;
  readonly about: () => void;
  readonly quit: () => void;
}

const walls = 9;

/**
 * The native menu: everything that the console can do. Keys of one letter are only shown, since the page has them and a menu
 * would take them away from fields; macOS cannot only show them.
 */
export function setApplicationMenu(actions: MenuActions | null, words: ShellWords): void {
  if (actions === null) {
    Menu.setApplicationMenu(null);
    return;
  }
  const asPage = (id: ShellCommand, label: string, key?: string): MenuItemConstructorOptions => ({
    id,
    label,
    click: () => actions.command(id),
    ...(key === undefined || process.platform === 'darwin'
      ? {}
      : { accelerator: key, registerAccelerator: false }),
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const template: MenuItemConstructorOptions[] = [
    {
      label: 'Gatehouse',
      submenu: [
        {
          id: 'new-window',
          label: words.newWindow,
          accelerator: 'CommandOrControl+N',
          click: actions.newWindow,
        },
        separator,
        asPage('settings', words.settings, 'S'),
        asPage('import', words.importCameras),
        separator,
        { id: 'quit', label: words.quit, accelerator: 'CommandOrControl+Q', click: actions.quit },
      ],
    },
    {
      label: words.edit,
      submenu: [
        asPage('undo', words.undo, 'CommandOrControl+Z'),
        separator,
        { role: 'cut', label: words.cut },
        { role: 'copy', label: words.copy },
        { role: 'paste', label: words.paste },
        { role: 'selectAll', label: words.selectAll },
      ],
    },
    {
      label: words.cameras,
      submenu: [
        asPage('add-camera', words.addCamera, 'A'),
        asPage('find-cameras', words.findCameras, 'Shift+A'),
        asPage('edit-camera', words.editCamera, 'E'),
        asPage('camera-history', words.cameraHistory, 'H'),
        separator,
        asPage('camera-list', words.cameraList, 'C'),
        asPage('search', words.search, '/'),
      ],
    },
    {
      label: words.wall,
      submenu: [
        ...Array.from({ length: walls }, (_none, index): MenuItemConstructorOptions => {
          const number = index + 1;
          return {
            id: `wall-${number}`,
            label: words.wallNumber(number),
            accelerator: `CommandOrControl+${number}`,
            click: () => actions.openWall(number),
          };
        }),
        separator,
        asPage('previous-page', words.previousPage, 'PageUp'),
        asPage('next-page', words.nextPage, 'PageDown'),
        asPage('toggle-large', words.large, 'Enter'),
        asPage('toggle-sound', words.sound, 'M'),
        separator,
        { id: 'full-screen', label: words.fullScreen, accelerator: 'F11', click: actions.toggleFullScreen },
      ],
    },
    {
      label: words.help,
      submenu: [asPage('keys', words.keys, '?'), { id: 'about', label: words.about, click: actions.about }],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
