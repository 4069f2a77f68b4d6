import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { ShellCommand } from '../contract/shell.ts';

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
export function setApplicationMenu(actions: MenuActions | null): void {
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
          label: 'New window',
          accelerator: 'CommandOrControl+N',
          click: actions.newWindow,
        },
        separator,
        asPage('settings', 'Settings…', 'S'),
        asPage('import', 'Import cameras…'),
        separator,
        { id: 'quit', label: 'Quit Gatehouse', accelerator: 'CommandOrControl+Q', click: actions.quit },
      ],
    },
    {
      label: 'Edit',
      submenu: [
        asPage('undo', 'Take back', 'CommandOrControl+Z'),
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: 'Cameras',
      submenu: [
        asPage('add-camera', 'Add a camera…', 'A'),
        asPage('find-cameras', 'Find cameras…', 'Shift+A'),
        asPage('edit-camera', 'Edit the selected camera…', 'E'),
        asPage('camera-history', 'History of the selected camera', 'H'),
        separator,
        asPage('camera-list', 'List of cameras', 'C'),
        asPage('search', 'Search for a camera', '/'),
      ],
    },
    {
      label: 'Wall',
      submenu: [
        ...Array.from({ length: walls }, (_none, index): MenuItemConstructorOptions => {
          const number = index + 1;
          return {
            id: `wall-${number}`,
            label: `Wall ${number}`,
            accelerator: `CommandOrControl+${number}`,
            click: () => actions.openWall(number),
          };
        }),
        separator,
        asPage('previous-page', 'Previous page', 'PageUp'),
        asPage('next-page', 'Next page', 'PageDown'),
        asPage('toggle-large', 'Selected camera large, or small again', 'Enter'),
        asPage('toggle-sound', 'Hear the selected camera, or no longer', 'M'),
        separator,
        { id: 'full-screen', label: 'Full screen', accelerator: 'F11', click: actions.toggleFullScreen },
      ],
    },
    {
      label: 'Help',
      submenu: [asPage('keys', 'Keys', '?'), { id: 'about', label: 'About Gatehouse', click: actions.about }],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
