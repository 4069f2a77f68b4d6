import type { Caller } from '../access/callers.ts';
import { camerasOfTile } from '../contract/tile-cameras.ts';
import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';
import type { ShownCameras } from './shown-cameras.ts';

export function peopleHandlers(
  { people }: ReturnType<typeof createProcedures>,
  { people: service }: Services,
) {
  return {
    watch: people.watch.handler(({ context }) => service.watch(context.signal)),
    add: people.add.handler(({ context, input }) => service.add(input, context.caller.principal)),
    edit: people.edit.handler(({ context, input }) => service.edit(input, context.caller.principal)),
    remove: people.remove.handler(({ context, input }) => service.remove(input.id, context.caller.principal)),
    saveRole: people.saveRole.handler(({ context, input }) =>
      service.saveRole(input, context.caller.principal),
    ),
    removeRole: people.removeRole.handler(({ context, input }) =>
      service.removeRole(input.id, context.caller.principal),
    ),
    setStationRole: people.setStationRole.handler(({ context, input }) =>
      service.setStationRole(input.roleId, context.caller.principal),
    ),
    endSession: people.endSession.handler(({ context, input }) =>
      service.endSession(input.id, context.caller.principal),
    ),
  };
}

export function accountHandlers(
  { account }: ReturnType<typeof createProcedures>,
  { accounts, consoleLock, layouts, viewers }: Services,
  shownCameras: ShownCameras,
) {
  /** Those of the wall, and those that other windows show; null: all. */
  const camerasOf = (caller: Caller, layoutId: string): string[] | null => {
    const layout = layouts.list().find(({ id }) => id === layoutId);
    const tiles = layout?.tiles ?? [];
    if (layout !== undefined && tiles.length === 0) return null;
    const shown = shownCameras.beside(caller, viewers.viewers);
    return [...new Set([...tiles.flatMap(camerasOfTile), ...shown])];
  };
  return {
    watch: account.watch.handler(({ context: { caller, signal } }) => accounts.watch(caller, signal)),
    changePassword: account.changePassword.handler(({ context, input }) =>
      accounts.changePassword(context.caller, input),
    ),
    offerSecondFactor: account.offerSecondFactor.handler(({ context }) =>
      accounts.offerSecondFactor(context.caller),
    ),
    confirmSecondFactor: account.confirmSecondFactor.handler(({ context, input }) =>
      accounts.confirmSecondFactor(context.caller, input.code),
    ),
    removeSecondFactor: account.removeSecondFactor.handler(({ context, input }) =>
      accounts.removeSecondFactor(context.caller, input.currentPassword),
    ),
    changeKeys: account.changeKeys.handler(({ context, input }) =>
      accounts.changeKeys(context.caller, input),
    ),
    changePin: account.changePin.handler(({ context, input }) =>
      consoleLock.changePin(context.caller, input),
    ),
    lock: account.lock.handler(({ context: { caller }, input }) =>
      consoleLock.lock(caller, camerasOf(caller, input.layoutId)),
    ),
    unlock: account.unlock.handler(({ context, input }) => consoleLock.unlock(context.caller, input)),
    endSession: account.endSession.handler(({ context, input }) =>
      accounts.endSession(context.caller, input.id),
    ),
    signIn: account.signIn.handler(({ context, input }) => accounts.signIn(context.caller, input)),
    signOut: account.signOut.handler(({ context }) => accounts.signOut(context.caller)),
  };
}
