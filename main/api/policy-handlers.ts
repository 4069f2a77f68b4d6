import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';

export function policyHandlers(
  { policy }: ReturnType<typeof createProcedures>,
  { siteFiles, kiosk }: Services,
) {
  return {
    read: policy.read.handler(() => siteFiles.policy),
    changeKiosk: policy.changeKiosk.handler(({ input }) => kiosk.change(input)),
    checkPin: policy.checkPin.handler(({ input }) => kiosk.checkPin(input.pin)),
  };
}
