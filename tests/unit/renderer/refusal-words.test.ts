import { expect, test } from 'vitest';
import type * as z from 'zod';
import { weakness, weakPin } from '../../../main/access/password-rules.ts';
import { cameraInput } from '../../../main/contract/camera.ts';
import { iceServersChange } from '../../../main/contract/ice-server.ts';
import { issueWords } from '../../../main/contract/issue-words.ts';
import { lanHost } from '../../../main/contract/lan-host.ts';
import { mediaNetwork } from '../../../main/contract/media-network.ts';
import { viewerLimits } from '../../../main/contract/viewer-limits.ts';
import { refusalInWords, refusalWords } from '../../../renderer/language/refusal-words.ts';

function issuesOf(schema: z.ZodType, input: unknown): string[] {
  const { error } = schema.safeParse(input, { error: issueWords });
  return error?.issues.map(({ message }) => message) ?? [];
}

const server = { url: 'turn:a.example', login: 'none', username: '', secret: null };
const said = [
  ...issuesOf(cameraInput, { name: '', mainUrl: 'C:\\', number: 0.5 }),
  ...issuesOf(cameraInput, { mainUrl: `rtsp://${'a'.repeat(3_000)}`, name: 'a\nb', number: 10 ** 9 }),
  ...issuesOf(iceServersChange, { servers: [server, { ...server, url: 'nowhere' }] }),
  ...issuesOf(lanHost, { open: true, port: 1, interfaces: null, names: ['A B', '192.0.2.1'] }),
  ...issuesOf(mediaNetwork, { interfaces: null, ports: { first: 2_000, last: 2_001 } }),
  ...issuesOf(viewerLimits, {
    windows: Number.NaN,
    windowsOfUser: 10 ** 6,
    megabits: -1,
    megabitsOfUser: null,
  }),
  ...['short', 'aaaaaaaaaaaa', 'password1234', 'qwertyuiop'].map((password) => weakness(password, []) ?? ''),
  weakPin('1234') ?? '',
];

test('what is wrong with what was typed is told in German', () => {
  expect(said.length).toBeGreaterThan(16);
  expect(said.filter((sentence) => refusalWords(sentence, 'de') === sentence)).toEqual([]);
  expect(said.map((sentence) => refusalWords(sentence, 'en'))).toEqual(said);
});

test('a refusal is told with its names and numbers, and with all that is wrong', () => {
  const failure = {
    code: 'already-there' as const,
    message: 'Number 17 belongs to Tor 3. Choose another one, or leave it empty for the next free one.',
    issues: [{ path: 'number', message: 'must be at most 9999' }],
  };
  expect(refusalInWords(failure, 'de')).toEqual({
    code: 'already-there',
    message: 'Nummer 17 gehört zu Tor 3. Eine andere wählen oder leer lassen für die nächste freie.',
    issues: [{ path: 'number', message: 'darf höchstens 9999 sein' }],
  });
});

test('what nobody has translated stays as it is', () => {
  expect(refusalWords('must be at most 9 parsecs long', 'ar')).toBe('must be at most 9 parsecs long');
});
