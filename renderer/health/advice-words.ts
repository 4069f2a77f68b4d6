import type { StreamHealth } from '../../main/contract/health.ts';
import { findingWords, measuredWords } from '../examination/finding-words.ts';
import { locale } from '../language/locale.ts';
import { m } from '../language/messages.ts';

type Advice = StreamHealth['advice'][number];

/** What was measured of a stream, what that means and what to do, in the reader's language. */
export function adviceWords({ measured, meaning, advice }: Omit<Advice, 'verdict'>, to = locale): string {
  const options = { locale: to };
  const known = findingWords(meaning, to);
  const said =
    measured === ''
      ? known
      : m.health_advice_measured({ measured: measuredWords(measured, to), meaning: known }, options);
  return advice === null
    ? said
    : m.health_advice_both({ meaning: said, advice: findingWords(advice, to) }, options);
}
