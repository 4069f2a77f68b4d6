import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

const root = path.resolve(import.meta.dirname, '../..');
const documents = ['*.md', 'docs/*.md', 'renderer/messages/glossary.md'].flatMap((pattern) =>
  globSync(pattern, { cwd: root }),
);
const texts = documents.map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));
const folders = ['main', 'preload', 'renderer', 'tests', 'build', 'bench', 'docs'];
const sources = [
  ...globSync('*', { cwd: root }),
  ...folders.flatMap((folder) => globSync(`${folder}/**/*`, { cwd: root })),
].map((file) => `/${file.replaceAll(path.sep, '/')}`);

/** What a heading is called in an address. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .trim()
    .replaceAll(' ', '-');

/** All that a pattern finds, with the document that it stands in. */
const found = (pattern: RegExp) =>
  texts.flatMap(({ file, text }) => [...text.matchAll(pattern)].map(([, what = '']) => ({ file, what })));

test('links of the documents lead to files and headings that are there', () => {
  const broken = found(/\]\(([^)\s]+)\)/g).filter(({ file, what }) => {
    if (/^https?:/.test(what)) return false;
    const [name = '', anchor] = what.split('#');
    const target = name === '' ? path.join(root, file) : path.resolve(root, path.dirname(file), name);
    if (!existsSync(target)) return true;
    if (anchor === undefined) return false;
    const headings = readFileSync(target, 'utf8').matchAll(/^#+ (.*)$/gm);
    return ![...headings].some(([, heading = '']) => anchorOf(heading) === anchor);
  });
  expect(broken).toEqual([]);
});

test('source files that the documents name are there', () => {
  const named = found(/`([\w@./-]+\.(?:ts|mjs|cjs|svelte|css|py))`/g);
  expect(named.length).toBeGreaterThan(200);
  expect(named.filter(({ what }) => !sources.some((source) => source.endsWith(`/${what}`)))).toEqual([]);
});

test('scripts that the documents name are in package.json', () => {
  const scripts = new Set(Object.keys(packageJson.scripts));
  expect(found(/npm run ([\w:-]+)/g).filter(({ what }) => !scripts.has(what))).toEqual([]);
});
