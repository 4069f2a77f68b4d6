import { locale } from './locale.ts';
import './messages.ts';
import type { Locale } from './paraglide/runtime.js';

/** A message, whatever its parameters. */
export type Sentence = (values: never, options?: { locale?: Locale }) => string;

/** Around the name of a parameter, in an English sentence. */
const mark = '\u0000';
/** Says which parameters a message has. */
const marked = new Proxy<Record<string, string>>({}, { get: (_, name) => `${mark}${String(name)}${mark}` });

/**
 * The engine writes its sentences in English, for the API and the log; the English sentence is the key to its translation, as it is with
 * gettext. These sentences are known here.
 */
export class EngineSentences {
  readonly #sentences: readonly Sentence[];
  #patterns: readonly (readonly [pattern: RegExp, sentence: Sentence])[] | undefined;

  /** @param sentences the first one that fits counts */
  constructor(sentences: readonly Sentence[]) {
    this.#sentences = sentences;
  }

  /** @returns the sentence in the reader's language; null: it is not known */
  translate(english: string, to: Locale = locale): string | null {
    this.#patterns ??= this.#sentences.map((sentence) => [patternOf(sentence), sentence]);
    for (const [pattern, sentence] of this.#patterns) {
      const found = pattern.exec(english);
      if (found === null) continue;
      const values = Object.entries(found.groups ?? {}).map(([name, value]) => [name, figure(value, to)]);
      return sentence(Object.fromEntries(values) as never, { locale: to });
    }
    return null;
  }
}

function patternOf(sentence: Sentence): RegExp {
  const parts = sentence(marked as never, { locale: 'en' }).split(mark);
  const source = parts.map((part, index) =>
    index % 2 === 0
      ? part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
      : `(?<${part}>${part === 'count' ? String.raw`[\d.,]+` : '.+?'})`,
  );
  return new RegExp(`^${source.join('')}$`);
}

/** Decimals as they are written in that language. */
function figure(value: string, to: Locale): string {
  const decimals = /^\d+\.(\d+)$/.exec(value)?.[1]?.length;
  if (decimals === undefined) return value;
  return Number(value).toLocaleString(`${to}-u-nu-latn`, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}
