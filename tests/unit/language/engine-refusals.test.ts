import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { refusalWords } from '../../../renderer/language/refusal-words.ts';

/*
 * What the engine refuses or fails with is read in the console. Here are the sentences that stand where a GatehouseError is made; those
 * that come from elsewhere through a variable are not found.
 */

const main = path.resolve(import.meta.dirname, '../../../main');
/** Stands for what a sentence has of its case: a name, a figure. */
const something = '7';

const parts = 'put together of parts; the whole sentences are translated, or are the system’s';
const updates = 'why an update was refused, for whoever looks after its feed';
const beforeWindows = 'said in the console of the system, before there is a window';
const otherPrograms = 'said to players and publishers, not to people';
const ownPage = 'said of what only our own page sends: nobody reads it unless the page is wrong';

/** These sentences, or all of these files, stay English, and why. */
const english: Readonly<Record<string, string>> = {
  'access/sign-in.ts': parts,
  'api/clip-handlers.ts': ownPage,
  'api/share-endpoint.ts': otherPrograms,
  'cameras/camera-import.ts': parts,
  'cameras/onvif-finder.ts': parts,
  'clips/clip-files.ts': parts,
  'must be a PNG': ownPage,
  'desktop/key-ring.ts': beforeWindows,
  'desktop/updates/feed-source.ts': updates,
  'desktop/updates/package-installer.ts': updates,
  'desktop/updates/package-kind.ts': updates,
  'desktop/updates/signed-feed.ts': updates,
  'desktop/updates/update-check.ts': updates,
  'hosts/share-routes.ts': otherPrograms,
  'lan/given-certificate.ts': parts,
  'onvif/onvif-address.ts': parts,
  'rtsp/camera-errors.ts': parts,
  'rtsp/rtsp-url.ts': parts,
  'site/site-file-at-start.ts': beforeWindows,
  'site/site-file-mistakes.ts': parts,
  'store/audit-file.ts': beforeWindows,
  'store/database.ts': beforeWindows,
  'store/migrations/migrate.ts': beforeWindows,
  'store/secret-box.ts': beforeWindows,
  'viewers/client-offer.ts': otherPrograms,
  'viewers/negotiation.ts': ownPage,
  'viewers/viewer.ts': ownPage,
  'viewers/whep-service.ts': otherPrograms,
  'whip/published-source.ts': parts,
  'whip/whip-service.ts': otherPrograms,
};

const said = globSync('**/*.ts', { cwd: main }).flatMap((file) =>
  sentencesOf(readFileSync(path.join(main, file), 'utf8')).map((sentence) => ({
    file: file.replaceAll('\\', '/'),
    sentence,
  })),
);
const untranslated = said.filter(({ sentence }) => refusalWords(sentence, 'de') === sentence);

test('the sentences of the engine are found', () => {
  expect(said.length).toBeGreaterThan(100);
  expect(said).toContainEqual({
    file: 'cameras/camera-registry.ts',
    sentence: `${something} has the same address as ${something}.`,
  });
});

test('every sentence that the engine refuses or fails with is translated, or is said to stay English', () => {
  expect(untranslated.filter(({ file, sentence }) => !(file in english || sentence in english))).toEqual([]);
});

test('nothing is said to stay English without need', () => {
  const known = new Set(untranslated.flatMap(({ file, sentence }) => [file, sentence]));
  expect(Object.keys(english).filter((name) => !known.has(name))).toEqual([]);
});

/** The messages of the errors that a source makes. */
function sentencesOf(source: string): string[] {
  if (!source.includes('GatehouseError')) return [];
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isMade = ts.isNewExpression(node) && node.expression.getText() === 'GatehouseError';
    const isOfField = ts.isCallExpression(node) && node.expression.getText() === 'GatehouseError.ofField';
    const message = isMade || isOfField ? node.arguments?.[1] : undefined;
    if (message !== undefined) found.push(...textsOf(message));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true));
  return found;
}

/** What an expression may say; nothing where that stands elsewhere. */
function textsOf(node: ts.Expression): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression);
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (!ts.isTemplateExpression(node)) return [];
  const rest = node.templateSpans.map(({ literal }) => something + literal.text);
  return [node.head.text + rest.join('')];
}
