import { mount } from 'svelte';
import App from './app.svelte';
import './base.css';
import './tokens.css';
import { DesktopTransport } from './link/desktop-transport.ts';
import { takeToken, WebTransport } from './link/web-transport.ts';

const target = document.getElementById('console');
if (target === null) throw new Error('The page has no place for the console.');
const transport = window.gatehouse?.desktop ? new DesktopTransport() : new WebTransport(takeToken());
mount(App, { target, props: { transport } });
