import type { FoundStreams } from '../../main/contract/camera.ts';

type Size = { readonly width: number; readonly height: number } | null;

/** `1920x1080 and 640x360`; empty where the device did not say. */
export function sizeWords(main: Size, sub: Size): string {
  return [main, sub].flatMap((size) => (size === null ? [] : `${size.width}x${size.height}`)).join(' and ');
}

/** `1920x1080 and 640x360 over ONVIF` */
export function foundStreamsWords({ subUrl, onvif, channels }: FoundStreams): string {
  if (channels.length > 0) return `${channels.length} channels over ONVIF`;
  if (onvif === null) return `${subUrl === null ? 'One stream' : 'Two streams'} under the usual paths`;
  const main = sizeWords(onvif.main, null) || 'one stream';
  const sub = sizeWords(null, onvif.sub) || 'a smaller one';
  return `${main}${subUrl === null ? '' : ` and ${sub}`} over ONVIF`;
}
