import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';

export function discoveryHandlers(
  { discovery }: ReturnType<typeof createProcedures>,
  { discovery: service }: Services,
) {
  return {
    watch: discovery.watch.handler(({ context }) => service.watch(context.signal)),
    scan: discovery.scan.handler(({ context }) => service.scan(context.signal)),
  };
}
