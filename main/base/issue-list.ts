import type { InputIssue } from './gatehouse-error.ts';

const maximumListed = 200;

/** What is wrong with a file: the first 200 things, and how many more there are. */
export class IssueList {
  readonly #listed: InputIssue[] = [];
  #unlisted = 0;

  get total(): number {
    return this.#listed.length + this.#unlisted;
  }

  add(path: string, message: string): void {
    if (this.#listed.length < maximumListed) this.#listed.push({ path, message });
    else this.#unlisted++;
  }

  /** For the person. @param noun what they are called, of several */
  list(noun: string): InputIssue[] {
    if (this.#unlisted === 0) return this.#listed;
    const more = `has ${this.#unlisted.toLocaleString('en')} more ${noun}; these are the first ${maximumListed}`;
    return [...this.#listed, { path: 'file', message: more }];
  }
}
