import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { protocol } from 'electron';
import { contentSecurityPolicyHeader } from '../base/content-security-policy.ts';

const scheme = 'app';
export const consoleOrigin = `${scheme}://console`;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.map': 'application/json',
};

/** Must run before the app is ready. */
export function registerConsoleScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the built console at `app://console/`, and nothing from outside its folder. */
export function serveConsole(rendererFolder: string): void {
  protocol.handle(scheme, async (request) => {
    const file = fileOf(request.url, rendererFolder);
    const type = file === undefined ? undefined : types[path.extname(file)];
    if (file === undefined || type === undefined) return notFound();
    try {
      return new Response(new Uint8Array(await readFile(file)), {
        headers: {
          'content-type': type,
          'content-security-policy': contentSecurityPolicyHeader(),
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
        },
      });
    } catch {
      return notFound();
    }
  });
}

function fileOf(url: string, rendererFolder: string): string | undefined {
  const { host, pathname } = new URL(url);
  if (`${scheme}://${host}` !== consoleOrigin) return undefined;
  try {
    const file = path.resolve(
      rendererFolder,
      pathname === '/' ? 'index.html' : decodeURIComponent(pathname.slice(1)),
    );
    return file.startsWith(rendererFolder + path.sep) ? file : undefined;
  } catch {
    // Percent signs that encode nothing.
    return undefined;
  }
}

function notFound(): Response {
  return new Response('Not found', { status: 404 });
}
