import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Audit, gatehouse, stranger } from '../../main/audit/audit.ts';
import { fingerprintOf, verifyTrail } from '../../main/audit/audit-chain.ts';
import { verifyExport } from '../../main/audit/audit-export.ts';
import { WatchRecord } from '../../main/audit/watch-record.ts';
import { exitCodes } from '../../main/base/exit-codes.ts';
import { createLog } from '../../main/base/log.ts';
import type { AuditEntry } from '../../main/contract/audit.ts';
import { verifyAudit } from '../../main/engine/verify-audit.ts';
import { readAuditFile } from '../../main/store/audit-file.ts';
import { openStore, type Store } from '../../main/store/store.ts';
import {
  type ApiHarness,
  callerOf,
  createHarness,
  memoryClient,
  originOf,
  signIn,
  startHost,
} from '../support/api-harness.ts';
import { call, refusal } from '../support/api-scene.ts';

const log = createLog('silent');
let owned: AsyncDisposableStack;

beforeEach(() => {
  owned = new AsyncDisposableStack();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await owned.disposeAsync();
});

/** The newest first. */
async function entriesOf(audit: Audit): Promise<AuditEntry[]> {
  return (await audit.list({ limit: 500 })).entries;
}

async function newest({ audit }: ApiHarness): Promise<AuditEntry | undefined> {
  return (await entriesOf(audit))[0];
}

async function folderOf(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-audit-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const camera = { name: 'Gate', mainUrl: 'rtsp://127.0.0.1:1/gate', username: 'guard', password: 'C4nary' };

test('who changed what from where is said, with the names of that time and without secrets', async () => {
  const harness = await createHarness(owned);
  const client = memoryClient(harness);
  const added = await client.cameras.add(camera);
  expect(await newest(harness)).toMatchObject({
    ...{ seq: 2, did: 'cameras.add', outcome: 'done', from: 'desktop', session: null },
    who: { kind: 'station', name: 'This station' },
    details: { name: 'Gate', given: expect.arrayContaining(['mainUrl', 'username', 'password']) },
  });
  await client.cameras.edit({ id: added.id, name: 'Yard', password: 'C4nary-2' });
  expect(await newest(harness)).toMatchObject({
    did: 'cameras.edit',
    about: [{ id: added.id, name: 'Gate' }],
    details: { id: added.id, name: 'Yard', given: ['password'] },
  });
  await client.cameras.remove({ ids: [added.id] });
  expect(await newest(harness)).toMatchObject({ about: [{ id: added.id, name: 'Yard' }] });
  expect(JSON.stringify(await entriesOf(harness.audit))).not.toMatch(/C4nary|rtsp/);
});

test('what was refused is said with its reason, and of a flood only how many', async () => {
  const harness = await createHarness(owned);
  const viewer = callerOf(harness, { cameras: [{ scope: 'all', rights: ['live'] }] });
  const client = memoryClient(harness, viewer);
  await refusal(call(client, 'site.backUp', undefined));
  expect(await newest(harness)).toMatchObject({
    ...{ did: 'site.backUp', outcome: 'not-allowed' },
    who: { kind: 'person', id: viewer.principal.userId },
  });
  for (let time = 0; time < 100; time++) await refusal(call(client, 'site.backUp', undefined));
  expect(await entriesOf(harness.audit)).toHaveLength(61);
  // What strangers try is counted by itself.
  harness.audit.refuse(stranger('192.0.2.1'), { did: 'session.opened', outcome: 'sign-in-refused' });
  expect(await newest(harness)).toMatchObject({ from: '192.0.2.1' });
  harness.audit[Symbol.dispose]();
  expect(await newest(harness)).toMatchObject({ did: 'audit.left-out', details: { refusals: 41 } });
});

test('however much is asked for, an entry stays short', async () => {
  const harness = await createHarness(owned);
  const client = memoryClient(harness);
  const tiles = Array.from({ length: 1_000 }, () => crypto.randomUUID());
  await client.layouts.save({ id: crypto.randomUUID(), name: 'Night', grid: '100', tiles });
  const rights = {
    console: [],
    cameras: tiles.map((cameraId) => ({ scope: 'camera' as const, cameraId, rights: ['live' as const] })),
  };
  await client.people.saveRole({ id: crypto.randomUUID(), name: 'Many', rights, hours: null });
  const [role, layout] = await entriesOf(harness.audit);
  expect(layout).toMatchObject({ did: 'layouts.save', details: { name: 'Night' } });
  expect([layout?.details.tiles].flat().at(-1)).toBe('and 980 more');
  expect(role).toMatchObject({ did: 'people.saveRole', details: { name: 'Many' } });
  for (const entry of [role, layout]) expect(JSON.stringify(entry).length).toBeLessThan(6_000);
});

test('a change and its entry are both there or neither', async () => {
  const harness = await createHarness(owned);
  const client = memoryClient(harness);
  vi.spyOn(harness.store.audit, 'insert').mockImplementation(() => {
    throw new Error('no room');
  });
  await expect(client.cameras.add(camera)).rejects.toThrow();
  expect(await client.cameras.list()).toEqual([]);
  expect(harness.store.cameras.list()).toEqual([]);
  vi.restoreAllMocks();
  expect(await newest(harness)).toMatchObject({ did: 'audit.key' });
});

test('calls that only read say nothing, and what changes nothing in the database is said as well', async () => {
  const harness = await createHarness(owned);
  const client = memoryClient(harness);
  await client.cameras.list();
  await client.events.list({ limit: 1 });
  expect(await newest(harness)).toMatchObject({ did: 'audit.key' });
  expect(await client.policy.checkPin({ pin: '8520' })).toBe(false);
  expect(await newest(harness)).toMatchObject({ did: 'policy.checkPin', outcome: 'sign-in-refused' });
  await client.cameras.export({ format: 'csv' });
  expect(await newest(harness)).toMatchObject({ did: 'cameras.export', details: { format: 'csv' } });
});

test('sessions that begin, end or are refused are said, but never a name that nobody has', async () => {
  const harness = await createHarness(owned);
  const host = owned.use(await startHost(harness));
  const cookie = await signIn(host);
  expect(await newest(harness)).toMatchObject({
    ...{ did: 'session.opened', outcome: 'done', from: '127.0.0.1', details: { by: 'link' } },
    who: { kind: 'person', name: 'Owner' },
  });
  const post = (body: object) =>
    fetch(`${originOf(host)}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: originOf(host) },
      body: JSON.stringify(body),
    });
  await post({ name: 'my secret password', password: 'x' });
  expect(await newest(harness)).toMatchObject({
    ...{ did: 'session.opened', outcome: 'sign-in-refused', from: '127.0.0.1', about: [] },
    who: { kind: 'nobody' },
  });
  await post({ name: 'owner', password: 'another secret' });
  expect(await newest(harness)).toMatchObject({ outcome: 'sign-in-refused', about: [{ name: 'Owner' }] });
  await fetch(`${originOf(host)}/session`, {
    method: 'DELETE',
    headers: { cookie, origin: originOf(host) },
  });
  expect(await newest(harness)).toMatchObject({ did: 'session.closed', who: { name: 'Owner' } });
  expect(JSON.stringify(await entriesOf(harness.audit))).not.toContain('secret');
});

test('what is watched is said when it begins and when it is over, and a tour says nothing new', async () => {
  vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['Date', 'setInterval', 'clearInterval'] });
  owned.defer(() => void vi.useRealTimers());
  const harness = await createHarness(owned);
  const record = new WatchRecord({ audit: harness.audit, nameOf: (id) => `Camera ${id}`, log });
  const first = record.begin(gatehouse, 'picture', ['a', null, 'b']);
  await first.written;
  const begun = [...first.ends];
  expect(await newest(harness)).toMatchObject({
    did: 'picture.opened',
    about: [{ id: 'a', name: 'Camera a' }, { id: 'b' }],
  });
  for (let round = 0; round < 5; round++) {
    vi.advanceTimersByTime(60_000);
    for (const end of begun.splice(0)) end?.();
    vi.advanceTimersByTime(60_000);
    begun.push(...record.begin(gatehouse, 'picture', ['a', 'b']).ends);
  }
  for (const end of begun) end?.();
  expect(await entriesOf(harness.audit)).toHaveLength(2);
  vi.advanceTimersByTime(15 * 60_000);
  const until = 1_800_000_000_000 + 600_000;
  expect((await entriesOf(harness.audit))[0]).toMatchObject({
    did: 'picture.closed',
    details: { a: { since: 1_800_000_000_000, until }, b: { until } },
  });
  record[Symbol.dispose]();
});

test('the audit is searched and filtered page by page', async () => {
  const harness = await createHarness(owned);
  const client = memoryClient(harness);
  for (let number = 1; number <= 7; number++)
    await client.cameras.add({ ...camera, name: `Gate ${number}`, mainUrl: `${camera.mainUrl}${number}` });
  await client.site.backUp();
  const page = await client.audit.list({ did: 'cameras.', limit: 5 });
  expect(page.entries.map(({ seq }) => seq)).toEqual([8, 7, 6, 5, 4]);
  const rest = await client.audit.list({ did: 'cameras.', limit: 5, before: page.before ?? 0 });
  expect(rest).toMatchObject({ entries: [{ seq: 3 }, { seq: 2 }], before: null });
  expect((await client.audit.list({ text: 'gate 4', limit: 5 })).entries).toMatchObject([{ seq: 5 }]);
  expect((await client.audit.list({ text: 'outcome', limit: 5 })).entries).toEqual([]);
  expect((await client.audit.list({ done: false, limit: 5 })).entries).toEqual([]);
  expect((await client.audit.list({ until: 1, limit: 5 })).entries).toEqual([]);
});

test('what is too old is cut at a signature, and the rest still verifies', async () => {
  const folder = await folderOf();
  let now = 1_800_000_000_000;
  {
    using store = openStore({ folder, log });
    using audit = new Audit({ store, log, now: () => now });
    for (let count = 0; count < 600; count++) audit.write(gatehouse, { did: 'test' });
    now += 366 * 24 * 60 * 60 * 1_000;
    audit.write(gatehouse, { did: 'test' });
    audit.cut();
    const entries = [...(await audit.list({ limit: 500 })).entries];
    expect(entries[0]).toMatchObject({ seq: 603, did: 'audit.cut', details: { upTo: 512 } });
    expect(entries.at(-1)?.seq).toBe(513);
    audit.cut();
    expect(audit.state.entries).toBe(91);
  }
  expect(verifyAudit({ file: null, dataFolder: folder })).toBe(exitCodes.done);
});

test('an export verifies by itself, and any byte of it that was changed is found', async () => {
  const harness = await createHarness(owned);
  const client = memoryClient(harness);
  for (let count = 0; count < 4; count++) await client.site.backUp();
  const { fingerprint } = await client.audit.read();
  const file = await client.audit.export();
  const bytes = gunzipSync(new Uint8Array(await file.arrayBuffer()));
  expect(await newest(harness)).toMatchObject({ did: 'audit.export' });
  const read = verifyExport(bytes.toString('utf8'));
  expect(read?.verdict).toMatchObject({ isSound: true, entries: 5 });
  expect(read?.keys.map(({ publicKey }) => fingerprintOf(publicKey))).toEqual([fingerprint]);
  for (let index = 0; index < bytes.length; index++) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ (1 + (index % 255));
    const verdict = verifyExport(changed.toString('utf8'))?.verdict;
    expect(verdict?.isSound, `byte ${index}`).not.toBe(true);
  }
  const lines = bytes.toString('utf8').split('\n');
  for (let index = 0; index < lines.length; index++) {
    expect(verifyExport(lines.toSpliced(index, 1).join('\n'))?.verdict.isSound).not.toBe(true);
  }
});

test('the command says of a data folder and of a file whether the audit is whole, and names what is not', async () => {
  const folder = await folderOf();
  const said: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  const verify = (file: string | null, dataFolder = folder) => {
    said.length = 0;
    return verifyAudit({ file, dataFolder });
  };
  const change = (sql: string) => {
    using store = openStore({ folder, log });
    store.database.exec(sql);
  };
  expect(verify(null)).toBe(exitCodes.outOfReach);
  {
    using store = openStore({ folder, log });
    using audit = new Audit({ store, log });
    for (let count = 0; count < 9; count++) audit.write(gatehouse, { did: 'test' });
  }
  expect(verify(null)).toBe(exitCodes.done);
  expect(said.join('')).toMatch(/entries 1 to 10\.\nSigned by the key [0-9a-f]{64}\./);
  change(`UPDATE audit_entry SET line = replace(line, '"test"', '"tost"') WHERE seq = 4`);
  expect(verify(null)).toBe(exitCodes.broken);
  expect(said.join('')).toContain('The first entry that is wrong is 4.');
  change(`UPDATE audit_entry SET line = replace(line, '"tost"', '"test"') WHERE seq = 4`);
  expect(verify(null)).toBe(exitCodes.done);
  change('DELETE FROM audit_entry WHERE seq = 10');
  expect(verify(null)).toBe(exitCodes.broken);
  expect(said.join('')).toContain('The first entry that is wrong is 10.');
  const file = path.join(folder, 'other.txt');
  await writeFile(file, 'something else\n');
  expect(verify(file)).toBe(exitCodes.mistakes);
  expect(verify(path.join(folder, 'nothing'))).toBe(exitCodes.outOfReach);
});

test('with another key to all secrets the audit goes on under a new key of its own', async () => {
  const folder = await folderOf();
  const writeOne = (key: Uint8Array) => {
    using store: Store = openStore({ folder, log, key });
    using audit = new Audit({ store, log });
    audit.write(gatehouse, { did: 'test' });
    return audit.state.fingerprint;
  };
  const [first, second] = [writeOne(new Uint8Array(32)), writeOne(new Uint8Array(32).fill(1))];
  expect(second).not.toBe(first);
  const { verdict, keys } = readAuditFile(folder, (audit) => ({
    verdict: verifyTrail(audit, true),
    keys: audit.keys,
  }));
  expect(verdict).toMatchObject({ isSound: true, entries: 4 });
  expect(keys.map(({ publicKey }) => fingerprintOf(publicKey))).toEqual([first, second]);
});

test('what was changed in the newest entries is found at the next start, said once, and never heals', async () => {
  const start = (folder: string, sql = '') => {
    using store = openStore({ folder, log });
    store.database.exec(sql);
    using audit = new Audit({ store, log });
    audit.write(gatehouse, { did: 'test' });
    const said = store.audit.before(1_000, 100).filter(({ line }) => line.includes('audit.broken'));
    return { problem: audit.problem, said: said.length };
  };
  const verdictOf = (folder: string) => readAuditFile(folder, (audit) => verifyTrail(audit, true));
  const changed = await folderOf();
  for (let count = 0; count < 5; count++) expect(start(changed).problem).toBeNull();
  const edit = `UPDATE audit_entry SET line = replace(line, '"test"', '"tost"') WHERE seq = 4`;
  expect(start(changed, edit)).toEqual({ problem: 'entry 4 was changed after it was written', said: 1 });
  expect(start(changed)).toMatchObject({ said: 1 });
  expect(verdictOf(changed)).toMatchObject({ isSound: false, seq: 4 });

  // The last signature is taken away, so that a forged entry can follow.
  const forged = await folderOf();
  for (let count = 0; count < 5; count++) start(forged);
  const forge = `DELETE FROM audit_checkpoint WHERE seq > 0;
    INSERT INTO audit_entry SELECT 7, replace(line, '"seq":6', '"seq":7') FROM audit_entry WHERE seq = 6`;
  expect(start(forged, forge)).toEqual({ problem: 'entries after 0 are signed by nobody', said: 1 });
  expect(verdictOf(forged)).toMatchObject({ isSound: false });
  const quiet = await folderOf();
  for (let count = 0; count < 5; count++) start(quiet);
  start(quiet, 'DELETE FROM audit_checkpoint WHERE seq > 0');
  expect(verdictOf(quiet)).toMatchObject({ isSound: false, seq: 1 });
});

test('the private key is in no file in clear', async () => {
  const folder = await folderOf();
  const parts: Buffer[] = [];
  {
    using store = openStore({ folder, log });
    using _audit = new Audit({ store, log });
    const [key] = store.audit.keys();
    if (key === undefined) throw new Error('no key');
    const der = store.audit.openKey(key).reveal();
    // Its last 32 bytes are the key itself (RFC 8410, section 7).
    const secret = Buffer.from(der, 'base64').subarray(-32);
    parts.push(secret, Buffer.from(der), Buffer.from(secret.toString('hex')));
  }
  const files = await readdir(folder);
  expect(files).toContain('gatehouse.db');
  for (const file of files) {
    const bytes = await readFile(path.join(folder, file));
    for (const part of parts) expect(bytes.includes(part), file).toBe(false);
  }
});
