import { ORPCError } from '@orpc/client';
import type { ErrorCode } from '../../main/contract/error-codes.ts';
import { locale } from '../language/locale.ts';
import { m } from '../language/messages.ts';

/** One thing that is wrong with an input. */
export interface InputIssue {
  readonly path: string;
  readonly message: string;
}

/** What the engine said about a call that failed, or that it said nothing. */
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

/** What a call came to that failed, in the reader's language. */
export async function callFailure(error: unknown): Promise<CallFailure> {
  if (!(error instanceof ORPCError)) {
    return { code: 'no-answer', message: m.shell_no_answer(), issues: [] };
  }
  const { issues = [], ...more } = (error.data ?? {}) as Partial<CallFailure>;
  return await inReadersWords({ ...more, code: error.code as ErrorCode, message: error.message, issues });
}

/** What the engine said, in the reader's language as far as its sentence is known there. The words are loaded when something fails first. */
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

/** What the engine or the shell said by itself, in the reader's language as far as it is known there. */
export async function sentenceInReadersWords(english: string): Promise<string> {
  const { message } = await inReadersWords({ code: 'internal', message: english, issues: [] });
  return message;
}
