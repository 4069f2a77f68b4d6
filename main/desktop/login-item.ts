import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { app } from 'electron';

/** Whether Gatehouse starts when its user logs in. @throws Error when the system does not take it */
export function setLoginItem(isWanted: boolean, parameters: readonly string[]): void {
  if (process.platform === 'linux') setAutostart(isWanted, parameters);
  else app.setLoginItemSettings({ openAtLogin: isWanted, args: [...parameters] });
}

/** Linux: Electron has nothing for it. A desktop entry, by the Desktop Application Autostart Specification of freedesktop.org. */
function setAutostart(isWanted: boolean, parameters: readonly string[]): void {
  const configuration = process.env.XDG_CONFIG_HOME || path.join(os.homedir(), '.config');
  const file = path.join(configuration, 'autostart', 'gatehouse.desktop');
  if (!isWanted) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(path.dirname(file), { recursive: true });
  // An AppImage runs from a folder that is another one each time.
  const executable = process.env.APPIMAGE ?? app.getPath('exe');
  const command = [executable, ...parameters].map(quoted).join(' ');
  const entry = [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Gatehouse',
    `Exec=${command}`,
    'Terminal=false',
  ];
  writeFileSync(file, `${entry.join('\n')}\n`);
}

/** An argument of `Exec=`, by the Desktop Entry Specification. */
function quoted(argument: string): string {
  return `"${argument.replaceAll(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`;
}
