import type * as z from 'zod';
import { issueWords } from '../../main/contract/issue-words.ts';
import { refusalWords } from '../language/refusal-words.ts';
import type { InputIssue } from '../link/call-error.ts';
import type { EngineClient } from '../link/engine-client.ts';
import type { Station } from '../state/station.svelte.ts';

/** What a form has beside its fields: whether the engine is being asked, and what is wrong with what was typed. */
export class Form {
  #busy = $state(false);
  #issues: readonly InputIssue[] = $state.raw([]);

  get busy(): boolean {
    return this.#busy;
  }

  /**
   * What is wrong; undefined: nothing.
   * @param field with it, or within it (`names` for `names.2`); '' is the form as a whole; left out: with anything
   */
  error(field?: string): string | undefined {
    if (field === undefined) return this.#issues[0]?.message;
    return this.#issues.find(({ path }) => path === field || path.startsWith(`${field}.`))?.message;
  }

  /** What is wrong, but with none of these fields nor within them, and so is said nowhere yet; undefined: nothing. */
  errorBeside(fields: readonly string[]): string | undefined {
    const isSaid = (path: string) => fields.some((field) => path === field || path.startsWith(`${field}.`));
    return this.#issues.find(({ path }) => !isSaid(path))?.message;
  }

  clear(): void {
    this.#issues = [];
  }

  /** Says what is wrong with a field, and that nothing else is. */
  refuse(field: string, message: string): void {
    this.#issues = [{ path: field, message }];
  }

  /** What was typed, as the contract has it; undefined: something is wrong, which `error` says then. */
  check<Schema extends z.ZodType>(schema: Schema, typed: unknown): z.output<Schema> | undefined {
    const { success, data, error } = schema.safeParse(typed, { error: issueWords });
    this.#issues = success
      ? []
      : error.issues.map(({ path, message }) => ({ path: path.join('.'), message: refusalWords(message) }));
    return data;
  }

  /**
   * Has the engine do something; undefined: it refused, and `error` says why.
   * @param field where that stands when it is about none of the fields
   */
  async send<Answer>(
    station: Pick<Station, 'ask'>,
    field: string,
    work: (client: EngineClient) => Promise<Answer>,
  ): Promise<{ readonly answer: Answer } | undefined> {
    this.#busy = true;
    this.clear();
    const result = await station.ask(work);
    this.#busy = false;
    if (result.failure === null) return { answer: result.answer };
    const { issues, message } = result.failure;
    this.#issues = issues.length > 0 ? issues : [{ path: field, message }];
    return undefined;
  }
}
