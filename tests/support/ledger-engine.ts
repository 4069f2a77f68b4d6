import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createRouterClient } from '@orpc/server';
import { createAccess } from '../../main/access/access.ts';
import { createRouter } from '../../main/api/router.ts';
import type { Services } from '../../main/api/services.ts';
import type { Camera } from '../../main/contract/camera.ts';
import type { Layout } from '../../main/contract/layout.ts';
import { defaultLayoutId, grids } from '../../main/contract/limits.ts';
import { Layouts } from '../../main/site/layouts.ts';
import type { LedgerLine, LedgerRow } from './ledger.ts';
import { seededRandom } from './mutations.ts';
import { openStoredCameras } from './stored-cameras.ts';

/*
 * Store and API of an engine, which writes as fast as it can until it is killed. Says on stdout what it is about to write, and
 * what was written once the call has returned; both leave the process before anything else happens.
 */

const fullCameras = 300;
const fullLayouts = 100;
/** Far longer than a write: most kills fall between what is said and what is done. */
const earlyMilliseconds = 20;

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    seed: { type: 'string', default: '0' },
    /** Acknowledges before it writes: what an engine must not do. */
    early: { type: 'boolean', default: false },
  },
});

const { log, store, cameras, audit } = openStoredCameras(values.data);
// The others are not called.
const services = {
  cameras,
  layouts: new Layouts(store.layouts),
  audit,
  nameOf: (id: string) => cameras.stored(id)?.name,
} as Partial<Services> as Services;
const client = createRouterClient(createRouter(services, log), {
  context: { caller: createAccess(store, audit).callers.open({ kind: 'station' }) },
});
const random = seededRandom(Number(values.seed));

function say(line: LedgerLine): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** Writes a row whose key is known before; null: removes it. */
async function write(key: string, row: LedgerRow | null, call: () => Promise<unknown>): Promise<void> {
  say({ state: values.early ? 'written' : 'writing', key, row });
  if (values.early) await delay(earlyMilliseconds);
  await call();
  say({ state: 'written', key, row });
}

function words(): string {
  return `${randomUUID()} Tür “Süd” '; -- ${'x'.repeat(1 + random(40))}`;
}

function rowOf(camera: Camera, password: string | null): LedgerRow {
  return { ...camera, password };
}

async function addCamera(): Promise<void> {
  const password = random(2) === 0 ? words() : undefined;
  say({ state: 'adding' });
  const added = await client.cameras.add({
    name: words(),
    group: words(),
    mainUrl: `rtsp://127.0.0.1:1/${randomUUID()}`,
    ...(password === undefined ? {} : { username: 'guard', password }),
  });
  say({ state: 'written', key: `camera ${added.id}`, row: rowOf(added, password ?? null) });
}

async function editCamera(camera: Camera): Promise<void> {
  const changes = { name: words(), group: words(), username: 'owner', password: words() };
  const row = rowOf(
    { ...camera, name: changes.name, group: changes.group, username: 'owner', hasPassword: true },
    changes.password,
  );
  await write(`camera ${camera.id}`, row, () => client.cameras.edit({ id: camera.id, ...changes }));
}

async function saveLayout(id: string): Promise<void> {
  const tiles = Array.from({ length: random(200) }, () => (random(3) === 0 ? null : randomUUID()));
  const layout: Layout = { id, name: randomUUID(), grid: grids[random(grids.length)] ?? 'auto', tiles };
  await write(`layout ${id}`, { ...layout }, () => client.layouts.save(layout));
}

say({ state: 'ready' });
for (;;) {
  const allCameras = await client.cameras.list();
  const camera = allCameras[random(allCameras.length)];
  const layouts = (await client.layouts.list()).filter(({ id }) => id !== defaultLayoutId);
  const layout = layouts[random(layouts.length)];
  const action = random(10);
  if (camera !== undefined && (allCameras.length >= fullCameras || action === 0)) {
    await write(`camera ${camera.id}`, null, () => client.cameras.remove({ ids: [camera.id] }));
  } else if (layout !== undefined && (layouts.length >= fullLayouts || action === 1)) {
    await write(`layout ${layout.id}`, null, () => client.layouts.remove({ id: layout.id }));
  } else if (camera !== undefined && action < 4) {
    await editCamera(camera);
  } else if (action < 7 && !values.early) {
    await addCamera();
  } else {
    await saveLayout(layout !== undefined && random(2) === 0 ? layout.id : randomUUID());
  }
}
