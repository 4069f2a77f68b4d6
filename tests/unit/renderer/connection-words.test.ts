import { expect, test } from 'vitest';
import {
  type ConnectionFacts,
  connectionLines,
  connectionVerdict,
  type WindowCheck,
} from '../../../renderer/settings/connection-words.ts';

const url = 'turn:relay.example';
const nothing: ConnectionFacts = { fromWindow: [], fromEngine: [] };

function seen(changed: Partial<WindowCheck> = {}): WindowCheck {
  return { url, reflexive: null, relayed: null, errorCode: null, errorText: '', ...changed };
}

function wordsOf(check: WindowCheck): string {
  return connectionLines({ ...nothing, fromWindow: [check] })[0]?.words ?? '';
}

test('a window that is reached directly needs no server', () => {
  const facts = { ...nothing, direct: true, relay: null };
  expect(connectionVerdict(facts)).toBe('Pictures reach this window.');
  expect(connectionLines(facts).map(({ good }) => good)).toEqual([true, true]);
});

test('a window that is reached by nothing is told what would help', () => {
  const facts = { ...nothing, direct: false, relay: null };
  expect(connectionVerdict(facts)).toBe('Pictures do not reach this window.');
  expect(connectionLines(facts).at(-1)).toMatchObject({
    good: false,
    words: expect.stringContaining('STUN and TURN servers'),
  });
});

test('a relay that works, and one that does not, are told apart, also where nobody needs it', () => {
  expect(connectionVerdict({ ...nothing, direct: false, relay: true })).toContain('through a relay alone');
  expect(connectionVerdict({ ...nothing, direct: true, relay: false })).toContain('From elsewhere');
  expect(connectionVerdict({ ...nothing, direct: false, relay: false })).toContain('do not reach');
  expect(connectionVerdict({ ...nothing, direct: true })).toBeNull();
});

test('what a browser says of a server becomes a reason', () => {
  expect(wordsOf(seen({ relayed: '10.0.0.1:5' }))).toContain('10.0.0.1:5');
  expect(wordsOf(seen({ errorCode: 401, errorText: 'Unauthorized' }))).toContain('(401)');
  expect(wordsOf(seen({ errorCode: 486, errorText: 'Allocation Quota Reached' }))).toContain(
    '486 Allocation Quota Reached',
  );
  expect(wordsOf(seen({ errorCode: 701, errorText: 'TURN host lookup received error.' }))).toContain('name');
  expect(wordsOf(seen({ errorCode: 701, errorText: 'TURN allocate request timed out.' }))).toContain(
    'does not answer',
  );
  expect(wordsOf(seen())).toContain('does not answer');
  expect(wordsOf(seen({ url: 'stun:a', reflexive: '9.9.9.9:1' }))).toContain('9.9.9.9:1');
});

test('what the engine says of a server stands beside it, with what the server itself said', () => {
  const check = {
    url,
    problem: 'refused',
    detail: '508 Cannot create socket',
    reflexive: null,
    relayed: null,
  } as const;
  expect(connectionLines({ ...nothing, fromEngine: [check] })).toEqual([
    {
      good: false,
      title: 'turn:relay.example, seen from Gatehouse',
      words: 'It refuses to help. (508 Cannot create socket)',
    },
  ]);
});
