import { contextBridge, ipcRenderer } from 'electron';

/*
 * Carries messages between the page and the shell, as they are (main/contract/shell.ts), and nothing else: the page posts
 * `{ to: 'shell', message }` to itself and gets `{ from: 'shell', message }`, with a port where there is one.
 */

contextBridge.exposeInMainWorld('gatehouse', { desktop: true });

window.addEventListener('message', ({ source, data }) => {
  if (source === window && data?.to === 'shell') ipcRenderer.send('from-page', data.message);
});
ipcRenderer.on('to-page', (event, message) => {
  window.postMessage({ from: 'shell', message }, location.origin, event.ports);
});
// Answered here, on the page's own thread: a page that hangs does not answer.
ipcRenderer.on('ping', () => ipcRenderer.send('pong'));
