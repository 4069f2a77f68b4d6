import type { OnvifTarget } from '../onvif/onvif-client.ts';
import type { StoredCamera } from '../store/camera-table.ts';

/** Where the ONVIF service of a camera is asked, and as whom; null when it has none. */
export function onvifTarget({
  name,
  onvifUrl,
  username,
  password,
  certificate,
}: StoredCamera): OnvifTarget | null {
  return onvifUrl === null ? null : { name, url: new URL(onvifUrl), username, password, certificate };
}

/** The same for two targets that are asked alike, whatever the camera is called. */
export function targetKey({ url, username, password, certificate = null }: OnvifTarget): string {
  return JSON.stringify([url.href, username, password?.reveal() ?? null, certificate]);
}
