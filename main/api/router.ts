import type { Log } from '../base/log.ts';
import { auditHandlers } from './audit-handlers.ts';
import { cameraHandlers } from './camera-handlers.ts';
import { clipHandlers } from './clip-handlers.ts';
import { discoveryHandlers } from './discovery-handlers.ts';
import { eventHandlers } from './event-handlers.ts';
import { healthHandlers } from './health-handlers.ts';
import { layoutHandlers } from './layout-handlers.ts';
import { accountHandlers, peopleHandlers } from './people-handlers.ts';
import { policyHandlers } from './policy-handlers.ts';
import { createProcedures } from './procedure.ts';
import { ptzHandlers } from './ptz-handlers.ts';
import type { Services } from './services.ts';
import { shareHandlers } from './share-handlers.ts';
import { ShownCameras } from './shown-cameras.ts';
import { siteHandlers } from './site-handlers.ts';
import { viewerHandlers } from './viewer-handlers.ts';

/** The contract with its handlers: what every host serves. */
export function createRouter(services: Services, log: Log) {
  const procedures = createProcedures(log, services);
  const shownCameras = new ShownCameras();
  return procedures.router({
    cameras: cameraHandlers(procedures, services),
    ptz: ptzHandlers(procedures, services),
    events: eventHandlers(procedures, services),
    clips: clipHandlers(procedures, services),
    health: healthHandlers(procedures, services),
    discovery: discoveryHandlers(procedures, services),
    layouts: layoutHandlers(procedures, services),
    shares: shareHandlers(procedures, services),
    site: siteHandlers(procedures, services),
    people: peopleHandlers(procedures, services),
    account: accountHandlers(procedures, services, shownCameras),
    policy: policyHandlers(procedures, services),
    audit: auditHandlers(procedures, services),
    viewer: viewerHandlers(procedures, services, shownCameras),
  });
}

export type ApiRouter = ReturnType<typeof createRouter>;
