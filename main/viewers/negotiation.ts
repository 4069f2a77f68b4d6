import { randomUUID } from 'node:crypto';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { readIceFragment } from './ice-fragment.ts';

/** All that a client may add to its offer. */
const maximumCandidates = 32;

/** What became of a client's wish to add candidates (RFC 9725 section 4.3.1, draft-ietf-wish-whep section 4.4). */
export type Trickled = 'added' | 'no-tag' | 'other-tag' | 'restart';

interface Candidate {
  readonly candidate: string;
  readonly sdpMid?: string;
  readonly sdpMLineIndex?: number;
}

/**
 * Answers a client's offer; a session whose offer cannot be answered is over.
 * @throws GatehouseError bad-input, port-in-use
 */
export async function openSession<Session extends AsyncDisposable>(
  session: Session,
  answerOffer: () => Promise<string>,
): Promise<{ readonly session: Session; readonly answer: string }> {
  try {
    return { session, answer: await answerOffer() };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    if (error instanceof GatehouseError) throw error;
    throw new GatehouseError('bad-input', 'The offer cannot be answered.', { cause: error });
  }
}

/** The one negotiation of a client over HTTP, whose candidates may come later. */
export class Negotiation {
  /** With quotes. */
  readonly etag: string = `"${randomUUID()}"`;
  readonly #iceUfrag: string;
  readonly #add: (candidate: Candidate) => Promise<void>;
  #candidates = 0;

  /** @param iceUfrag of the client's offer. @param add may reject for one that is of no use */
  constructor(iceUfrag: string, add: (candidate: Candidate) => Promise<void>) {
    this.#iceUfrag = iceUfrag;
    this.#add = add;
  }

  /**
   * Adds candidates of the client. Candidates that are of no use are passed over.
   * @param tag the client's If-Match
   * @throws GatehouseError bad-input
   */
  async trickle(tag: string | undefined, text: string): Promise<Trickled> {
    const fragment = readIceFragment(text);
    if (fragment === undefined) throw new GatehouseError('bad-input', 'This is no fragment of SDP.');
    if (tag === undefined) return 'no-tag';
    const isOther = fragment.iceUfrag !== undefined && fragment.iceUfrag !== this.#iceUfrag;
    if (tag === '*' || (isOther && tag === this.etag)) return 'restart';
    if (tag !== this.etag) return 'other-tag';
    for (const { candidate, sdpMid } of fragment.candidates) {
      this.#candidates++;
      if (this.#candidates > maximumCandidates) break;
      const section = sdpMid === null ? { sdpMLineIndex: 0 } : { sdpMid };
      await this.#add({ candidate, ...section }).catch(() => {});
    }
    return 'added';
  }
}
