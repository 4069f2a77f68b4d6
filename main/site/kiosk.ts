import { GatehouseError } from '../base/gatehouse-error.ts';
import type { KioskChange } from '../contract/site-file-policy.ts';
import type { SettingTable } from '../store/setting-table.ts';
import { hashPin, isPin } from './pin-hash.ts';

const maximumTries = 5;
const minute = 60_000;

/** The desktop as a wall that nobody may leave without a PIN, which is asked a few times a minute: 10,000 PINs take more than a day. */
export class Kiosk {
  readonly #settings: SettingTable;
  /** When the last ones were, at most five: milliseconds of `performance.now`. */
  #tries: number[] = [];

  readonly #onChange: () => void;

  /** @param onChange called when something of it was stored */
  constructor(settings: SettingTable, onChange: () => void = () => {}) {
    this.#settings = settings;
    this.#onChange = onChange;
  }

  /** Counts from the next start of the desktop app. @throws GatehouseError bad-input, limit-reached */
  async change({ newPin, currentPin, ...kiosk }: KioskChange): Promise<void> {
    const hash = this.#settings.policy.kiosk?.pinHash ?? null;
    if (hash !== null && !(currentPin !== undefined && (await this.checkPin(currentPin)))) {
      throw GatehouseError.ofField(
        'currentPin',
        currentPin === undefined ? 'is needed: this kiosk has a PIN' : 'is not the PIN of this kiosk',
      );
    }
    const newHash = typeof newPin === 'string' ? await hashPin(newPin) : newPin;
    const pinHash = newHash === undefined ? hash : newHash;
    this.#settings.savePolicy({ ...this.#settings.policy, kiosk: { ...kiosk, pinHash } });
    this.#onChange();
  }

  /** False without a PIN. Right ones count, too. @throws GatehouseError limit-reached after five in a minute */
  async checkPin(pin: string): Promise<boolean> {
    const now = performance.now();
    this.#tries = this.#tries.filter((time) => now - time < minute);
    const [first] = this.#tries;
    if (first !== undefined && this.#tries.length >= maximumTries) {
      const seconds = Math.ceil((first + minute - now) / 1_000);
      throw new GatehouseError('limit-reached', `Too many PINs in a minute. Try again in ${seconds} s.`);
    }
    this.#tries.push(now);
    const hash = this.#settings.policy.kiosk?.pinHash ?? null;
    return hash !== null && (await isPin(pin, hash));
  }
}
