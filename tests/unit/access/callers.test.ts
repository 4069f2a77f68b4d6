import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Callers } from '../../../main/access/callers.ts';
import { hashToken } from '../../../main/access/principal.ts';
import { Sessions } from '../../../main/access/sessions.ts';
import { createLog } from '../../../main/base/log.ts';
import { ownerUserId } from '../../../main/contract/rights.ts';
import { openStore, type Store } from '../../../main/store/store.ts';

const day = 24 * 60 * 60 * 1_000;
let folder: string;
let store: Store;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'gatehouse-callers-'));
  store = openStore({ folder, log: createLog('silent') });
});
afterEach(() => {
  vi.useRealTimers();
  store[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

test('what somebody may do ends within a second after the last minute of the hours, and begins again with the first', () => {
  // A Monday.
  vi.useFakeTimers({ now: new Date('2026-11-23T16:59:59') });
  const id = crypto.randomUUID();
  const rights = { console: [], cameras: [{ scope: 'all' as const, rights: ['live' as const] }] };
  const hours = [{ days: [1, 2], from: '08:00', until: '17:00' }];
  store.roles.save({ id, name: 'Office', rights, hours });
  store.users.save({
    id,
    name: 'Erika',
    roleId: id,
    disabled: false,
    passwordHash: null,
    sealedTotpKey: null,
  });
  using callers = new Callers(store);
  const caller = callers.open({ kind: 'user', userId: id });
  expect(caller?.principal).toMatchObject({ rights, closedUntilHours: null });
  const before = caller?.rightsSignal;
  vi.advanceTimersByTime(2_000);
  expect(before?.reason).toMatchObject({ code: 'access-changed', message: 'Your hours are over.' });
  expect(caller?.principal).toMatchObject({ rights: { cameras: [] }, closedUntilHours: hours });
  vi.advanceTimersByTime(15 * 60 * 60 * 1_000);
  expect(caller?.principal).toMatchObject({ rights, closedUntilHours: null });
});

test('a session that is in use goes on, and ends after 90 days all the same', () => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  const sessions = new Sessions(store.sessions);
  const tokenHash = hashToken(sessions.open(ownerUserId, { address: '127.0.0.1', browser: '' }));
  const idle = hashToken(sessions.open(ownerUserId, { address: '127.0.0.1', browser: '' }));
  using callers = new Callers(store);
  const caller = callers.open({ kind: 'session', tokenHash });
  // By leaps: a timer a second would take a while for ninety days.
  for (let days = 0; days < 89; days++) {
    vi.setSystemTime(Date.now() + day);
    vi.advanceTimersByTime(1_000);
  }
  expect(caller?.over.aborted).toBe(false);
  expect(callers.knows({ kind: 'session', tokenHash: idle })).toBe(false);
  vi.setSystemTime(Date.now() + day);
  vi.advanceTimersByTime(1_000);
  expect(caller?.over.aborted).toBe(true);
  expect(callers.knows({ kind: 'session', tokenHash })).toBe(false);
});
