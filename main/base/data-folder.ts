import os from 'node:os';
import path from 'node:path';

/** Where this system keeps the data of a user's programs; `name` is a folder of one program in there. */
export function userDataFolder(name: string): string {
  const home = os.homedir();
  switch (process.platform) {
    case 'win32':
      return path.join(process.env.APPDATA || path.join(home, 'AppData', 'Roaming'), name);
    case 'darwin':
      return path.join(home, 'Library', 'Application Support', name);
    default:
      return path.join(process.env.XDG_DATA_HOME || path.join(home, '.local', 'share'), name);
  }
}
