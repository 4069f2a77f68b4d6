import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';

export function policyHandlers(
  { policy }: ReturnType<typeof createProcedures>,
  { siteFiles, kiosk, updatePolicy }: Services,
) {
  return {
    read: policy.read.handler(() => siteFiles.policy),
    changeKiosk: policy.changeKiosk.handler(({ input }) => kiosk.change(input)),
    changeUpdates: policy.changeUpdates.handler(({ input }) => updatePolicy.change(input)),
    checkPin: policy.checkPin.handler(({ input }) => kiosk.checkPin(input.pin)),
  };
}
