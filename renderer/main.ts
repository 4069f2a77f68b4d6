import { transport } from './link/early-transport.ts';

// Everything else, which is evaluated while the engine answers.
const { showConsole } = await import('./console.ts');
showConsole(transport);
