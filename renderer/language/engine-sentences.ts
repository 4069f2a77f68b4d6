import { locale } from './locale.ts';
import './messages.ts';
import type { Locale } from './paraglide/runtime.js';

/** A message, whatever its parameters. */
export type Sentence = (values: never, options?: { locale?: Locale }) => string;

/** Around the name of a parameter, in an English sentence. */
const mark = '\u0000';
/** Says which parameters a message has. */
const marked = new Proxy<Record<string, string>>({}, { get: (_, name) => `${mark}${String(name)}${mark}` });

/** Where one sentence ends and the next begins. */
const betweenSentences = /(?<=[.?]) (?=\S)/g;

/**
 * The engine writes its sentences in English, for the API and the log; the English sentence is the key to its translation, as it is with
 * gettext. These sentences are known here. What some parameters hold is said in sentences again: see `#value`.
 */
export class EngineSentences {
  readonly #sentences: readonly Sentence[];
  readonly #others: readonly EngineSentences[];
  #patterns: readonly (readonly [pattern: RegExp, sentence: Sentence])[] | undefined;

  /** @param sentences the first one that fits counts @param others where it is looked for after these */
  constructor(sentences: readonly Sentence[], ...others: readonly EngineSentences[]) {
    this.#sentences = sentences;
    this.#others = others;
  }

  /** @param english one sentence, or several of which each is known @returns in the reader's language; null: it is not known */
  translate(english: string, to: Locale = locale): string | null {
    const known = this.#several(english, to);
    // One that begins with a camera's name would run in the direction of that name.
    return known?.startsWith('\u2068') === true ? `\u200F${known}` : known;
  }

  #several(english: string, to: Locale): string | null {
    // What failed and what to do about it are sentences of their own, in many pairs.
    for (const { index } of english.matchAll(betweenSentences)) {
      const first = this.#one(english.slice(0, index), to);
      const rest = first === null ? null : this.#several(english.slice(index + 1), to);
      if (rest !== null) return `${first} ${rest}`;
    }
    return this.#one(english, to);
  }

  #one(english: string, to: Locale): string | null {
    this.#patterns ??= this.#sentences.map((sentence) => [patternOf(sentence), sentence]);
    for (const [pattern, sentence] of this.#patterns) {
      const found = pattern.exec(english);
      if (found === null) continue;
      const values = Object.entries(found.groups ?? {}).map(([name, value]) => [
        name,
        this.#value(name, value, to),
      ]);
      return sentence(Object.fromEntries(values) as never, { locale: to });
    }
    for (const other of this.#others) {
      const known = other.#one(english, to);
      if (known !== null) return known;
    }
    return null;
  }

  #value(name: string, value: string, to: Locale): string {
    const known = (english: string) => this.#several(english, to) ?? english;
    const comma = to === 'ar' ? '، ' : ', ';
    switch (name) {
      case 'reason':
        return known(value);
      case 'changes':
        return value.split(', ').map(known).join(comma);
      // Each is a place, as the file has it, and what is wrong there.
      case 'mistakes':
        return value
          .split('; ')
          .map((line) => this.#several(line, to) ?? line.replace(/(?<=^\S+ ).+/, known))
          .join('; ');
      default:
        return figure(value, to);
    }
  }
}

/** What some parameters hold, so that they take no other sentence for theirs. */
const narrow: Readonly<Record<string, string>> = {
  count: String.raw`[\d.,]+`,
  kind: '[a-z]+(?: [a-z]+)?',
  change: '[a-z]+',
};

function patternOf(sentence: Sentence): RegExp {
  const parts = sentence(marked as never, { locale: 'en' }).split(mark);
  const source = parts.map((part, index) =>
    index % 2 === 0 ? part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&') : `(?<${part}>${narrow[part] ?? '.+?'})`,
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
