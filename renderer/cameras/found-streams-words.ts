import type { FoundStreams } from '../../main/contract/camera.ts';

/** `1920x1080 and 640x360 over ONVIF` */
export function foundStreamsWords({ subUrl, onvif }: FoundStreams): string {
  if (onvif === null) return `${subUrl === null ? 'One stream' : 'Two streams'} under the usual paths`;
  const main = onvif.main === null ? 'one stream' : `${onvif.main.width}x${onvif.main.height}`;
  const sub = onvif.sub === null ? 'a smaller one' : `${onvif.sub.width}x${onvif.sub.height}`;
  return `${main}${subUrl === null ? '' : ` and ${sub}`} over ONVIF`;
}
