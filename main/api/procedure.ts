import { implement, ORPCError, ValidationError } from '@orpc/server';
import type { Caller } from '../access/callers.ts';
import { checkAccess, checkCameras, locked } from '../access/rights.ts';
import { closedWith } from '../base/closed-with.ts';
import { GatehouseError, type InputIssue } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { contract } from '../contract/contract.ts';
import type { ErrorCode } from '../contract/error-codes.ts';
import { explainDatabaseError } from '../store/database.ts';
import { CallRecord } from './call-record.ts';
import { throughLock, whileLocked } from './lock-rules.ts';
import type { ApiContext, Services } from './services.ts';

/** What an error of the API carries beside code and message. */
export interface ErrorData {
  /** Which fields are wrong, for `bad-input`: the path to each and what is wrong with it. */
  readonly issues?: readonly InputIssue[];
  readonly camera?: string;
  /** With `limit-reached`, where it is known. */
  readonly retryAfterSeconds?: number;
}

/** A list of thousands of wrong ids is said to be wrong by its first ones. */
const maximumListedIssues = 50;

/**
 * The contract with what every procedure shares: errors become answers, the caller needs what the procedure names, first over the
 * console and then, when the input has been checked, over the cameras in it. Nothing outlives the rights under which it began. What
 * changes something is in the audit before it is answered.
 */
export function createProcedures(log: Log, services: Services) {
  const record = new CallRecord(services);
  return (
    implement(contract)
      .$context<ApiContext>()
      // In front of the last of those below.
      .$config({ initialInputValidationIndex: -1 })
      .use(({ next, path, signal: gone, context: { caller } }) => {
        const rights = signalOf(caller, path);
        return next({ context: { signal: gone === undefined ? rights : AbortSignal.any([gone, rights]) } });
      })
      .use(async ({ next, path, signal: gone, context: { caller } }, _input, output) => {
        const rights = signalOf(caller, path);
        try {
          rights.throwIfAborted();
          // What is done is answered as done, also where it changed what the caller may do.
          const result = await next();
          if (!isSubscription(result.output)) return result;
          const subscription = result.output;
          // A reader who leaves before the first event leaves what was opened for it, too.
          const close = async () => void (await subscription.return());
          return output(closedWith(whileAllowed(subscription, rights), close));
        } catch (error) {
          // Whoever asked has gone away: nothing failed.
          if (gone?.aborted === true && GatehouseError.from(error).code === 'internal') throw error;
          const reason: unknown = rights.aborted ? rights.reason : error;
          throw toAnswer(explainDatabaseError(reason) ?? reason, path, log);
        }
      })
      .use(
        async ({ next, path, signal: gone, context: { caller } }) =>
          await record.during(
            caller,
            path,
            async (say) => await next({ context: { say } }),
            (error) => (gone?.aborted === true ? 'given-up' : outcomeOf(error)),
          ),
      )
      .use(({ context, next, path, procedure }) => {
        if (context.caller.principal.lock !== null && !whileLocked.has(path.join('.'))) throw locked();
        checkAccess(context.caller.principal.rights, procedure['~orpc'].meta.access);
        return next();
      })
      .use(({ context, next, procedure }, input) => {
        context.say(input);
        const find = (id: string) => services.cameras.place(id);
        checkCameras(context.caller.principal.rights, procedure['~orpc'].meta.access, input, find);
        return next();
      })
  );
}

/** What ends a call. */
function signalOf(caller: Caller, path: readonly string[]): AbortSignal {
  return throughLock.has(path.join('.')) ? caller.rightsSignal : caller.viewSignal;
}

/** Ends with the reason when the rights are not the caller's any more. */
async function* whileAllowed(
  subscription: AsyncGenerator<unknown, void, undefined>,
  rights: AbortSignal,
): AsyncGenerator<unknown, void, undefined> {
  yield* subscription;
  if (!rights.aborted) return;
  const { code, message } = GatehouseError.from(rights.reason);
  throw new ORPCError(code, { status: statusOf(code), message, data: {} });
}

function isSubscription(output: unknown): output is AsyncGenerator<unknown, void, undefined> {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output;
}

/** The code that the answer will have. */
function outcomeOf(error: unknown): ErrorCode {
  if (isWrongInput(error)) return 'bad-input';
  return GatehouseError.from(explainDatabaseError(error) ?? error).code;
}

function isWrongInput(error: unknown): error is ORPCError<string, unknown> & { cause: ValidationError } {
  return error instanceof ORPCError && error.cause instanceof ValidationError && error.code === 'BAD_REQUEST';
}

function toAnswer(error: unknown, path: readonly string[], log: Log): ORPCError<ErrorCode, ErrorData> {
  if (isWrongInput(error)) {
    const issues = error.cause.issues.slice(0, maximumListedIssues).map((issue) => ({
      path: (issue.path ?? []).map((key) => String(typeof key === 'object' ? key.key : key)).join('.'),
      message: issue.message,
    }));
    const [first] = issues;
    const message = `${first === undefined || first.path === '' ? 'The input' : first.path}: ${first?.message ?? 'not valid'}`;
    return new ORPCError('bad-input', { status: 400, message, data: { issues } });
  }
  if (error instanceof GatehouseError) {
    const { code, message, camera, issues, retryAfterSeconds } = error;
    if (code === 'internal' || code === 'database-failed' || code === 'disk-full')
      log.error({ err: error, path }, 'call failed');
    return new ORPCError(code, {
      status: statusOf(code),
      message,
      data: {
        ...(camera === undefined ? {} : { camera }),
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
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
    'sign-in-refused': 401,
    'second-factor-needed': 401,
    'not-allowed': 403,
    'access-changed': 403,
    locked: 423,
    'not-found': 404,
    'already-there': 409,
    'camera-in-use': 409,
    'limit-reached': 429,
  };
  return statuses[code] ?? 500;
}
