import type { CameraInput } from '../contract/camera.ts';

/** What the console's store needs of virtual cameras. */
export function demoCameraInputs(
  cameras: readonly { readonly name: string; readonly mainUrl: string; readonly subUrl: string }[],
): CameraInput[] {
  return cameras.map(({ name, mainUrl, subUrl }) => ({ name, group: 'Demo', mainUrl, subUrl }));
}
