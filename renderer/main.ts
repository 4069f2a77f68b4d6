import { transport } from './link/early-transport.ts';
import { loadAppearance } from './looks/appearance-storage.ts';
import { showAppearance } from './looks/show-appearance.ts';

// Before the first paint (build/vite.renderer.config.ts lets it block).
showAppearance(loadAppearance());

// Everything else is evaluated while the engine answers. Not awaited: its file imports what is in this one's.
void import('./console.ts').then(({ showConsole }) => showConsole(transport));
