import { GatehouseError } from '../base/gatehouse-error.ts';
import type { SignInInput } from '../contract/people.ts';
import type { StoredUser, UserTable } from '../store/user-table.ts';
import type { Passwords } from './passwords.ts';
import { SignInLimits, type TriedKey } from './sign-in-limits.ts';
import { totpStep } from './totp.ts';

/** From where a password comes. */
export interface SignInSource {
  readonly address: string;
  /** Whether this user has signed in from this very browser before. */
  isKnownTo(userId: string): boolean;
  /** Tells known browsers apart. */
  readonly browserKey: string;
}

/**
 * Name and password, and the code of the second factor where there is one. Guessing slows down for each account and each address;
 * browsers from which the user has signed in before are counted by themselves, so that whoever guesses locks nobody out.
 */
export class SignIn {
  readonly #users: UserTable;
  readonly #passwords: Passwords;
  readonly #limits = new SignInLimits();
  readonly #now: () => number;

  constructor(users: UserTable, passwords: Passwords, now: () => number = Date.now) {
    this.#users = users;
    this.#passwords = passwords;
    this.#now = now;
  }

  /** @throws GatehouseError sign-in-refused, second-factor-needed, limit-reached */
  async check({ name, password, code }: SignInInput, source: SignInSource): Promise<StoredUser> {
    const user = this.#users.named(name);
    const account = user?.id ?? name.normalize('NFKC').trim().toLowerCase();
    const isKnown = user !== undefined && source.isKnownTo(user.id);
    const keys: TriedKey[] = isKnown
      ? [{ kind: 'browser', name: source.browserKey }]
      : [
          { kind: 'account', name: account },
          { kind: 'address', name: source.address },
        ];
    this.#count(keys);
    const isRight = await this.#passwords.verify(password, user?.passwordHash ?? null);
    if (!isRight || user === undefined || user.disabled) throw refused();
    const totpKey = this.#users.openTotpKey(user);
    if (totpKey !== null) {
      if (code === undefined) {
        throw new GatehouseError('second-factor-needed', 'Type the six digits that your app shows now.');
      }
      const step = totpStep(totpKey, code, this.#now());
      if (step === undefined || !this.#users.useTotpStep(user.id, step)) throw wrongCode();
    }
    this.#limits.clear(keys);
    return user;
  }

  /**
   * Whoever is signed in types the password again. @param where tells connections apart. @param field where it was typed
   * @throws GatehouseError bad-input, limit-reached
   */
  async prove(
    { passwordHash }: StoredUser,
    password: string,
    where: string,
    field = 'currentPassword',
  ): Promise<void> {
    const keys: TriedKey[] = [{ kind: 'browser', name: where }];
    this.#count(keys);
    if (!(await this.#passwords.verify(password, passwordHash)))
      throw GatehouseError.ofField(field, 'is not right');
    this.#limits.clear(keys);
  }

  /** Whoever has locked a console types the PIN; of passwords nothing is counted here. @throws GatehouseError bad-input, limit-reached */
  async provePin(userId: string, pin: string, hash: string | null): Promise<void> {
    const keys: TriedKey[] = [{ kind: 'pin', name: userId }];
    this.#count(keys);
    if (!(await this.#passwords.verify(pin, hash))) throw GatehouseError.ofField('secret', 'is not right');
    this.#limits.clear(keys);
  }

  #count(keys: readonly TriedKey[]): void {
    const wait = this.#limits.wait(keys, this.#now());
    if (wait > 0) throw tooMany(wait);
    this.#limits.count(keys, this.#now());
  }
}

function refused(): GatehouseError {
  return new GatehouseError('sign-in-refused', 'Name or password is not right.');
}

function wrongCode(): GatehouseError {
  return new GatehouseError(
    'second-factor-needed',
    'These six digits are not right, or were used already. Wait for the next ones; the clocks of phone and computer must agree.',
  );
}

function tooMany(wait: number): GatehouseError {
  const seconds = Math.ceil(wait / 1_000);
  const time = seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`;
  return new GatehouseError('limit-reached', `Too many tries. Try again in ${time}.`);
}
