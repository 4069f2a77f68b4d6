import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'svelte/compiler';
import { expect, test } from 'vitest';
import settings from '../../../renderer/messages/project.inlang/settings.json' with { type: 'json' };

const renderer = path.resolve(import.meta.dirname, '../../../renderer');
const { baseLocale, locales } = settings;
const translations = locales.filter((locale) => locale !== baseLocale);

/** As the files have it: a text, or one for each form of a number. */
type Message = string | readonly [{ readonly match: Readonly<Record<string, string>> }];

const messages = new Map(locales.map((locale) => [locale, new Map(readMessages(locale))]));
const english = messagesOf(baseLocale);
const sources = readdirSync(renderer, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(svelte|ts)$/.test(file) && !file.startsWith(path.join('language', 'paraglide')))
  .map((file) => ({ file, text: readFileSync(path.join(renderer, file), 'utf8') }));

test.each(locales)('%s has its messages in the files that are compiled', (locale) => {
  const wanted = settings['plugin.inlang.messageFormat'].pathPattern.map((pattern) => path.basename(pattern));
  expect(readdirSync(path.join(renderer, 'messages', locale)).sort()).toEqual(wanted.sort());
});

test.each(translations)('%s has every message, with the same parameters', (locale) => {
  const translated = messagesOf(locale);
  expect([...translated.keys()].sort()).toEqual([...english.keys()].sort());
  for (const [key, message] of translated)
    expect([key, parametersOf(message)]).toEqual([key, parametersOf(english.get(key) ?? '')]);
});

test.each(locales)('%s has a text for each form of a number that its grammar has', (locale) => {
  const { pluralCategories } = new Intl.PluralRules(locale).resolvedOptions();
  // Only for millions, which nobody sees here: without it the form for `other` counts.
  const wanted = pluralCategories.filter((category) => locale === 'ar' || category !== 'many').sort();
  for (const [key, message] of messagesOf(locale)) {
    for (const text of textsOf(message)) expect([key, text.trim()]).not.toEqual([key, '']);
    if (typeof message === 'string') continue;
    const forms = Object.keys(message[0].match).map((form) => form.replace(/^.*=/, ''));
    const isPlural = forms.some((form) => form === 'other');
    if (isPlural) expect([key, forms.filter((form) => form !== '*').sort()]).toEqual([key, wanted]);
  }
});

test('names that come from elsewhere keep their own direction in Arabic', () => {
  const named = /(?<![\u2068`])\{(?:name|names|group|file|address|reason)\}/;
  const bare = [...messagesOf('ar')].filter(([, message]) =>
    textsOf(message).some((text) => named.test(text)),
  );
  // This one becomes a name itself.
  expect(bare.map(([key]) => key)).toEqual(['cameras_channel_name']);
});

test('no message is unused', () => {
  const used = new Set(
    sources.flatMap(({ text }) => [...text.matchAll(/\bm\.(\w+)/g)].map(([, key]) => key)),
  );
  expect([...english.keys()].filter((key) => !used.has(key))).toEqual([]);
});

test('components say nothing but messages', () => {
  const components = sources.filter(({ file }) => file.endsWith('.svelte'));
  const said = components.flatMap(({ file, text }) => literalTexts(text).map((words) => `${file}: ${words}`));
  expect(said).toEqual([]);
});

function* readMessages(locale: string): Generator<[string, Message]> {
  const folder = path.join(renderer, 'messages', locale);
  for (const file of readdirSync(folder)) {
    const area: unknown = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
    yield* Object.entries(area as Record<string, Message>);
  }
}

function messagesOf(locale: string): ReadonlyMap<string, Message> {
  return messages.get(locale) ?? new Map();
}

function textsOf(message: Message): readonly string[] {
  return typeof message === 'string' ? [message] : Object.values(message[0].match);
}

/** Arabic has forms that need no number, so all forms are taken together. */
function parametersOf(message: Message): readonly string[] {
  const found = textsOf(message).flatMap((text) =>
    [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ''),
  );
  return [...new Set(found)].sort();
}

/** What is the same in every language. */
const names = /^(?:[A-Z]|Esc|SHA-256)$|Gatehouse/;
const spoken = new Set([
  'aria-label',
  'title',
  'placeholder',
  'alt',
  'label',
  'hint',
  'explanation',
  'action',
]);

/** The words in the markup of a component that are not messages. */
function literalTexts(source: string): string[] {
  const found: string[] = [];
  const take = (words: unknown) => {
    if (typeof words === 'string' && /\p{L}/u.test(words.replace(names, ''))) found.push(words.trim());
  };
  const visit = (node: unknown, isSpoken: boolean): void => {
    if (Array.isArray(node)) {
      for (const each of node) visit(each, isSpoken);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    const { type, name, ...parts } = node as Record<string, unknown>;
    switch (type) {
      case 'Text':
        if (isSpoken) take(parts.data);
        return;
      case 'Literal':
        if (isSpoken) take(parts.value);
        return;
      case 'TemplateElement':
        if (isSpoken) take((parts.value as { raw: string }).raw);
        return;
      case 'Attribute':
        visit(parts.value, spoken.has(String(name)));
        return;
      // What is compared, called or looked up is not said.
      case 'BinaryExpression':
      case 'CallExpression':
      case 'MemberExpression':
        return;
      case 'ConditionalExpression':
        visit([parts.consequent, parts.alternate], isSpoken);
        return;
      case 'IfBlock':
        visit([parts.consequent, parts.alternate], isSpoken);
        return;
      case 'EachBlock':
        visit([parts.body, parts.fallback], isSpoken);
        return;
      case 'KeyBlock':
      case 'SnippetBlock':
        visit(parts.fragment ?? parts.body, isSpoken);
        return;
      case 'AwaitBlock':
        visit([parts.pending, parts.then, parts.catch], isSpoken);
        return;
      case 'RenderTag':
      case 'ConstTag':
      case 'AttachTag':
      case 'StyleDirective':
      case 'OnDirective':
        return;
      default:
        visit(Object.values(parts), isSpoken);
    }
  };
  const { fragment } = parse(source, { modern: true });
  visit(fragment.nodes, true);
  return found;
}
