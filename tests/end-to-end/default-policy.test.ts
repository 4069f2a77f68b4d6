import path from 'node:path';
import { expect, test } from 'vitest';
import { canMakeNamespace, runInNamespace } from '../support/network-namespace.ts';

const script = path.resolve(import.meta.dirname, '../support/namespace-window.ts');

test.skipIf(!canMakeNamespace())(
  "Chromium with its default policy gets pictures inside a network of the test's own (needs iproute2 and unshare)",
  async () => {
    const seen = (await runInNamespace(script)) as {
      decoded: number[];
      pairs: { local: string; remote: string }[];
    };
    expect(seen.decoded).toHaveLength(4);
    expect(seen.pairs.length).toBeGreaterThan(0);
  },
);
