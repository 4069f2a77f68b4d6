import { expect, test } from 'vitest';
import { ViewerChurn } from '../support/viewer-churn.ts';

test('windows come and go, in the middle of a handshake, too, and show one camera after the other: no viewer and no lease is left', async () => {
  await using churn = new ViewerChurn(6);
  await churn.run(24, 4);
  const { windows, switches, packets, viewers, leases } = churn.counts;
  expect(windows).toBe(24);
  expect(switches).toBeGreaterThan(40);
  expect(packets).toBeGreaterThanOrEqual(switches * 16);
  expect({ viewers, leases }).toEqual({ viewers: 0, leases: 0 });
  // Sockets and timers: tests/support/leak-check.ts looks at the end of the file.
});
