import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolder } from '../support/damaged-store.ts';
import { runKilledEngines } from '../support/ledger.ts';
import { auditProblems } from '../support/ledger-audit.ts';

const seed = 20_260_131;
let owned: AsyncDisposableStack;

beforeEach(() => {
  owned = new AsyncDisposableStack();
});
afterEach(async () => {
  await owned.disposeAsync();
});

test('an engine that is killed at any moment loses nothing that it acknowledged, and its audit tells all of it', async () => {
  const folder = await makeFolder(owned);
  const { acknowledged, lost } = await runKilledEngines({
    ...{ folder, rounds: 20, seed },
    inspect: auditProblems,
  });
  expect(lost).toEqual([]);
  // Each round has some; how many depends on how busy the machine is.
  expect(acknowledged).toBeGreaterThan(20);
});

test('an engine that acknowledges before it writes is found out', async () => {
  const folder = await makeFolder(owned);
  const losses: string[] = [];
  for (let attempt = 0; losses.length === 0 && attempt < 10; attempt++) {
    const options = {
      folder: path.join(folder, String(attempt)),
      rounds: 2,
      seed: seed + attempt,
      early: true,
    };
    losses.push(...(await runKilledEngines(options)).lost);
  }
  expect(losses).not.toEqual([]);
});
