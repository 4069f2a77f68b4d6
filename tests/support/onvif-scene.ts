import { once } from 'node:events';
import http from 'node:http';
import { Secret } from '../../main/base/secret.ts';
import { OnvifDevice, type OnvifDeviceOptions } from '../../main/demo/onvif-device.ts';
import { parseOnvifAddress } from '../../main/onvif/onvif-address.ts';
import type { OnvifTarget } from '../../main/onvif/onvif-client.ts';

export const account = { username: 'guard & "co"', password: 'pa<ss>wörd&1' } as const;

/** A device without a camera behind it. */
export async function startDevice(
  owned: AsyncDisposableStack,
  options: Partial<OnvifDeviceOptions> = {},
): Promise<{ readonly device: OnvifDevice; readonly synchronized: string[] }> {
  const synchronized: string[] = [];
  const camera = {
    name: 'Gate <1>',
    index: 7,
    mainUrl: 'rtsp://127.0.0.1:8554/main',
    subUrl: 'rtsp://127.0.0.1:8554/sub',
    gopFrames: 30,
    synchronize: (profile: string) => synchronized.push(profile),
  };
  const device = owned.use(
    await OnvifDevice.start({ camera, host: '127.0.0.1', port: 0, account, ...options }),
  );
  return { device, synchronized };
}

export function targetOf(
  url: string,
  { username, password }: { username: string | null; password: string | null } = account,
): OnvifTarget {
  return {
    name: 'Gate',
    url: parseOnvifAddress(url),
    username,
    password: password === null ? null : new Secret(password),
  };
}

/** A server that must hear nothing: what it was asked. */
export async function startWitness(
  owned: AsyncDisposableStack,
  host: string,
  port = 0,
): Promise<{ readonly port: number; readonly heard: string[] }> {
  const heard: string[] = [];
  const server = http.createServer((request, response) => {
    heard.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`);
    response.end();
  });
  server.listen(port, host);
  await once(server, 'listening');
  owned.defer(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the witness has no port');
  return { port: address.port, heard };
}
