import { randomUUID } from 'node:crypto';
import { Announcer } from '../base/announcer.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Layout, LayoutEvent } from '../contract/layout.ts';
import { defaultLayoutId, maximumLayouts } from '../contract/limits.ts';
import type { LayoutTable } from '../store/layout-table.ts';
import { keepRemovedMilliseconds } from '../store/removal.ts';

const maximumNameCharacters = 60;

/** The named walls: the table is the truth on disk, this the truth in memory. A change is announced after the commit. */
export class Layouts {
  readonly #table: LayoutTable;
  /** In their order. */
  #layouts: Map<string, Layout>;
  readonly #changes = new Announcer<string, LayoutEvent>();

  constructor(table: LayoutTable) {
    this.#table = table;
    this.#table.purge(Date.now() - keepRemovedMilliseconds);
    this.#layouts = this.#read();
  }

  list(): Layout[] {
    return [...this.#layouts.values()];
  }

  /** Writes a layout under its id, new or not. @throws GatehouseError limit-reached */
  save(layout: Layout): Layout {
    if (!this.#layouts.has(layout.id)) this.#refuseTooMany();
    this.#table.save(layout);
    this.#take(layout);
    return layout;
  }

  /** @throws GatehouseError not-found */
  rename(id: string, name: string): Layout {
    return this.save({ ...this.#get(id), name });
  }

  /** A copy, right behind the original. @throws GatehouseError not-found, limit-reached */
  duplicate(id: string): Layout {
    const original = this.#get(id);
    this.#refuseTooMany();
    const copy = { ...original, id: randomUUID(), name: this.#nameOfCopy(original.name) };
    const ids = [...this.#layouts.keys()];
    ids.splice(ids.indexOf(id) + 1, 0, copy.id);
    this.#table.insert(copy, ids);
    this.#take(copy);
    this.#sort();
    return copy;
  }

  /** @throws GatehouseError not-found, bad-input when it is the wall of all cameras */
  remove(id: string): void {
    const { name } = this.#get(id);
    if (id === defaultLayoutId) {
      throw GatehouseError.ofField(
        'id',
        `${name} always stays. Remove another wall, or give this one another shape.`,
      );
    }
    this.#table.remove(id, Date.now());
    this.#layouts.delete(id);
    this.#changes.put(`layout ${id}`, { type: 'removed', layoutId: id });
  }

  /** Brings a removed layout back, in its old place. @throws GatehouseError not-found, limit-reached */
  restore(id: string): Layout {
    this.#refuseTooMany();
    const isBack = this.#table.restore(id);
    this.#layouts = this.#read();
    const layout = this.#layouts.get(id);
    if (!isBack || layout === undefined) {
      throw new GatehouseError('not-found', 'This wall cannot be brought back any more. Make it again.');
    }
    this.#take(layout);
    this.#sort();
    return layout;
  }

  /** @param ids all layouts in their new order. @throws GatehouseError bad-input when some are missing or unknown */
  reorder(ids: readonly string[]): void {
    const isComplete = new Set(ids).size === this.#layouts.size && ids.length === this.#layouts.size;
    if (!isComplete || !ids.every((id) => this.#layouts.has(id))) {
      throw GatehouseError.ofField(
        'ids',
        'Name every wall once: another window may have changed them. Try again.',
      );
    }
    this.#table.reorder(ids);
    this.#sort();
  }

  /** Takes what a transaction has written that was about more than walls. */
  reload(): void {
    for (const layout of this.#table.list()) this.#take(layout);
    this.#sort();
  }

  /** A snapshot, then changes; a slow reader gets the newest state of each layout. */
  watch(signal: AbortSignal): AsyncGenerator<LayoutEvent> {
    return this.#changes.watch(() => ({ type: 'snapshot', layouts: this.list() }), signal);
  }

  #read(): Map<string, Layout> {
    return new Map(this.#table.list().map((layout) => [layout.id, layout]));
  }

  #get(id: string): Layout {
    const layout = this.#layouts.get(id);
    if (layout === undefined) throw new GatehouseError('not-found', 'This wall does not exist any more.');
    return layout;
  }

  #take(layout: Layout): void {
    this.#layouts.set(layout.id, layout);
    this.#changes.put(`layout ${layout.id}`, { type: 'layout', layout });
  }

  #sort(): void {
    this.#layouts = this.#read();
    this.#changes.put('order', { type: 'order', layoutIds: [...this.#layouts.keys()] });
  }

  #refuseTooMany(): void {
    if (this.#layouts.size < maximumLayouts) return;
    throw new GatehouseError(
      'limit-reached',
      `There cannot be more than ${maximumLayouts} walls. Remove some first; nothing was changed.`,
    );
  }

  #nameOfCopy(name: string): string {
    const taken = new Set(this.list().map((layout) => layout.name));
    const base = name.replace(/ \d+$/, '');
    for (let number = 2; ; number++) {
      const suffix = ` ${number}`;
      const copy = `${base.slice(0, maximumNameCharacters - suffix.length).trimEnd()}${suffix}`;
      if (!taken.has(copy)) return copy;
    }
  }
}
