import { createContext } from 'svelte';
import type { Toasts } from '../state/toasts.svelte.ts';

/** Dialogs lie over everything else of the page, which takes no clicks then: what is to be said is shown in them. Null: nothing is. */
export const [toastsOfPage, showToastsInDialogs] = createContext<() => Toasts | null>();
