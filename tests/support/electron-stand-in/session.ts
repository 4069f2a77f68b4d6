import type { Session, WebContents } from 'electron';
import type { Chromium } from './chromium.ts';
import { toHttp } from './custom-protocol.ts';
import { strict } from './strict.ts';

type RequestHandler = Parameters<Session['setPermissionRequestHandler']>[0];
type CheckHandler = Parameters<Session['setPermissionCheckHandler']>[0];
type Permission = Parameters<NonNullable<RequestHandler>>[1];

/** Electron's names of what a page may ask for → Chromium's. */
const permissions: Partial<Record<Permission, { name: string; sysex?: boolean }>> = {
  'clipboard-read': { name: 'clipboard-read' },
  'clipboard-sanitized-write': { name: 'clipboard-write' },
  geolocation: { name: 'geolocation' },
  'idle-detection': { name: 'idle-detection' },
  midi: { name: 'midi' },
  midiSysex: { name: 'midi', sysex: true },
  notifications: { name: 'notifications' },
  'storage-access': { name: 'storage-access' },
};

let request: RequestHandler = null;
let check: CheckHandler = null;

/** Permissions are asked of the app when a page is loaded, since Chromium tells DevTools of no prompt. */
export async function applyPermissions(
  chromium: Chromium,
  contents: WebContents,
  url: string,
): Promise<void> {
  const { origin } = new URL(toHttp(url));
  await Promise.all(
    Object.entries(permissions).map(async ([electronName, descriptor]) => {
      const permission = electronName as Permission;
      const isRequested = await new Promise<boolean>((resolve) => {
        if (request === null) resolve(true);
        else request(contents, permission, resolve, { requestingUrl: url, isMainFrame: true });
      });
      const details = { requestingUrl: url, isMainFrame: true };
      const isAllowed = isRequested && (check?.(contents, permission as never, origin, details) ?? true);
      const setting = isAllowed ? 'granted' : 'denied';
      await chromium.browser.send('Browser.setPermission', { permission: descriptor, setting, origin });
    }),
  );
}

const defaultSession = strict<Pick<Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler'>>(
  'session.defaultSession',
  {
    setPermissionRequestHandler(handler) {
      request = handler;
    },
    setPermissionCheckHandler(handler) {
      check = handler;
    },
  },
);

export const session = strict('session', { defaultSession: defaultSession as Session });
