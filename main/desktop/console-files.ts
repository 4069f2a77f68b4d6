import path from 'node:path';

/** Where pages of the desktop app come from. */
export const consoleOrigin = 'app://console';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.map': 'application/json',
};

/**
 * The file of the built console behind an address, and its type; undefined for what is not the console's.
 * @param folder absolute: nothing outside of it is given
 */
export function consoleFile(url: string, folder: string): { file: string; type: string } | undefined {
  try {
    const { protocol, host, pathname } = new URL(url);
    if (`${protocol}//${host}` !== consoleOrigin) return undefined;
    const name = pathname === '/' ? 'index.html' : decodeURIComponent(pathname.slice(1));
    const file = path.resolve(folder, name);
    const type = types[path.extname(file)];
    if (type === undefined || name.includes('\0') || !file.startsWith(folder + path.sep)) return undefined;
    return { file, type };
  } catch {
    // No address, or percent signs that encode nothing.
    return undefined;
  }
}
