/** The code of an error of the system or of SQLite, such as `ENOENT` or `SQLITE_FULL`; undefined for what has none. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
