import type { PageMessage, ShellMessage } from '../../main/contract/shell.ts';

declare global {
  interface Window {
    /** Put there by the preload script of the desktop window. */
    readonly gatehouse?: { readonly desktop: true };
  }
}

/** Says something to the desktop's main process. */
export function tellShell(message: PageMessage): void {
  window.postMessage({ to: 'shell', message }, location.origin);
}

/** Hears what the desktop's main process says, until the signal is aborted. @param hear also gets the port, where there is one */
export function hearShell(
  hear: (message: ShellMessage, port: MessagePort | undefined) => void,
  signal: AbortSignal,
): void {
  window.addEventListener(
    'message',
    ({ source, data, ports }: MessageEvent) => {
      if (source === window && data?.from === 'shell') hear(data.message as ShellMessage, ports[0]);
    },
    { signal },
  );
}
