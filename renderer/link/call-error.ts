import { ORPCError } from '@orpc/client';
import type { ErrorCode } from '../../main/contract/error-codes.ts';
import { locale } from '../language/locale.ts';
import { m } from '../language/messages.ts';

/** One thing that is wrong with an input. */
export interface InputIssue {
  readonly path: string;
  readonly message: string;
}

/** What the engine said about a call that failed; in its own words where it answered. */
export interface CallFailure {
  readonly code: ErrorCode | 'no-answer';
  readonly message: string;
  readonly issues: readonly InputIssue[];
  /** After so long it may be tried again; absent where that is not known. */
  readonly retryAfterSeconds?: number;
}

export const notLinked: CallFailure = {
  code: 'no-answer',
  message: m.shell_not_linked(),
  issues: [],
};

export function callFailure(error: unknown): CallFailure {
  if (!(error instanceof ORPCError)) {
    return { code: 'no-answer', message: m.shell_no_answer(), issues: [] };
  }
  const { issues = [], ...more } = (error.data ?? {}) as Partial<CallFailure>;
  return { ...more, code: error.code as ErrorCode, message: error.message, issues };
}

/** In the reader's language, as far as the engine's sentence is known there. Its words are loaded when something fails first. */
export async function inReadersWords(failure: CallFailure): Promise<CallFailure> {
  if (locale === 'en') return failure;
  try {
    const { refusalInWords } = await import('../language/refusal-words.ts');
    return refusalInWords(failure);
  } catch {
    // They do not come while the engine is away.
    return failure;
  }
}
