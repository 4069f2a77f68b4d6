import { GatehouseError } from '../base/gatehouse-error.ts';
import type { UpdatesChange } from '../contract/site-file-policy.ts';
import type { SettingTable } from '../store/setting-table.ts';

/** Where the desktop app has new versions from, and when it installs them. */
export class UpdatePolicy {
  readonly #settings: SettingTable;
  readonly #onChange: () => void;

  /** @param onChange called when something of it was stored */
  constructor(settings: SettingTable, onChange: () => void = () => {}) {
    this.#settings = settings;
    this.#onChange = onChange;
  }

  /** @throws GatehouseError not-allowed where the site forbids updates */
  change(chosen: UpdatesChange): void {
    const { policy } = this.#settings;
    if (policy.updates?.forbidden === true) {
      throw new GatehouseError(
        'not-allowed',
        'The site file forbids updates. Whoever rolls Gatehouse out can allow them there.',
      );
    }
    this.#settings.savePolicy({ ...policy, updates: { ...chosen, forbidden: false } });
    this.#onChange();
  }
}
