import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { clockJumpWords } from '../../../main/site/clock-watch.ts';
import { noticeWords } from '../../../renderer/shell/notice-words.ts';

const device = 'Camera 5, Back door,';
const kept = ' The damaged files are kept in /data/quarantine/1.';

/** What is said, the source that says it, and what stands there letter by letter. */
const notices: readonly [source: string, part: string, sentence: (part: string) => string][] = [
  ...[device, `${device} with 3 more of the same device`].flatMap((who): typeof notices => [
    [
      'cameras/moved-cameras.ts',
      ' and was followed there: the serial number is the same.',
      (part) => `${who} moved from 192.0.2.5 to 192.0.2.6${part}`,
    ],
    [
      'cameras/moved-cameras.ts',
      ' now: what is there says so, but has not proved it.',
      (part) => `${who} does not answer at 192.0.2.5 and seems to be at 192.0.2.6${part}`,
    ],
  ]),
  [
    'engine/engine.ts',
    ' was brought back. Look whether cameras and walls are right: what was changed later is lost.',
    (part) => `The data was damaged, and the backup of 28 Nov 2026, 03:00${part}${kept}`,
  ],
  [
    'engine/engine.ts',
    'The data was damaged and there was no backup: cameras and walls have to be entered again.',
    (part) => part + kept,
  ],
  ['store/backups.ts', 'No backup could be made in ', (part) => `${part}/data/backups: the disk is full.`],
  ['desktop/key-ring.ts', 'This system has no keychain, so the key to the cameras’ passwords is in ', inFile],
  [
    'desktop/key-ring.ts',
    'No keychain (GNOME Keyring or KWallet) is running, so the key to the cameras’ passwords is in ',
    inFile,
  ],
  ['site/site-file-at-start.ts', ' was taken: ', (part) => `/data/site.json${part}3 cameras.`],
  ['site/site-file-at-start.ts', ' was not taken. ', (part) => `/data/site.json${part}It is no JSON.`],
];

function inFile(part: string): string {
  return `${part}a file beside the data.`;
}

test.each(notices)(
  'what %s tells a person is said in the reader’s language: %s',
  (source, part, sentence) => {
    expect(readFileSync(path.resolve(import.meta.dirname, '../../../main', source), 'utf8')).toContain(part);
    const english = sentence(part);
    for (const language of ['de', 'es', 'ar'] as const) {
      const words = noticeWords(english, language);
      expect(words).not.toBe(english);
      expect(words).not.toContain('{');
    }
    expect(noticeWords(english, 'en')).toBe(english);
  },
);

test('a clock that jumped is said in the reader’s language, and what is not known as it is', () => {
  for (const milliseconds of [3_600_000, -86_400_000 * 3]) {
    expect(noticeWords(clockJumpWords(milliseconds), 'de')).not.toBe(clockJumpWords(milliseconds));
  }
  expect(noticeWords('Nobody has translated this.', 'de')).toBe('Nobody has translated this.');
});

test('what a site file changes, or what is wrong in it, is told in the reader’s language, part by part', () => {
  expect(noticeWords('/data/site.json was taken: 2 cameras added, 1 wall changed.', 'de')).toBe(
    '/data/site.json wurde übernommen: Kameras hinzugefügt: 2, Wände geändert: 1.',
  );
  const refused =
    '/data/site.json was not taken. 2 things are wrong in this site file. Nothing was imported. In it: cameras[3].mainUrl must be given; and 1 more.';
  expect(noticeWords(refused, 'de')).toBe(
    '/data/site.json wurde nicht übernommen. 2 Dinge stimmen in dieser Standortdatei nicht. Nichts wurde importiert. Darin: cameras[3].mainUrl muss angegeben werden; und 1 weitere.',
  );
  expect(noticeWords(refused, 'en')).toBe(refused);
});
