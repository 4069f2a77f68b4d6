import type { FoundStreams } from '../../main/contract/camera.ts';
import { m } from '../language/messages.ts';

type Size = { readonly width: number; readonly height: number } | null;

/** `1920x1080 and 640x360`; empty where the device did not say. */
export function sizeWords(main: Size, sub: Size): string {
  const sizes = [main, sub].flatMap((size) => (size === null ? [] : `${size.width}x${size.height}`));
  const [first = '', second] = sizes;
  return second === undefined ? first : m.cameras_found_two_sizes({ main: first, sub: second });
}

/** `1920x1080 and 640x360 over ONVIF` */
export function foundStreamsWords({ subUrl, onvif, channels }: FoundStreams): string {
  if (channels.length > 0) return m.cameras_found_channels({ count: channels.length });
  if (onvif === null) return subUrl === null ? m.cameras_found_one_by_path() : m.cameras_found_two_by_path();
  const main = sizeWords(onvif.main, null) || m.cameras_found_one_stream();
  const sub = sizeWords(null, onvif.sub) || m.cameras_found_smaller_one();
  return subUrl === null
    ? m.cameras_found_one_by_onvif({ main })
    : m.cameras_found_two_by_onvif({ main, sub });
}
