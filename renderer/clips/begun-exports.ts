import type { ChosenFolder } from './clip-export.ts';

/*
 * Exports into folders that are being written, kept by the browser (IndexedDB holds folders, too): a page that is left, or a browser that
 * is killed, ends one with its folder half there, and the next page finds it here. Whoever writes one holds a lock of its name, which
 * goes with its page, so that no page takes the export of another one for lost. A browser that keeps nothing finds nothing again.
 */

export interface BegunExport {
  readonly id: string;
  readonly parent: ChosenFolder;
  /** What its own folder in there is called. */
  readonly folder: string;
  readonly clipIds: readonly string[];
}

const databaseName = 'gatehouse.exports';
const storeName = 'begun';
const lockName = (id: string) => `gatehouse.export.${id}`;

/**
 * Keeps it, and says by a lock that this page writes it.
 * @returns to be called when it is over: `lost` where something of it is half there, and could not be removed
 */
export async function keepBegun(begun: BegunExport): Promise<(how?: 'lost') => Promise<void>> {
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  navigator.locks
    .request(lockName(begun.id), () => {
      held.resolve();
      return over;
    })
    .catch(held.resolve);
  await held.promise;
  await withStore('readwrite', (store) => store.put(begun));
  return async (how) => {
    if (how !== 'lost') await forgetBegun(begun.id);
    end();
  };
}

/** Nobody asks for what is left of it. */
export async function forgetBegun(id: string): Promise<void> {
  await withStore('readwrite', (store) => store.delete(id));
}

/**
 * Hands over those whose page has gone, one after the other; no other page has it meanwhile.
 * @param settle true: it is dealt with, and forgotten
 */
export async function settleLost(settle: (lost: BegunExport) => Promise<boolean>): Promise<void> {
  const all = (await withStore('readonly', (store) => store.getAll())) ?? [];
  for (const { id } of all as readonly BegunExport[]) {
    await navigator.locks.request(lockName(id), { ifAvailable: true }, async (lock) => {
      if (lock === null) return;
      // Another page may have settled it since.
      const lost = await withStore('readonly', (store) => store.get(id));
      if (lost === undefined) return;
      if (await settle(lost as BegunExport)) await forgetBegun(id);
    });
  }
}

/** Undefined: this browser keeps nothing here. */
async function withStore<Answer>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<Answer>,
): Promise<Answer | undefined> {
  try {
    const opening = indexedDB.open(databaseName, 1);
    opening.addEventListener('upgradeneeded', () =>
      opening.result.createObjectStore(storeName, { keyPath: 'id' }),
    );
    const database = await answerOf(opening);
    try {
      return await answerOf(ask(database.transaction(storeName, mode).objectStore(storeName)));
    } finally {
      database.close();
    }
  } catch {
    return undefined;
  }
}

function answerOf<Answer>(request: IDBRequest<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}
