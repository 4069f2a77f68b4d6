import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { detailWords } from '../../../renderer/events/event-details.ts';
import { findingWords, measuredWords } from '../../../renderer/examination/finding-words.ts';
import { refusalWords } from '../../../renderer/language/refusal-words.ts';
import { noticeWords } from '../../../renderer/shell/notice-words.ts';
import { engineWords, type Kind, something } from '../../support/engine-words.ts';

/*
 * What the engine says to people is read in the console: every sentence that it can put together is known there, or it is said here
 * why it stays English.
 */

const updates = 'why an update was refused, for whoever looks after its feed';
const beforeWindows = 'said in the console of the system, or in a box of it, before there is a window';
const otherPrograms = 'said to players and publishers, not to people';
const ownPage = 'said of what only our own page sends: nobody reads it unless the page is wrong';
const others = 'a part of it comes from elsewhere: each that we say there is known';

/** These sentences, or all that one of these files says, stay English, and why. */
const english: Readonly<Record<string, string>> = {
  'api/clip-handlers.ts': ownPage,
  'api/share-endpoint.ts': otherPrograms,
  'desktop/updates/feed-source.ts': updates,
  'desktop/updates/package-installer.ts': updates,
  'desktop/updates/package-kind.ts': updates,
  'desktop/updates/signed-feed.ts': updates,
  'desktop/updates/update-check.ts': updates,
  'desktop/updates/update-memory.ts': updates,
  'desktop/updates/updater.ts': updates,
  'hosts/share-routes.ts': otherPrograms,
  'must be -1 or more': ownPage,
  'must be 7': ownPage,
  'must be a PNG': ownPage,
  'must be an ICE candidate': ownPage,
  'must follow the part before': ownPage,
  'must have been sent before': ownPage,
  'There is no offer that this answer could belong to.': ownPage,
  'store/audit-file.ts': beforeWindows,
  'store/secret-box.ts': beforeWindows,
  '7 To leave ONVIF out, add the camera by its RTSP port: 7:7.': others,
  '7 To leave ONVIF out, add the camera by its RTSP port: [7]:7.': others,
  '7 7. Check that the address is that of an MJPEG stream.': others,
  '7 answered 7 with what is no ONVIF: 7. 7': others,
  '7 cannot be understood: 7. 7': others,
  'viewers/client-offer.ts': otherPrograms,
  'viewers/negotiation.ts': ownPage,
  'viewers/viewer.ts': ownPage,
  'viewers/whep-service.ts': otherPrograms,
  'whip/whip-service.ts': otherPrograms,
};

const translators: Readonly<Record<Kind, (words: string, to?: 'en' | 'ar') => string>> = {
  refusal: refusalWords,
  problem: (words, to) => detailWords(refusalWords(words, to), to),
  meaning: findingWords,
  measured: measuredWords,
  notice: noticeWords,
  detail: detailWords,
};
/** How a camera is called that has a name, and that has none, with an address of either kind. */
const calledCamera = /^(?:7:7|\[7\]:7|7 \(7:7\)|7 \(\[7\]:7\)) /;
const said = engineWords().map((each) => ({
  ...each,
  sentence: each.sentence.replace(calledCamera, `${something} `),
}));
// In Arabic even figures are written in another way.
const untranslated = said.filter(({ kind, sentence }) => translators[kind](sentence, 'ar') === sentence);

test('sentences that are put together of parts in several files are found', () => {
  const found = said.map(({ sentence }) => sentence);
  expect(found).toContain(`${something} has the same address as ${something}.`);
  expect(found).toContain('The certificate cannot be read: it must be in PEM, with BEGIN CERTIFICATE.');
  expect(found).toContain('The clip cannot be read: the disk is full. Make room on it and try again.');
  expect(found).toContain(
    `${something} answered DESCRIBE without a description. Check that the address is that of an RTSP stream.`,
  );
  expect(said.length).toBeGreaterThan(500);
});

test('every sentence that the engine says to people is translated, or is said to stay English', () => {
  expect(untranslated.filter(({ file, sentence }) => !(file in english || sentence in english))).toEqual([]);
});

test('a sentence in English is what the engine said', () => {
  const changed = said.filter(({ kind, sentence }) => translators[kind](sentence, 'en') !== sentence);
  expect(changed).toEqual([]);
});

test('nothing is said to stay English without need', () => {
  const known = new Set(untranslated.flatMap(({ file, sentence }) => [file, sentence]));
  expect(Object.keys(english).filter((name) => !known.has(name))).toEqual([]);
});

test('every sentence that is translated is one that is still said', () => {
  const sources = ['main/**/*.ts', 'renderer/link/*.ts'].flatMap((pattern) => globSync(pattern));
  const source = sources.map((file) => readFileSync(file, 'utf8')).join('\n');
  const all = said.map(({ sentence }) => sentence).join('\n');
  const unsaid = ['failures', 'refusals'].flatMap((area) => {
    const messages: Record<string, string> = JSON.parse(
      readFileSync(`renderer/messages/en/${area}.json`, 'utf8'),
    );
    return Object.entries(messages).filter(([, message]) => {
      const pattern = message
        .split(/\{\w+\}/)
        .map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
        .join('.+');
      // Some are the words of an error that becomes a part of another one.
      const [longest = ''] = message.split(/\{\w+\}|\.$/).toSorted((one, other) => other.length - one.length);
      return !new RegExp(pattern).test(all) && !source.includes(longest.trim());
    });
  });
  expect(unsaid).toEqual([]);
});
