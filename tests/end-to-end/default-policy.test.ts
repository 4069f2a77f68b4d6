import path from 'node:path';
import { expect, test } from 'vitest';
import { canMakeNamespace, runInNamespace } from '../support/network-namespace.ts';

const support = path.resolve(import.meta.dirname, '../support');

test.skipIf(!canMakeNamespace())(
  "Chromium with its default policy gets pictures inside a network of the test's own (needs iproute2 and unshare)",
  async () => {
    const seen = (await runInNamespace(path.join(support, 'namespace-window.ts'))) as {
      decoded: number[];
      pairs: { local: string; remote: string }[];
    };
    expect(seen.decoded).toHaveLength(4);
    expect(seen.pairs.length).toBeGreaterThan(0);
  },
);

test.skipIf(!canMakeNamespace())(
  'when the address of this computer changes, pictures come again on the same peer connection, and no tile is bound anew or black (needs iproute2 and unshare)',
  async () => {
    expect(await runInNamespace(path.join(support, 'namespace-move.ts'))).toEqual({
      peers: 1,
      bindings: 0,
      blackFrames: 0,
      gaps: Array.from({ length: 4 }, () => expect.any(Number)),
    });
  },
);
