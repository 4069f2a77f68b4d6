import { implement, ORPCError, ValidationError } from '@orpc/server';
import { GatehouseError, type InputIssue } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { contract } from '../contract/contract.ts';
import type { ErrorCode } from '../contract/error-codes.ts';
import { explainDatabaseError } from '../store/database.ts';
import type { ApiContext } from './services.ts';

/** What an error of the API carries beside code and message. */
export interface ErrorData {
  /** Which fields are wrong, for `bad-input`: the path to each and what is wrong with it. */
  readonly issues?: readonly InputIssue[];
  readonly camera?: string;
}

/** A list of thousands of wrong ids is said to be wrong by its first ones. */
const maximumListedIssues = 50;

/**
 * The contract with what every procedure shares: errors become answers, and the caller needs the permission that the
 * procedure names. Both run before the input is looked at.
 */
export function createProcedures(log: Log) {
  return implement(contract)
    .$context<ApiContext>()
    .$config({ initialInputValidationIndex: Number.POSITIVE_INFINITY })
    .use(async ({ next, path, signal }) => {
      try {
        return await next();
      } catch (error) {
        // Whoever asked has gone away: nothing failed.
        if (signal?.aborted === true && GatehouseError.from(error).code === 'internal') throw error;
        throw toAnswer(explainDatabaseError(error) ?? error, path, log);
      }
    })
    .use(({ context, next, procedure }) => {
      const { permission } = procedure['~orpc'].meta;
      if (permission === undefined || !context.principal.permissions.has(permission)) {
        throw new GatehouseError(
          'not-allowed',
          'You are not allowed to do this. Ask the owner of this console.',
        );
      }
      return next();
    });
}

/** For callers in memory, who may give no signal. */
export function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

function toAnswer(error: unknown, path: readonly string[], log: Log): ORPCError<ErrorCode, ErrorData> {
  if (error instanceof ORPCError && error.cause instanceof ValidationError && error.code === 'BAD_REQUEST') {
    const issues = error.cause.issues.slice(0, maximumListedIssues).map((issue) => ({
      path: (issue.path ?? []).map((key) => String(typeof key === 'object' ? key.key : key)).join('.'),
      message: issue.message,
    }));
    const [first] = issues;
    const message = `${first === undefined || first.path === '' ? 'The input' : first.path}: ${first?.message ?? 'not valid'}`;
    return new ORPCError('bad-input', { status: 400, message, data: { issues } });
  }
  if (error instanceof GatehouseError) {
    const { code, message, camera, issues } = error;
    if (code === 'internal' || code === 'database-failed' || code === 'disk-full')
      log.error({ err: error, path }, 'call failed');
    return new ORPCError(code, {
      status: statusOf(code),
      message,
      data: {
        ...(camera === undefined ? {} : { camera }),
        ...(issues.length === 0 ? {} : { issues }),
      },
    });
  }
  log.error({ err: error, path }, 'call failed');
  return new ORPCError('internal', {
    status: 500,
    message: 'Something went wrong inside Gatehouse. It is in the log; try again.',
    data: {},
  });
}

function statusOf(code: ErrorCode): number {
  const statuses: Partial<Record<ErrorCode, number>> = {
    'bad-input': 400,
    'not-signed-in': 401,
    'not-allowed': 403,
    'not-found': 404,
    'already-there': 409,
    'limit-reached': 429,
  };
  return statuses[code] ?? 500;
}
