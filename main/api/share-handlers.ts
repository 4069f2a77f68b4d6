import { checkCamera } from '../access/rights.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { isWhip } from '../cameras/camera-address.ts';
import { cameraRightsOf } from '../contract/rights.ts';
import type { Share } from '../contract/share.ts';
import type { StoredShare } from '../store/share-table.ts';
import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';

export function shareHandlers(
  { shares: procedures }: ReturnType<typeof createProcedures>,
  { shares, cameras, whep, whip, whepAddress, publishPage }: Services,
) {
  const present = (share: StoredShare): Share => ({
    ...share,
    sessions: (share.kind === 'watch' ? whep : whip).countOf(share.id),
  });
  const isPublished = (cameraId: string) => isWhip(cameras.stored(cameraId)?.mainUrl ?? '');
  return {
    list: procedures.list.handler(({ input: { cameraId } }) => {
      cameras.require(cameraId);
      return {
        shares: shares.ofCamera(cameraId).map(present),
        endpoint: whepAddress(cameraId),
        publishPage: isPublished(cameraId) ? publishPage(cameraId) : null,
      };
    }),
    add: procedures.add.handler(({ context: { caller }, input }) => {
      cameras.require(input.cameraId);
      const { rights } = caller.principal;
      if (input.kind === 'publish') {
        if (!isPublished(input.cameraId)) {
          throw new GatehouseError('bad-input', 'This camera has an address: nobody can publish it here.');
        }
      } else {
        // Nobody gives more than they have.
        checkCamera(rights, 'live', cameras.place(input.cameraId));
        if (input.sound) checkCamera(rights, 'listen', cameras.place(input.cameraId));
      }
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
      whip.endOf(id);
    }),
  };
}
