import { expect, test } from 'vitest';
import { compare } from '../../bench/report/comparison.ts';
import type { Results } from '../../bench/results.ts';
import type { SendFigures } from '../../bench/send.ts';
import { sendFigures, someResults } from './some-results.ts';

const withSend = (...figures: SendFigures[]): Results => {
  const results = someResults();
  const { send } = results.sections;
  if (send === undefined) throw new Error('no send section');
  return { ...results, sections: { send: { ...send, figures } } };
};

test('a change beyond the noise is told, with both figures', () => {
  const changes = compare(
    withSend(sendFigures('pion', [10, 10, 10])),
    withSend(sendFigures('pion', [13, 13, 13])),
    ['send'],
  );
  expect(changes).toEqual(['- send kind=pion cameras=16 viewers=4 microsecondsPerPacket median: 10 → 13']);
});

test('a change within the usual noise is not', () => {
  const changes = compare(
    withSend(sendFigures('pion', [10, 10, 10])),
    withSend(sendFigures('pion', [10.9, 10.9, 10.9])),
    ['send'],
  );
  expect(changes).toEqual(['- Nothing else has changed by more than the noise.']);
});

test('figures whose rounds were far apart may differ more', () => {
  const changes = compare(
    withSend(sendFigures('pion', [5, 10, 25])),
    withSend(sendFigures('pion', [6, 15, 26])),
    ['send'],
  );
  expect(changes).toEqual(['- Nothing else has changed by more than the noise.']);
});

test('what was nothing and is something has changed', () => {
  const before = sendFigures('gatehouse', [10, 10, 10]);
  expect(compare(withSend(before), withSend({ ...before, lost: 1 }), ['send'])).toEqual([
    '- send kind=gatehouse cameras=16 viewers=4 lost: 0 → 1',
  ]);
});

test('the order of the elements means nothing', () => {
  const [a, b] = [sendFigures('floor', [8, 8, 8]), sendFigures('werift', [40, 40, 40])];
  expect(compare(withSend(a, b), withSend(b, a), ['send'])).toEqual([
    '- Nothing else has changed by more than the noise.',
  ]);
});

test('the largest change comes first', () => {
  const before = withSend(sendFigures('floor', [8, 8, 8]), sendFigures('pion', [8, 8, 8]));
  const after = withSend(sendFigures('floor', [10, 10, 10]), sendFigures('pion', [80, 80, 80]));
  expect(compare(before, after, ['send'])[0]).toContain('kind=pion');
});

test('runs on other machines, and sections without an earlier run, are named and not compared', () => {
  const results = withSend(sendFigures('pion', [10, 10, 10]));
  const { send } = results.sections;
  if (send === undefined) throw new Error('no send section');
  const elsewhere = { ...results, sections: { send: { ...send, machine: '8 × other' } } };
  expect(compare(elsewhere, results, ['send'])).toEqual([
    '- send: the last run was on another machine (8 × other).',
  ]);
  expect(compare({ ...results, sections: {} }, results, ['send'])).toEqual([
    '- send: there is no earlier run to compare with.',
  ]);
});
