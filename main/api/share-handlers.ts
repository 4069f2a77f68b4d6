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
    add: procedures.add.handler(({ input }) => {
      cameras.require(input.cameraId);
      const { share, token } = shares.add(input);
      return { share: present(share), token };
    }),
    remove: procedures.remove.handler(({ input: { id } }) => {
      shares.remove(id);
      whep.endOf(id);
    }),
  };
}
