import { SvelteMap } from 'svelte/reactivity';
import type { Layout, LayoutEvent } from '../../main/contract/layout.ts';
import { defaultLayoutId } from '../../main/contract/limits.ts';
import { m } from '../language/messages.ts';

/** As the engine calls it, until somebody gives it another name. */
const allCamerasName = 'All cameras';
const allCameras: Layout = { id: defaultLayoutId, name: allCamerasName, grid: 'auto', tiles: [] };

/**
 * What the engine knows of its layouts, as of its last message. What this window has changed counts at once, and goes on
 * counting until the engine has stored it.
 */
export class LayoutMirror {
  readonly #layouts = new SvelteMap<string, Layout>();
  readonly #unsaved = new SvelteMap<string, Layout>();
  #order = $state.raw<readonly string[]>([]);
  #loaded = $state(false);

  /** In their order; never empty. */
  readonly layouts: readonly Layout[] = $derived.by(() => {
    const known = this.#order.flatMap((id) => this.#unsaved.get(id) ?? this.#layouts.get(id) ?? []);
    const added = [...this.#unsaved.values()].filter(({ id }) => !this.#order.includes(id));
    const all = [...known, ...added];
    return all.length === 0 ? [allCameras] : all;
  });

  get loaded(): boolean {
    return this.#loaded;
  }

  /** What was changed here and is not stored yet. */
  get unsaved(): readonly Layout[] {
    return [...this.#unsaved.values()];
  }

  layout(id: string): Layout | undefined {
    return this.#unsaved.get(id) ?? this.#layouts.get(id);
  }

  /** This window has changed a layout. */
  change(layout: Layout): void {
    this.#unsaved.set(layout.id, layout);
  }

  /** The engine has stored it, or never will. */
  settle(layout: Layout): void {
    if (this.#unsaved.get(layout.id) === layout) this.#unsaved.delete(layout.id);
  }

  apply(event: LayoutEvent): void {
    switch (event.type) {
      case 'snapshot':
        this.#layouts.clear();
        for (const layout of event.layouts) this.#layouts.set(layout.id, layout);
        this.#order = event.layouts.map(({ id }) => id);
        this.#loaded = true;
        break;
      case 'layout':
        if (!this.#order.includes(event.layout.id)) this.#order = [...this.#order, event.layout.id];
        this.#layouts.set(event.layout.id, event.layout);
        break;
      case 'removed':
        this.#order = this.#order.filter((id) => id !== event.layoutId);
        this.#layouts.delete(event.layoutId);
        this.#unsaved.delete(event.layoutId);
        break;
      case 'order':
        this.#order = event.layoutIds;
        break;
      default:
        event satisfies never;
    }
  }
}

/** The name of a wall as it is shown. */
export function wallName({ id, name }: Layout): string {
  return id === defaultLayoutId && name === allCamerasName ? m.wall_all_cameras() : name;
}
