import { checkCamera } from '../access/rights.ts';
import { cameraRightsOf } from '../contract/rights.ts';
import type { Share } from '../contract/share.ts';
import type { StoredShare } from '../store/share-table.ts';
import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';

export function shareHandlers(
  { shares: procedures }: ReturnType<typeof createProcedures>,
  { shares, cameras, whep, whepAddress }: Services,
) {
  const present = (share: StoredShare): Share => ({ ...share, sessions: whep.countOf(share.id) });
  return {
    list: procedures.list.handler(({ input: { cameraId } }) => {
      cameras.require(cameraId);
      return { shares: shares.ofCamera(cameraId).map(present), endpoint: whepAddress(cameraId) };
    }),
    add: procedures.add.handler(({ context: { caller }, input }) => {
      cameras.require(input.cameraId);
      // Nobody gives more than they have.
      const { rights } = caller.principal;
      checkCamera(rights, 'live', cameras.place(input.cameraId));
      if (input.sound) checkCamera(rights, 'listen', cameras.place(input.cameraId));
      const { share, token } = shares.add(input);
      return { share: present(share), token };
    }),
    remove: procedures.remove.handler(({ context: { caller }, input: { id } }) => {
      const { rights } = caller.principal;
      shares.remove(id, (cameraId) => {
        const camera = cameras.place(cameraId);
        return camera !== undefined && cameraRightsOf(rights, camera).has('manage');
      });
      whep.endOf(id);
    }),
  };
}
