import { type createProcedures, neverAborted } from './procedure.ts';
import type { Services } from './services.ts';

export function discoveryHandlers(
  { discovery }: ReturnType<typeof createProcedures>,
  { discovery: service }: Services,
) {
  return {
    watch: discovery.watch.handler(({ signal = neverAborted() }) => service.watch(signal)),
    scan: discovery.scan.handler(({ signal = neverAborted() }) => service.scan(signal)),
  };
}
