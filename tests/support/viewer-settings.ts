import { everyMediaNetwork, type MediaNetwork } from '../../main/contract/media-network.ts';
import { type ViewerLimits, viewerLimits } from '../../main/contract/viewer-limits.ts';
import type { ViewerSettings } from '../../main/viewers/viewer-service.ts';

/** What is kept in the database otherwise. */
export function viewerSettings(mediaNetwork: MediaNetwork = everyMediaNetwork): ViewerSettings {
  let kept = mediaNetwork;
  let limits: ViewerLimits = viewerLimits.parse({});
  return {
    get mediaNetwork() {
      return kept;
    },
    saveMediaNetwork: (chosen) => {
      kept = chosen;
    },
    get viewerLimits() {
      return limits;
    },
    saveViewerLimits: (changed) => {
      limits = changed;
    },
  };
}
