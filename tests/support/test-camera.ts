import { randomUUID } from 'node:crypto';
import type { Camera } from '../../main/contract/camera.ts';

/** A camera as a window knows it; nobody listens at its address. */
export function testCamera(number: number, more: Partial<Camera> = {}): Camera {
  return {
    id: randomUUID(),
    number,
    name: `Camera ${number}`,
    group: '',
    mainUrl: `rtsp://127.0.0.1:1/${number}/main`,
    subUrl: `rtsp://127.0.0.1:1/${number}/sub`,
    onvifUrl: null,
    username: null,
    hasPassword: false,
    connection: 'on-demand',
    transport: 'automatic',
    certificate: null,
    mayStandStill: false,
    ...more,
  };
}
