import type * as z from 'zod';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { IssueList } from '../base/issue-list.ts';

/** Collects what is wrong with a site file. The messages never repeat a value, which may be a password. */
export class SiteFileMistakes {
  readonly #issues = new IssueList();

  /** @param path `cameras[3].mainUrl`, or `file` */
  add(path: string, message: string): void {
    this.#issues.add(path, message);
  }

  /** @param path of the value that was checked; empty: the file as a whole */
  addAll(path: string, error: z.ZodError | undefined): void {
    for (const issue of error?.issues ?? []) {
      const place = placeOf(path, issue.path);
      if (issue.code !== 'unrecognized_keys') this.add(place || 'file', issue.message);
      else {
        for (const name of issue.keys) this.add(placeOf(place, [name]), 'is not known here: is it misspelt?');
      }
    }
  }

  get isEmpty(): boolean {
    return this.#issues.total === 0;
  }

  /** @throws GatehouseError bad-input with the first 200 and how many more there are */
  refuse(): void {
    if (this.isEmpty) return;
    const { total } = this.#issues;
    const count = total === 1 ? 'One thing is' : `${total.toLocaleString('en')} things are`;
    throw new GatehouseError('bad-input', `${count} wrong in this site file. Nothing was imported.`, {
      issues: this.#issues.list('mistakes'),
    });
  }
}

function placeOf(path: string, keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((place, key) => {
    if (typeof key === 'number') return `${place}[${key}]`;
    const name = String(key).slice(0, 64).toWellFormed();
    if (!/^[\w$-]+$/.test(name)) return `${place}[${JSON.stringify(name)}]`;
    return place === '' ? name : `${place}.${name}`;
  }, path);
}
