import { ORPCError } from '@orpc/client';

/** What the API says to a call that it refuses. @throws Error when it does not refuse it */
export async function refused(
  call: Promise<unknown>,
): Promise<{ readonly code: string; readonly message: string; readonly data: unknown }> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ORPCError)) throw new Error(`not refused but ${String(error)}`);
  return { code: error.code, message: error.message, data: error.data };
}
