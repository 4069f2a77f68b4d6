import type { Audit } from '../audit/audit.ts';
import type { UserTable } from '../store/user-table.ts';
import { Accounts } from './accounts.ts';
import { Callers } from './callers.ts';
import { ConsoleLock } from './console-lock.ts';
import { Passwords } from './passwords.ts';
import { People } from './people.ts';
import type { AccessTables } from './principal.ts';
import { Sessions } from './sessions.ts';
import { SignIn } from './sign-in.ts';

/** Who may come in, who is here, and what they may do. */
export interface AccessControl extends AsyncDisposable {
  readonly users: Pick<UserTable, 'find' | 'named'>;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly callers: Callers;
  readonly people: People;
  readonly accounts: Accounts;
  readonly consoleLock: ConsoleLock;
  readonly audit: Audit;
}

export function createAccess(tables: AccessTables, audit: Audit): AccessControl {
  const { users, roles, sessions, settings } = tables;
  const own: AccessTables = { users, roles, sessions, settings };
  const passwords = new Passwords();
  const callers = new Callers(own);
  const people = new People(own, passwords, () => callers.check());
  const signIn = new SignIn(users, passwords);
  return {
    sessions: new Sessions(sessions),
    users,
    audit,
    signIn,
    callers,
    people,
    consoleLock: new ConsoleLock({ tables: own, passwords, people, signIn }),
    accounts: new Accounts({ tables: own, people, callers, signIn }),
    async [Symbol.asyncDispose]() {
      callers[Symbol.dispose]();
      await passwords[Symbol.asyncDispose]();
    },
  };
}
