import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { CustomScheme, Protocol } from 'electron';
import { strict } from './strict.ts';

type Handler = (request: Request) => Response | Promise<Response>;

const suffix = '.stand-in.localhost';
const schemes = new Set<string>();
const handlers = new Map<string, Handler>();
let isFixed = false;

/** `app://console/a` → `http://console.app.stand-in.localhost/a`, which is a secure context too; others as they are. */
export function toHttp(url: string): string {
  const [, scheme = '', host = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(url) ?? [];
  return schemes.has(scheme) ? `http://${host || 'root'}.${scheme}${suffix}${rest || '/'}` : url;
}

/** The way back. */
export function fromHttp(url: string): string {
  const pattern = /^http:\/\/([^/]*)\.([a-z0-9+-]+)\.stand-in\.localhost(?::\d+)?(\/.*)?$/i;
  const [, host = '', scheme = '', rest = '/'] = pattern.exec(url) ?? [];
  return schemes.has(scheme) ? `${scheme}://${host}${rest}` : url;
}

export const protocol = strict<
  Pick<Protocol, 'registerSchemesAsPrivileged' | 'handle' | 'unhandle' | 'isProtocolHandled'>
>('protocol', {
  registerSchemesAsPrivileged(customSchemes: readonly CustomScheme[]) {
    if (isFixed) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    for (const { scheme } of customSchemes) schemes.add(scheme);
  },
  handle(scheme, handler) {
    if (handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    handlers.set(scheme, handler);
  },
  unhandle(scheme) {
    handlers.delete(scheme);
  },
  isProtocolHandled: (scheme) => handlers.has(scheme),
});

/** Serves the handlers to Chromium. @returns the switch that leads its requests here */
export async function startProtocolServer(): Promise<string> {
  isFixed = true;
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      console.error('A protocol handler failed:', error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return `--host-resolver-rules=MAP *${suffix} 127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = fromHttp(`http://${request.headers.host}${request.url}`);
  const handler = handlers.get(url.slice(0, url.indexOf(':')));
  if (handler === undefined) {
    response.writeHead(404).end();
    return;
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (name === 'host' || name === 'connection' || value === undefined) continue;
    headers.set(name, fromHttp(String(value)));
  }
  const answer = await handler(new Request(url, { method: request.method ?? 'GET', headers }));
  const policy = answer.headers.get('content-security-policy');
  const answered = Object.fromEntries(answer.headers);
  if (policy !== null) {
    answered['content-security-policy'] = policy.replaceAll(/[a-z]+:\/\/[^\s;]+/g, (source) =>
      toHttp(source),
    );
  }
  response.writeHead(answer.status, answered);
  if (answer.body === null) response.end();
  else Readable.fromWeb(answer.body as ReadableStream).pipe(response);
}
