import type http from 'node:http';
import type { OnvifQuirks } from './onvif-quirks.ts';

/** Answers as no device should. Resolves when it is sent, or when the device is closed meanwhile. */
export async function sendStrangely(
  kind: NonNullable<OnvifQuirks['answer']>,
  response: http.ServerResponse,
  closing: AbortSignal,
): Promise<void> {
  const soap = { 'content-type': 'application/soap+xml' };
  if (typeof kind === 'object') {
    response.writeHead(307, { location: kind.redirectTo }).end();
    return;
  }
  switch (kind) {
    case 'malformed':
      response.writeHead(200, soap).end('<Envelope><Body><GetServicesResponse></Body');
      return;
    case 'cut-off':
      response.writeHead(200, { ...soap, 'content-length': '5000' }).write('<Envelope><Body>');
      setImmediate(() => response.destroy());
      return;
    case 'huge':
      response
        .writeHead(200, soap)
        .end(`<Envelope><Body><A>${'x'.repeat(3 * 1024 * 1024)}</A></Body></Envelope>`);
      return;
    case 'endless': {
      response.writeHead(200, soap);
      const more = Buffer.alloc(64 * 1024, 'x');
      const send = () => {
        while (!closing.aborted && !response.destroyed && response.write(more));
      };
      response.on('drain', send);
      send();
      return;
    }
    case 'deep':
      response.writeHead(200, soap).end('<a>'.repeat(1_000));
      return;
    case 'wide':
      response.writeHead(200, soap).end(`<Envelope><Body>${'<a/>'.repeat(100_000)}</Body></Envelope>`);
      return;
    case 'doctype': {
      const bomb = '<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>';
      response
        .writeHead(200, soap)
        .end(
          `<?xml version="1.0"?>${bomb}<Envelope><Body><GetServicesResponse>&c;</GetServicesResponse></Body></Envelope>`,
        );
      return;
    }
    case 'silence':
      // Until whoever asked goes away.
      return;
    case 'hang-up':
      response.destroy();
      return;
    case 'web-page':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Please log in</body></html>');
      return;
    default:
      kind satisfies never;
  }
}
