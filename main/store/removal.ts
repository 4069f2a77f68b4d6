/** What was removed can be brought back for so long. */
export const keepRemovedMilliseconds = 24 * 60 * 60 * 1_000;
