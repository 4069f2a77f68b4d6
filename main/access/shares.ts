import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { ShareInput, ShareKind } from '../contract/share.ts';
import type { ShareTable, StoredShare } from '../store/share-table.ts';

const tokenBytes = 32;
const maximumTokenCharacters = 128;
const hourMilliseconds = 60 * 60 * 1_000;
const maximumShares = 256;

/** Tokens that let somebody without a session watch one camera, or publish it, for a while. */
export class Shares {
  readonly #table: ShareTable;

  constructor(table: ShareTable) {
    this.#table = table;
  }

  /** @returns the share, and its token, which is known to nobody after this. @throws GatehouseError limit-reached */
  add(input: ShareInput): { readonly share: StoredShare; readonly token: string } {
    const now = Date.now();
    this.#table.expire(now);
    if (this.#table.count >= maximumShares) {
      throw new GatehouseError(
        'limit-reached',
        `Cameras are shared ${maximumShares} times already. End a share first.`,
      );
    }
    const token = randomBytes(tokenBytes).toString('base64url');
    const { hours, ...rest } = input;
    const share = {
      ...rest,
      id: randomUUID(),
      createdAt: now,
      expiresAt: now + hours * hourMilliseconds,
    };
    this.#table.insert(share, hash(token));
    return { share, token };
  }

  /** Those of a camera that have not ended, the oldest first. */
  ofCamera(cameraId: string): StoredShare[] {
    this.#table.expire(Date.now());
    return this.#table.ofCamera(cameraId);
  }

  /**
   * @param mayEnd whether whoever asks manages a camera: a share of another one looks like one that is not there
   * @throws GatehouseError not-found
   */
  remove(id: string, mayEnd: (cameraId: string) => boolean): void {
    const cameraId = this.#table.cameraOf(id);
    if (cameraId === undefined || !mayEnd(cameraId) || !this.#table.remove(id))
      throw new GatehouseError('not-found', 'This share has ended already.');
  }

  /** What a token opens now, where it is of this kind; undefined: nothing. */
  ofToken(token: string, kind: ShareKind): StoredShare | undefined {
    if (token.length > maximumTokenCharacters) return undefined;
    const share = this.#table.ofToken(hash(token), Date.now());
    return share?.kind === kind ? share : undefined;
  }

  /** Whether a share has neither ended nor been taken away. */
  isValid(id: string): boolean {
    return this.#table.isValid(id, Date.now());
  }
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
