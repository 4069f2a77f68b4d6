// First: the engine answers while everything else is evaluated.
import './link/early-transport.ts';

import { mount } from 'svelte';
import App from './app.svelte';
import { transport } from './link/early-transport.ts';
import './base.css';
import './tokens.css';

const target = document.getElementById('console');
if (target === null) throw new Error('The page has no place for the console.');
mount(App, { target, props: { transport } });
