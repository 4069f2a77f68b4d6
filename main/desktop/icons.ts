import { existsSync } from 'node:fs';
import path from 'node:path';
import { app } from 'electron';
import type { TrayImage } from './tray-status.ts';

/** Beside the archive in a package, in the sources' folder otherwise. */
function folder(): string {
  return app.isPackaged
    ? path.join(process.resourcesPath, 'icons')
    : path.join(app.getAppPath(), 'build', 'icons');
}

/** The window's icon: Linux takes it from here, the others from the executable. */
export function iconFile(): string | undefined {
  const file = path.join(folder(), '256x256.png');
  return process.platform === 'linux' && existsSync(file) ? file : undefined;
}

export function trayImageFile(image: TrayImage): string {
  return path.join(folder(), 'tray', `${image}.png`);
}
