import type { SignInInput } from '../../main/contract/people.ts';
import { m } from '../language/messages.ts';
import { type CallFailure, inReadersWords, notLinked } from './call-error.ts';

const answerMilliseconds = 15_000;

/** Signs this browser in: its session is a cookie that the page cannot read. Null: it is done. */
export async function signInBrowser(input: SignInInput): Promise<CallFailure | null> {
  try {
    const response = await fetch('./session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
      signal: AbortSignal.timeout(answerMilliseconds),
    });
    if (response.ok) return null;
    if (response.status === 429 && !isJson(response))
      return { code: 'limit-reached', message: m.shell_too_many_tries(), issues: [] };
    return await inReadersWords({ ...notLinked, ...((await response.json()) as Partial<CallFailure>) });
  } catch {
    return notLinked;
  }
}

function isJson(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('application/json') ?? false;
}
