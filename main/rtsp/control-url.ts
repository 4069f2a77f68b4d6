import { encodeForRequestLine } from './rtsp-url.ts';

const authorityPattern = /^rtsps?:\/\/[^/?#]*/i;

/**
 * The address of a track or of the whole session (RFC 2326 appendix C.1.1). Whatever the camera says, it is on the host
 * that we are connected to: behind NAT cameras name addresses that cannot be reached, and a hostile one names another's.
 * @param requested address of the DESCRIBE request, without user and password
 * @param contentBase `Content-Base` or `Content-Location` of the answer
 * @param control value of `a=control`
 */
export function resolveControl(
  requested: string,
  contentBase: string | undefined,
  control: string | undefined,
): string {
  const authority = authorityPattern.exec(requested)?.[0] ?? requested;
  const base = usableBase(requested.slice(authority.length), contentBase);
  return encodeForRequestLine(`${authority}${resolvePath(base, (control ?? '*').trim())}`);
}

/** Everything behind host and port. */
function resolvePath(base: string, control: string): string {
  if (control === '' || control === '*') return base;
  if (authorityPattern.test(control)) return pathOf(control);
  // A path from the root, unless the camera only means "behind the base".
  const basePath = base.replace(/\?.*/s, '').replace(/\/$/, '');
  if (control.startsWith('/') && control.startsWith(`${basePath}/`)) return control;
  // Always appended, even to a query: "…?channel=1&subtype=0/trackID=0" is what Dahua and its likes expect.
  const needsSlash = !base.endsWith('/') && !/^[/?]/.test(control);
  const tail = base.endsWith('/') && control.startsWith('/') ? control.slice(1) : control;
  return `${base}${needsSlash ? '/' : ''}${tail}`;
}

/**
 * Cameras send "rtsp://rtsp://host/path", "host:554/path" without a scheme (Anjvision), or IPv6 addresses without brackets:
 * host and port are not used anyway, and where no path can be found the requested one is as good.
 */
function usableBase(requestedPath: string, contentBase: string | undefined): string {
  const text = (contentBase ?? '').trim();
  if (text.startsWith('/')) return text;
  const path = pathOf(text.replace(/^(?:rtsps?:\/\/)*/i, 'rtsp://'));
  return path === '' ? requestedPath : path;
}

function pathOf(url: string): string {
  return url.replace(authorityPattern, '');
}
