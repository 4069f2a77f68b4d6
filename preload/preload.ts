import { contextBridge, ipcRenderer } from 'electron';

/*
 * Hands the page its port to the engine, and nothing else. The page asks with 'gatehouse:want-port' and gets
 * 'gatehouse:engine-port' with the port; 'gatehouse:engine-restarted' tells it to ask again.
 */

contextBridge.exposeInMainWorld('gatehouse', { desktop: true });

window.addEventListener('message', (event) => {
  if (event.source === window && event.data === 'gatehouse:want-port') ipcRenderer.send('engine-port-wanted');
});
ipcRenderer.on('engine-port', (event) => {
  window.postMessage('gatehouse:engine-port', location.origin, event.ports);
});
ipcRenderer.on('engine-restarted', () => {
  window.postMessage('gatehouse:engine-restarted', location.origin);
});
