import { describe, expect, test } from 'vitest';
import { parseXml } from '../../../main/base/xml.ts';
import { EventStates } from '../../../main/onvif/event-states.ts';
import { type Notification, parseNotification } from '../../../main/onvif/notification.ts';

function notification(topic: string, data: string, attributes = '', source = ''): Notification | null {
  return parseNotification(
    parseXml(
      `<w:NotificationMessage><w:Topic>${topic}</w:Topic><w:Message><tt:Message UtcTime="2026-11-27T03:00:00Z" ${attributes}><tt:Source>${source}</tt:Source><tt:Data>${data}</tt:Data></tt:Message></w:Message></w:NotificationMessage>`,
    ),
  );
}

const item = (name: string, value: string) => `<tt:SimpleItem Name="${name}" Value="${value}"/>`;

describe('what a device reports', () => {
  test.each([
    ['tns1:RuleEngine/CellMotionDetector/Motion', item('IsMotion', 'true'), 'motion', 'begin'],
    ['tns1:VideoSource/MotionAlarm', item('State', '0'), 'motion', 'end'],
    ['tns1:RuleEngine/tns1:MotionRegionDetector/Motion', item('State', '1'), 'motion', 'begin'],
    ['tns1:VideoSource/GlobalSceneChange/AnalyticsService', item('State', 'TRUE'), 'tamper', 'begin'],
    ['tns1:VideoSource/ImageTooDark/ImagingService', item('State', 'false'), 'tamper', 'end'],
    ['tns1:RuleEngine/TamperDetector/Tamper', item('IsTamper', 'true'), 'tamper', 'begin'],
    ['tns1:Device/Trigger/DigitalInput', item('LogicalState', 'false'), 'input', 'end'],
    ['tnsaxis:Device/tnsaxis:IO/Port', item('port', '1') + item('state', '1'), 'input', 'begin'],
    ['tns1:RuleEngine/LineDetector/Crossed', item('ObjectId', '1'), 'line-crossing', 'pulse'],
  ] as const)('%s is typed', (topic, data, kind, state) => {
    expect(notification(topic, data)).toMatchObject({
      kind,
      state,
      at: Date.UTC(2026, 10, 27, 3),
      isInitial: false,
    });
  });

  test.each([
    ['another topic', 'tns1:Monitoring/ProcessorUsage', item('Value', '1'), ''],
    ['a topic that only ends like one', 'tns1:Other/VideoSource/MotionAlarm', item('State', '1'), ''],
    ['no state', 'tns1:VideoSource/MotionAlarm', item('ObjectId', '1'), ''],
    ['a state that is none', 'tns1:VideoSource/MotionAlarm', item('State', 'maybe'), ''],
    ['a deleted property', 'tns1:VideoSource/MotionAlarm', item('State', '1'), 'PropertyOperation="Deleted"'],
  ])('%s is left out', (_, topic, data, attributes) => {
    expect(notification(topic, data, attributes)).toBeNull();
  });

  test('where it comes from is one line of text', () => {
    const source = item('VideoSource', '1') + item('Rule', 'Gate&#10;&lt;b&gt;');
    expect(notification('tns1:VideoSource/MotionAlarm', item('State', '1'), '', source)?.source).toBe(
      'VideoSource=1 Rule=Gate <b>',
    );
  });
});

const now = Date.UTC(2026, 10, 27, 3);
const motion = (state: 'begin' | 'end', more: Partial<Notification> = {}): Notification => ({
  kind: 'motion',
  state,
  source: 'a',
  at: now,
  isInitial: false,
  ...more,
});

describe('how detectors are', () => {
  test('what is repeated is told once', () => {
    const states = new EventStates();
    expect(states.take(motion('end', { isInitial: true }), 0, now)).toBeNull();
    expect(states.take(motion('begin'), 0, now)).toEqual({
      kind: 'motion',
      state: 'begin',
      source: 'a',
      at: now,
    });
    expect(states.take(motion('begin'), 0, now + 1_000)).toBeNull();
    expect(states.take(motion('begin', { source: 'b' }), 0, now)).toMatchObject({
      state: 'begin',
      source: 'b',
    });
    expect(states.take(motion('end'), 0, now + 2_000)).toMatchObject({ state: 'end', source: 'a' });
    expect(states.take(motion('end'), 0, now + 3_000)).toBeNull();
  });

  test('motion that never ends is over five minutes after it was said last (camera-quirks 44)', () => {
    const states = new EventStates();
    states.take(motion('begin'), 0, now);
    states.take(motion('begin'), 0, now + 60_000);
    states.take({ ...motion('begin'), kind: 'tamper' }, 0, now);
    expect(states.expire(now + 359_999)).toEqual([]);
    expect(states.expire(now + 360_000)).toEqual([
      { kind: 'motion', state: 'end', source: 'a', at: now + 360_000 },
    ]);
    expect(states.expire(now + 999_999)).toEqual([]);
  });

  test('times are put right by the offset of the clock, and not believed when that leaves them far off', () => {
    const states = new EventStates();
    const hour = 3_600_000;
    const ahead = motion('begin', { at: now + hour - 2_000 });
    expect(states.take(ahead, hour, now)?.at).toBe(now - 2_000);
    expect(states.take({ ...ahead, source: 'b' }, 0, now)?.at).toBe(now);
    expect(states.take({ ...ahead, source: 'c', at: null }, hour, now)?.at).toBe(now);
  });

  test('a device that invents detectors without end is followed up to 256', () => {
    const states = new EventStates();
    const begun = Array.from({ length: 1_000 }, (_, index) =>
      states.take(motion('begin', { source: String(index) }), 0, now),
    );
    expect(begun.filter((transition) => transition !== null)).toHaveLength(256);
    expect(states.clear(now)).toHaveLength(256);
  });
});
