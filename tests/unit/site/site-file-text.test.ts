import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { siteSchemaDocument } from '../../../build/api-document.ts';
import { siteSchemaFile } from '../../../build/site-schema.ts';
import { GatehouseError } from '../../../main/base/gatehouse-error.ts';
import { siteFile } from '../../../main/contract/site-file.ts';
import { SiteFileMistakes } from '../../../main/site/site-file-mistakes.ts';
import { openSealed, sealText } from '../../../main/site/site-file-seal.ts';
import { openSiteFileText, readSiteFile, writeSiteFile } from '../../../main/site/site-file-text.ts';
import { orderedAs } from '../../../main/site/site-order.ts';
import { mutate, seededRandom } from '../../support/mutations.ts';

const cheapest = 2 ** 14;
const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/roll-out.md'), 'utf8');
const [, example = ''] = /```json\n(.*?)```/s.exec(page) ?? [];

/** Refuses with a GatehouseError, or reads it; anything else is thrown. */
function read(text: string): void {
  const mistakes = new SiteFileMistakes();
  const opened = openSiteFileText(text, mistakes);
  if (opened?.kind === 'plain') readSiteFile(opened.content, mistakes);
  if (opened === undefined) expect(mistakes.isEmpty).toBe(false);
  if (!mistakes.isEmpty) expect(() => mistakes.refuse()).toThrow(GatehouseError);
}

test('docs/site.schema.json is what the contract gives today', () => {
  const text = readFileSync(siteSchemaFile, 'utf8');
  expect(text === siteSchemaDocument(), 'docs/site.schema.json is old: run `npm run api-document`').toBe(
    true,
  );
});

test('the example of docs/roll-out.md has no mistakes, and every part of a site file', () => {
  const content = JSON.parse(example);
  expect(siteFile.safeParse(content).error).toBeUndefined();
  expect(Object.keys(content).sort()).toEqual(Object.keys(siteFile.shape).sort());
});

test('a file that ends too early is refused wherever it ends', () => {
  for (let end = 0; end < example.trimEnd().length; end++) {
    const mistakes = new SiteFileMistakes();
    expect(openSiteFileText(example.slice(0, end), mistakes)).toBeUndefined();
    expect(() => mistakes.refuse()).toThrow(GatehouseError);
  }
});

test('a file with any bytes changed is read or refused', () => {
  const random = seededRandom(7);
  const samples = [Buffer.from(example)];
  for (let round = 0; round < 1_000; round++) read(mutate(samples, random).toString());
});

test('a sealed file that was cut or changed anywhere is refused', async () => {
  const sealed = await sealText(example, 'correct horse', cheapest);
  expect(await openSealed(sealed, 'correct horse')).toBe(example);
  const text = JSON.stringify(sealed);
  for (let end = 0; end < text.length; end++) read(text.slice(0, end));
  const { data } = sealed.sealed;
  for (const end of [0, 4, 40, data.length - 4]) {
    const cut = { ...sealed, sealed: { ...sealed.sealed, data: data.slice(0, end) } };
    await expect(openSealed(cut, 'correct horse')).rejects.toThrow(GatehouseError);
  }
});

test('two seals of the same text share neither salt nor nonce nor bytes', async () => {
  const [one, other] = await Promise.all([1, 2].map(() => sealText('x', 'correct horse', cheapest)));
  expect(one?.sealed.salt).not.toBe(other?.sealed.salt);
  expect(one?.sealed.nonce).not.toBe(other?.sealed.nonce);
  expect(one?.sealed.data).not.toBe(other?.sealed.data);
});

test('what is written is JSON with a line for each camera', () => {
  const file = siteFile.parse(JSON.parse(example));
  const text = writeSiteFile(file);
  expect(JSON.parse(text)).toEqual(file);
  expect(text.split('\n').filter((line) => line.startsWith('    {"key"'))).toHaveLength(
    file.cameras.length + file.layouts.length,
  );
});

test('names that are no words are quoted in the path of a mistake', () => {
  const mistakes = new SiteFileMistakes();
  readSiteFile({ format: 'gatehouse-site', version: 1, kiosk: { enabled: true, 'a b': 1 } }, mistakes);
  expect(() => mistakes.refuse()).toThrow(
    expect.objectContaining({ issues: [{ path: 'kiosk["a b"]', message: expect.any(String) }] }),
  );
});

test('those that are named are put in order in the places that they have', () => {
  expect(orderedAs(['a', 'b', 'c', 'd'], ['d', 'a'])).toEqual(['d', 'b', 'c', 'a']);
  expect(orderedAs(['a', 'b'], [])).toEqual(['a', 'b']);
});
