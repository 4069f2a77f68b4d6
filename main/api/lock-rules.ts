/**
 * What a locked console may call: what its wall lives from, and what unlocks it. Everything else, and whatever is new, is refused.
 * What these answer is about the cameras of the wall alone: see `lockedRights`.
 */
export const whileLocked: ReadonlySet<string> = new Set([
  'cameras.watch',
  'layouts.watch',
  'site.watch',
  'events.watch',
  'account.watch',
  'account.unlock',
  'account.signOut',
  'policy.checkPin',
  'viewer.open',
  'viewer.answer',
  'viewer.candidate',
  'viewer.show',
  // Back to the present: a locked console has no right to anything else.
  'viewer.replay',
  'viewer.restart',
  'viewer.showKeyFrames',
  'viewer.reportStale',
]);

/** Goes on when a console is locked or unlocked: its pictures do not blink, and the window is told. */
export const throughLock: ReadonlySet<string> = new Set(['viewer.open', 'account.watch']);
