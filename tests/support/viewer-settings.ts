import { everyMediaNetwork, type MediaNetwork } from '../../main/contract/media-network.ts';
import type { ViewerSettings } from '../../main/viewers/viewer-service.ts';

/** What is kept in the database otherwise. */
export function viewerSettings(mediaNetwork: MediaNetwork = everyMediaNetwork): ViewerSettings {
  let kept = mediaNetwork;
  return {
    get mediaNetwork() {
      return kept;
    },
    saveMediaNetwork: (chosen) => {
      kept = chosen;
    },
  };
}
