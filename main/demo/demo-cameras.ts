import type { CameraInput } from '../contract/camera.ts';

/** What the console needs to know of a virtual camera. */
export interface DemoCamera {
  readonly name: string;
  readonly mainUrl: string;
  readonly subUrl: string;
  readonly onvifUrl: string | null;
}

/** What the console's store needs of virtual cameras. */
export function demoCameraInputs(cameras: readonly DemoCamera[]): CameraInput[] {
  return cameras.map(({ name, mainUrl, subUrl, onvifUrl }) => ({
    name,
    group: 'Demo',
    mainUrl,
    subUrl,
    onvifUrl,
  }));
}
