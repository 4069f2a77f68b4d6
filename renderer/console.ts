import { mount } from 'svelte';
import App from './app.svelte';
import type { Transport } from './link/transport.ts';
import './base.css';
import './tokens.css';

/** Draws the console into the page. */
export function showConsole(transport: Transport): void {
  const target = document.getElementById('console');
  if (target === null) throw new Error('The page has no place for the console.');
  mount(App, { target, props: { transport } });
}
