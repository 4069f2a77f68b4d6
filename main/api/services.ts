import type { Principal } from '../access/principal.ts';
import type { CameraRegistry } from '../cameras/camera-registry.ts';
import type { LayoutTable } from '../store/layout-table.ts';
import type { ViewerService } from '../viewers/viewer-service.ts';

/** What handlers call. */
export interface Services {
  readonly cameras: CameraRegistry;
  readonly layouts: LayoutTable;
  readonly viewers: ViewerService;
}

/** What a host knows about a call. */
export interface ApiContext {
  readonly principal: Principal;
}
