import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { exportLines } from '../audit/audit-export.ts';
import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';

export function auditHandlers(
  { audit: procedures }: ReturnType<typeof createProcedures>,
  { audit }: Services,
) {
  return {
    list: procedures.list.handler(({ input }) => audit.list(input)),
    read: procedures.read.handler(() => audit.state),
    change: procedures.change.handler(({ input }) => audit.change(input.keepDays)),
    export: procedures.export.handler(async () => {
      const now = Date.now();
      const gzip = createGzip();
      const [bytes] = await Promise.all([buffer(gzip), pipeline(exportLines(audit, now), gzip)]);
      const name = `gatehouse-audit-${new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')}.jsonl.gz`;
      return new File([new Uint8Array(bytes)], name, { type: 'application/gzip' });
    }),
  };
}
