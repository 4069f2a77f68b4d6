import { expect, test } from 'vitest';
import { viewerLimits } from '../../../main/contract/viewer-limits.ts';
import { ViewerLimitsForm } from '../../../renderer/settings/viewer-limits-form.svelte.ts';

test('what was chosen is read as it was', () => {
  for (const limits of [viewerLimits.parse({}), { ...viewerLimits.parse({}), megabits: 40.5 }])
    expect(new ViewerLimitsForm(limits).read()).toEqual(limits);
});

test('what is no limit is said beside its field, and an empty field is none', () => {
  const form = new ViewerLimitsForm(viewerLimits.parse({}));
  form.typed.windows = '';
  form.typed.windowsOfUser = ' ';
  form.typed.megabits = 'many';
  expect(form.read()).toBeUndefined();
  const wrong = ['windows', 'windowsOfUser', 'megabits', 'megabitsOfUser'].filter(
    (field) => form.error(field) !== undefined,
  );
  expect(wrong).toEqual(['windows', 'megabits']);
  form.typed.windows = '20';
  form.typed.megabits = '';
  expect(form.read()).toEqual({ windows: 20, windowsOfUser: null, megabits: null, megabitsOfUser: null });
});
