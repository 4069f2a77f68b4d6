import fc from 'fast-check';
import { matchKeybindingPress, parseKeybinding } from 'tinykeys';
import { expect, test } from 'vitest';
import { customKeys } from '../../../main/contract/keys.ts';
import {
  bindingOf,
  commands,
  holderOf,
  keyWords,
  pressedBinding,
  withKey,
} from '../../../renderer/shell/commands.ts';
import { keyTip } from '../../../renderer/shell/key-tip.ts';
import { paletteItems } from '../../../renderer/shell/palette-items.ts';

const command = (id: string) => {
  const found = commands.find((each) => each.id === id);
  if (found === undefined) throw new Error(`there is no ${id}`);
  return found;
};
const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

test('no two commands have the same key, whatever is exchanged, and undoing it leaves nothing changed', () => {
  const changeable = commands.filter(({ isFixed }) => isFixed !== true);
  const bindings = [
    ...changeable.map(({ binding }) => binding).filter((binding) => binding !== ''),
    'F2',
    'Shift+W',
  ];
  const change = fc.tuple(fc.constantFrom(...changeable), fc.constantFrom(...bindings));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      let custom = {};
      for (const [each, binding] of changes) {
        custom = withKey(custom, each, binding);
        expect(bindingOf(each, custom)).toBe(binding);
        expect(customKeys.safeParse(custom).success).toBe(true);
        const used = commands.map((other) => keyWords(bindingOf(other, custom)).join('+')).filter(Boolean);
        expect(new Set(used).size).toBe(used.length);
      }
    }),
  );
  const exchanged = withKey({}, command('full-screen'), 'm');
  expect(exchanged).toEqual({ 'full-screen': 'm', 'toggle-sound': 'f' });
  expect(holderOf('m', 'toggle-sound', exchanged)?.id).toBe('full-screen');
  expect(withKey(exchanged, command('full-screen'), 'f')).toEqual({});
});

test('what is pressed is what then counts, on keyboards of every layout', () => {
  const pressed = [
    [{ key: 'w', code: 'KeyW' }, 'w'],
    [{ key: 'W', code: 'KeyW', shiftKey: true }, 'Shift+W'],
    [{ key: 'w', code: 'KeyW', ctrlKey: true }, '$mod+w'],
    [{ key: 'F2', code: 'F2' }, 'F2'],
    [{ key: 'Insert', code: 'Insert', shiftKey: true }, 'Shift+Insert'],
    [{ key: ';', code: 'Comma', shiftKey: true }, '[Shift]+;'],
    [{ key: '+', code: 'BracketRight' }, '+'],
    [{ key: 'ä', code: 'Quote' }, 'ä'],
  ] as const;
  for (const [event, binding] of pressed) {
    const full = { ...none, ...event };
    expect(pressedBinding(full)).toBe(binding);
    const getModifierState = (name: string) =>
      ({ Shift: full.shiftKey, Control: full.ctrlKey, Alt: full.altKey, Meta: full.metaKey })[name] ?? false;
    const [press] = parseKeybinding(binding);
    if (press === undefined) throw new Error('no key');
    expect(
      matchKeybindingPress({ ...full, getModifierState } as unknown as KeyboardEvent, press),
      binding,
    ).toBe(true);
    expect(customKeys.safeParse({ 'full-screen': binding }).success).toBe(true);
  }
  for (const key of ['1', 'Enter', 'Escape', 'ArrowUp', 'Tab', 'Shift', ' ', 'Dead'])
    expect(pressedBinding({ ...none, key })).toBeNull();
});

test('on a Mac ⌘ is where Ctrl is elsewhere, in what is shown and in what is pressed', () => {
  expect(keyWords('$mod+k', true)).toEqual(['⌘', 'K']);
  expect(keyWords('Alt+Shift+W', true)).toEqual(['⌥', 'Shift', 'W']);
  expect(keyWords('$mod+k', false)).toEqual(['Ctrl', 'K']);
  const [control, meta] = [
    { ...none, key: 'w', ctrlKey: true },
    { ...none, key: 'w', metaKey: true },
  ];
  expect([control, meta].map((event) => pressedBinding(event, true))).toEqual([null, '$mod+w']);
  expect([control, meta].map((event) => pressedBinding(event, false))).toEqual(['$mod+w', null]);
});

test('commands, cameras and walls are found by their words, and a number that is it comes first', () => {
  const camera = (number: number, name: string, group = '') => ({
    id: `camera-${number}`,
    number,
    name,
    group,
  });
  const found = (typed: string) =>
    paletteItems(typed, {
      cameras: [camera(17, 'Gate'), camera(7, 'Yard', 'Outside'), camera(70, 'Gate 7')] as never,
      layouts: [{ id: 'wall-1', name: 'Night gates' }] as never,
      custom: { 'full-screen': 'w' },
    });
  expect(found('7')[0]?.key).toBe('camera-7');
  expect(found('gate').map(({ key }) => key)).toEqual(
    expect.arrayContaining(['camera-17', 'camera-70', 'wall-1']),
  );
  expect(found('outside yard').map(({ key }) => key)).toEqual(['camera-7']);
  expect(found('full scr')).toMatchObject([{ key: 'full-screen', keys: ['W'] }]);
  expect(found('nothing of the kind')).toEqual([]);
  expect(found('').length).toBeGreaterThan(30);
});

test('a tip names the key that the person has given, and none where they took it away', () => {
  expect(keyTip('Lock', 'lock', {})).toBe('Lock (Shift L)');
  const changed = withKey({}, command('lock'), 'Shift+K');
  expect(keyTip('Lock', 'lock', changed)).toBe('Lock (Shift K)');
  expect(keyTip('Clips', 'clips', withKey({}, command('lock'), 'o'))).toBe('Clips (Shift L)');
  expect(keyTip('People', 'people', {})).toBe('People');
});
