import { expect, test } from 'vitest';
import type { AuditEntry } from '../../../main/contract/audit.ts';
import { detailWords } from '../../../renderer/audit/audit-words.ts';

function entry(details: AuditEntry['details']): AuditEntry {
  return { details, about: [{ id: 'a', name: 'Gate' }] } as unknown as AuditEntry;
}

test('fields are called as people call them, and one without a name stands as it is', () => {
  const details = { mayStandStill: true, group: 'Yard', given: ['mainUrl', 'password'], constructor: 'x' };
  expect(detailWords(entry(details))).toBe(
    'may stand still: true · group: Yard · also set: mainUrl, password · constructor: x',
  );
});

test('the ids of what is named before are left out', () => {
  expect(detailWords(entry({ id: 'a', ids: ['a', 'b'], group: null }))).toBe('ids: b');
});
