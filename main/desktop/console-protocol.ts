import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import { contentSecurityPolicyHeader } from '../base/content-security-policy.ts';
import { consoleFile, consoleOrigin } from './console-files.ts';

const scheme = new URL(consoleOrigin).protocol.slice(0, -1);

/** Must run before the app is ready. */
export function registerConsoleScheme(): void {
  protocol.registerSchemesAsPrivileged([
    // With the cache of compiled code a window that opens again is drawn about 100 ms sooner (measured over HTTP).
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves the built console at `app://console/`, and nothing from outside its folder. */
export function serveConsole(rendererFolder: string): void {
  protocol.handle(scheme, async (request) => {
    const found = consoleFile(request.url, rendererFolder);
    if (found === undefined) return notFound();
    const { file, type } = found;
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

function notFound(): Response {
  return new Response('Not found', { status: 404 });
}
