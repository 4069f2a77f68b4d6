/** How Gatehouse ends, with windows and without; documented in `--help`, docs/installing.md and docs/roll-out.md. */
export const exitCodes = {
  done: 0,
  /** It could not start, or not go on. */
  failed: 1,
  /** In the command line, or in the file of `--import`. */
  mistakes: 2,
  /** The file, or the data: another Gatehouse may use it. */
  outOfReach: 3,
  /** The file of `--import` needs one, or another one. */
  passphrase: 4,
  /** The audit that `--verify-audit` looked at was changed. */
  broken: 5,
} as const;
