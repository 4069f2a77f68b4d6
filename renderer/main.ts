import { transport } from './link/early-transport.ts';

// Everything else is evaluated while the engine answers. Not awaited: its file imports what is in this one's.
void import('./console.ts').then(({ showConsole }) => showConsole(transport));
