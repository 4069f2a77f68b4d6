import { EventEmitter } from 'node:events';
import type { MenuItem, MenuItemConstructorOptions, Tray } from 'electron';
import { StandInBrowserWindow } from './browser-window.ts';
import { checkOptions, notImplemented, strictEmitter } from './strict.ts';

const itemOptions = [
  ...[
    'id',
    'label',
    'sublabel',
    'toolTip',
    'type',
    'role',
    'accelerator',
    'registerAccelerator',
    'enabled',
    'visible',
  ],
  ...['checked', 'click', 'submenu'],
];

interface StandInMenuItem
  extends Pick<MenuItem, 'id' | 'label' | 'type' | 'enabled' | 'visible' | 'checked'> {
  readonly role: string | undefined;
  readonly accelerator: string | undefined;
  readonly submenu: StandInMenu | undefined;
  /** What choosing it does. */
  click(): void;
}

export class StandInMenu extends EventEmitter {
  static #application: StandInMenu | null = null;
  readonly items: StandInMenuItem[];

  private constructor(items: StandInMenuItem[]) {
    super();
    this.items = items;
  }

  static buildFromTemplate(template: readonly MenuItemConstructorOptions[]): StandInMenu {
    return new StandInMenu(template.map(itemOf));
  }

  static setApplicationMenu(menu: StandInMenu | null): void {
    StandInMenu.#application = menu;
  }

  static getApplicationMenu(): StandInMenu | null {
    return StandInMenu.#application;
  }

  getMenuItemById(id: string): StandInMenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id);
      if (found !== undefined && found !== null) return found;
    }
    return null;
  }
}

function itemOf(options: MenuItemConstructorOptions): StandInMenuItem {
  checkOptions('MenuItem', options, itemOptions);
  const {
    id = '',
    label = '',
    enabled = true,
    visible = true,
    checked = false,
    submenu,
    click,
    role,
  } = options;
  if (submenu !== undefined && !Array.isArray(submenu)) notImplemented('a submenu that is not a template');
  const children = submenu as readonly MenuItemConstructorOptions[] | undefined;
  const item: StandInMenuItem = {
    id,
    label,
    enabled,
    visible,
    checked,
    role,
    type: options.type ?? (children === undefined ? 'normal' : 'submenu'),
    accelerator: typeof options.accelerator === 'string' ? options.accelerator : undefined,
    submenu: children === undefined ? undefined : StandInMenu.buildFromTemplate(children),
    click() {
      if (!item.enabled) return;
      if (click === undefined) notImplemented(`a click on '${label || role}'`);
      if (item.type === 'checkbox') item.checked = !item.checked;
      click(item as unknown as MenuItem, StandInBrowserWindow.getFocusedWindow() as never, {} as never);
    },
  };
  return item;
}

/** No desktop shows it; what it would show is kept. */
export class StandInTray
  extends strictEmitter('Tray', ['click', 'double-click', 'right-click'])
  implements Pick<Tray, 'isDestroyed' | 'destroy'>
{
  /** All that there are, for tests. */
  static readonly all = new Set<StandInTray>();
  image: unknown;
  toolTip = '';
  menu: StandInMenu | null = null;

  constructor(image: unknown) {
    super();
    this.image = image;
    StandInTray.all.add(this);
  }

  setImage(image: unknown): void {
    this.image = image;
  }

  setToolTip(toolTip: string): void {
    this.toolTip = toolTip;
  }

  setContextMenu(menu: StandInMenu | null): void {
    this.menu = menu;
  }

  isDestroyed(): boolean {
    return !StandInTray.all.has(this);
  }

  destroy(): void {
    StandInTray.all.delete(this);
  }
}
