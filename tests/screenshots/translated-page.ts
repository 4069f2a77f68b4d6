import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';

/*
 * Scenes name buttons and fields in English. In another language they are the same scenes: what a scene looks for is looked up
 * in the messages, and found by the words of that language.
 */

const folder = path.resolve(import.meta.dirname, '../../renderer/messages');
const placeholder = /\{(\w+)\}/;
/** Of templates that say so little by themselves anything would be one. */
const fewestLetters = 3;
const samples = ['1', '2', '3', 'x'];

type Words = string | RegExp;

/** The forms of a message, of which most have one. */
function formsIn(language: string): Map<string, readonly string[]> {
  const forms = new Map<string, readonly string[]>();
  for (const file of readdirSync(path.join(folder, language))) {
    const messages: Record<string, string | readonly { match: Record<string, string> }[]> = JSON.parse(
      readFileSync(path.join(folder, language, file), 'utf8'),
    );
    for (const [key, message] of Object.entries(messages))
      forms.set(
        key,
        typeof message === 'string' ? [message] : message.flatMap(({ match }) => Object.values(match)),
      );
  }
  return forms;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** What a template says, whatever stands in it. */
const pattern = (template: string, values: Readonly<Record<string, string>> = {}) =>
  template
    .replace(/<\/?\w+>/g, '')
    .split(/(\{\w+\})/)
    .map((part) => {
      const name = placeholder.exec(part)?.[1];
      return name === undefined ? escaped(part) : escaped(values[name] ?? '\0').replace('\0', '.*');
    })
    .join('');

class Translation {
  readonly #english = formsIn('en');
  readonly #other: ReturnType<typeof formsIn>;

  constructor(language: string) {
    this.#other = formsIn(language);
  }

  /** What is nobody's message (a camera's name, what was typed) stays. */
  of(words: Words, isExact: boolean): Words {
    const found =
      typeof words === 'string'
        ? this.#matching(words, isExact)
        : this.#keys((form) => this.#says(form, words));
    return found.length === 0 ? words : new RegExp(found.join('|'), 'i');
  }

  #says(form: string, words: RegExp): boolean {
    return samples.some((sample) => words.test(form.replace(/\{\w+\}/g, sample)));
  }

  /** Whole messages, else those with something in it, else those that say it among other words. */
  #matching(words: string, isExact: boolean): string[] {
    const whole = this.#keys((form) => form === words);
    if (whole.length > 0) return isExact ? whole.map((each) => `^\\s*${each}\\s*$`) : whole;
    const filled = [...this.#english].flatMap(([key, forms]) =>
      forms.flatMap((form) => {
        if (form.replace(/\{\w+\}|\W/g, '').length < fewestLetters || !placeholder.test(form)) return [];
        const names = [...form.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
        const parts = new RegExp(`^${pattern(form).replaceAll('.*', '(.+)')}$`).exec(words);
        if (parts === null) return [];
        const values = Object.fromEntries(names.map((name, index) => [name, parts[index + 1] ?? '']));
        const others = this.#other.get(key) ?? [];
        // “One camera” in words is another number.
        const withValues = others.filter((other) => placeholder.test(other));
        return (withValues.length > 0 ? withValues : others).map((other) => pattern(other, values));
      }),
    );
    return filled.length > 0
      ? filled
      : this.#keys((form) => new RegExp(`(?<!\\w)${escaped(words)}(?!\\w)`).test(form));
  }

  #keys(matches: (form: string) => boolean): string[] {
    return [...this.#english]
      .filter(([, forms]) => forms.some(matches))
      .flatMap(([key]) => (this.#other.get(key) ?? []).map((form) => pattern(form)));
  }
}

const looksFor: ReadonlySet<string> = new Set([
  ...['getByText', 'getByLabel', 'getByPlaceholder', 'getByTitle', 'getByRole', 'filter'],
]);
const isWords = (value: unknown): value is Words => typeof value === 'string' || value instanceof RegExp;

function translated<T extends object>(target: T, translation: Translation): T {
  const asked = (method: string, parameters: readonly unknown[]) => {
    const isExact = parameters.some((each) => typeof each === 'object' && each !== null && 'exact' in each);
    const words = (value: unknown) => (isWords(value) ? translation.of(value, isExact) : value);
    return parameters.map((parameter) => {
      // The role itself is the same in every language.
      if (isWords(parameter)) return method === 'getByRole' ? parameter : words(parameter);
      if (typeof parameter !== 'object' || parameter === null) return parameter;
      return Object.fromEntries(Object.entries(parameter).map(([name, value]) => [name, words(value)]));
    });
  };
  return new Proxy(target, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key, object);
      if (typeof value !== 'function') return value;
      return (...parameters: unknown[]) => {
        const method = String(key);
        const answer: unknown = Reflect.apply(
          value,
          object,
          looksFor.has(method) ? asked(method, parameters) : parameters,
        );
        const isLocator = typeof answer === 'object' && answer !== null && 'getByRole' in answer;
        return isLocator ? translated(answer, translation) : answer;
      };
    },
  });
}

/** The same page; what is looked for in English is found in its language. @param language a folder of renderer/messages */
export function translatedPage(page: Page, language: string): Page {
  return language === 'en' ? page : translated(page, new Translation(language));
}
