import { Audit, gatehouse } from '../audit/audit.ts';
import { exitCodes } from '../base/exit-codes.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { redactText } from '../base/redact.ts';
import { ownerRoleId, ownerUserId } from '../contract/rights.ts';
import { openStore } from '../store/store.ts';

/**
 * The owner has lost the password: takes it away, with the second factor and all sessions, and gives the desktop window back to the
 * owner, unlocked. For whoever may write in the data folder, while no Gatehouse runs on it. Never rejects.
 * @returns one of `exitCodes`
 */
export function resetOwner(options: {
  readonly dataFolder: string;
  /** Encrypts what is secret; null: it is in a file of the folder. */
  readonly key: Uint8Array | null;
  readonly log: Log;
}): number {
  const { dataFolder, key, log } = options;
  try {
    using store = openStore({ folder: dataFolder, log, key });
    using audit = new Audit({ store, log });
    audit.beside({ ...gatehouse, from: 'command line' }, { did: 'owner.reset' }, () => {
      store.users.reset(ownerUserId, ownerRoleId);
      store.sessions.endOf(ownerUserId);
      store.settings.saveStationRoleId(ownerRoleId);
      store.settings.saveStationLock(null);
    });
    log.warn('the password of the owner was reset on the command line');
    say('The owner has no password any more, and is signed out everywhere.');
    say('Start Gatehouse: its window, or the link that it prints, is the owner’s. Set a new password there.');
    return exitCodes.done;
  } catch (error) {
    say(`Nothing was changed. ${redactText(GatehouseError.from(error).message)}`);
    return exitCodes.outOfReach;
  }
}

/** To the person. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
