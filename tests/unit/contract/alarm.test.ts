import { expect, test } from 'vitest';
import { type AlarmRule, isAlarm } from '../../../main/contract/alarm.ts';
import { eventKinds } from '../../../main/contract/event.ts';

const gate = { id: '6f1c1d2e-7c1b-4b53-9a70-0123456789ab', group: 'Yard' };

test('without rules a lost camera, tampering and a full disk are alarms', () => {
  expect(eventKinds.filter((kind) => isAlarm([], kind, gate))).toEqual([
    'camera-lost',
    'tamper',
    'storage-low',
  ]);
});

test('the rule of a camera stands above that of its group, and that above the one of all, in any order', () => {
  const all: AlarmRule = { kind: 'motion', scope: { type: 'all' }, alarm: true };
  const yard: AlarmRule = { kind: 'motion', scope: { type: 'group', group: 'Yard' }, alarm: false };
  const ofGate: AlarmRule = { kind: 'motion', scope: { type: 'camera', cameraId: gate.id }, alarm: true };
  expect(isAlarm([all], 'motion', gate)).toBe(true);
  for (const rules of [
    [all, yard],
    [yard, all],
  ])
    expect(isAlarm(rules, 'motion', gate)).toBe(false);
  for (const rules of [
    [all, yard, ofGate],
    [ofGate, yard, all],
  ])
    expect(isAlarm(rules, 'motion', gate)).toBe(true);
  expect(isAlarm([yard, ofGate], 'motion', { id: 'another', group: '' })).toBe(false);
  expect(isAlarm([ofGate], 'tamper', gate)).toBe(true);
});
