import type { Accounts } from '../access/accounts.ts';
import type { Caller } from '../access/callers.ts';
import type { ConsoleLock } from '../access/console-lock.ts';
import type { People } from '../access/people.ts';
import type { Shares } from '../access/shares.ts';
import type { Audit } from '../audit/audit.ts';
import type { WatchRecord } from '../audit/watch-record.ts';
import type { CameraControls } from '../cameras/camera-controls.ts';
import type { CameraDrives } from '../cameras/camera-drives.ts';
import type { CameraRegistry } from '../cameras/camera-registry.ts';
import type { CameraTrials } from '../cameras/camera-trials.ts';
import type { MovedCameras } from '../cameras/moved-cameras.ts';
import type { Clips } from '../clips/clips.ts';
import type { Backup } from '../contract/site.ts';
import type { Discovery } from '../discovery/discovery.ts';
import type { CameraDoctor } from '../doctor/camera-doctor.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { StalePictures } from '../events/stale-pictures.ts';
import type { HealthMonitor } from '../health/health-monitor.ts';
import type { LanService } from '../lan/lan-service.ts';
import type { PictureMemory } from '../media/picture-memory.ts';
import type { Kiosk } from '../site/kiosk.ts';
import type { Layouts } from '../site/layouts.ts';
import type { SiteFiles } from '../site/site-files.ts';
import type { SiteService } from '../site/site-service.ts';
import type { UpdatePolicy } from '../site/update-policy.ts';
import type { PresetPictureTable } from '../store/preset-picture-table.ts';
import type { ViewerService } from '../viewers/viewer-service.ts';
import type { WhepService } from '../viewers/whep-service.ts';
import type { WhipService } from '../whip/whip-service.ts';

/** What handlers call. */
export interface Services {
  readonly cameras: CameraRegistry;
  readonly trials: CameraTrials;
  readonly controls: CameraControls;
  readonly drives: CameraDrives;
  readonly presetPictures: PresetPictureTable;
  readonly doctor: CameraDoctor;
  readonly clips: Clips;
  readonly events: EventFeed;
  readonly stalePictures: StalePictures;
  readonly health: HealthMonitor;
  readonly discovery: Discovery;
  readonly moved: MovedCameras;
  readonly layouts: Layouts;
  readonly site: SiteService;
  /** What is kept of all cameras for instant replay. */
  readonly replay: PictureMemory;
  readonly siteFiles: SiteFiles;
  readonly kiosk: Kiosk;
  readonly updatePolicy: UpdatePolicy;
  readonly backups: { backUp(): Promise<Backup> };
  readonly demo: { show(count: number): Promise<void>; hide(): Promise<void> };
  /** A zip file. */
  readonly diagnostics: () => Promise<File>;
  readonly viewers: ViewerService;
  readonly people: People;
  readonly accounts: Accounts;
  readonly consoleLock: ConsoleLock;
  readonly shares: Shares;
  readonly audit: Audit;
  readonly watchRecord: WatchRecord;
  /** What something of an id is called now: a camera, a wall, a person, a role; undefined: there is none. */
  readonly nameOf: (id: string) => string | undefined;
  readonly whep: WhepService;
  readonly whip: WhipService;
  readonly lan: LanService;
  /** Of the WHEP endpoint of a camera; null: there is no HTTP host. */
  readonly whepAddress: (cameraId: string) => string | null;
  /** Of the page with which a phone publishes a camera; null: there is no host that a phone reaches. */
  readonly publishPage: (cameraId: string) => string | null;
}

/** What a host knows about a call. */
export interface ApiContext {
  readonly caller: Caller;
}
