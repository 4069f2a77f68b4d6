import * as z from 'zod';
import { alarmSettings } from './alarm.ts';
import { cameraConnection, cameraId } from './camera.ts';
import { line } from './text.ts';

/** What a site can choose; all windows share it. */
export const settings = z.object({
  /** Shown in the bar; empty: Gatehouse. */
  siteName: line(60).default(''),
  /** `whole`: all of the picture, with black edges; `fill`: no edges, but its sides may be cut off. */
  pictureFit: z.enum(['whole', 'fill']).default('whole'),
  /** Whether tiles name their camera. What is wrong with one is always said. */
  tileNames: z.enum(['always', 'selected']).default('always'),
  clock: z.enum(['time', 'date-and-time', 'hidden']).default('time'),
  /** What new cameras begin with. */
  newCameraConnection: cameraConnection.default('on-demand'),
  /** A console that nobody has used for so long is locked; 0: never. */
  lockAfterMinutes: z.int().min(0).max(720).default(0),
  /** Memory for instant replay, of all cameras together; 0: nothing is kept. */
  replayMegabytes: z.int().min(0).max(32_768).default(512),
  /** Room for clips and pictures on the disk, of all cameras together; 0: nothing is kept. */
  clipMegabytes: z.int().min(0).max(4_194_304).default(10_240),
});
export type Settings = z.infer<typeof settings>;

/** What is left out stays as it is. */
export const settingsChange = z.object({
  siteName: settings.shape.siteName.unwrap().optional(),
  pictureFit: settings.shape.pictureFit.unwrap().optional(),
  tileNames: settings.shape.tileNames.unwrap().optional(),
  clock: settings.shape.clock.unwrap().optional(),
  newCameraConnection: cameraConnection.optional(),
  lockAfterMinutes: settings.shape.lockAfterMinutes.unwrap().optional(),
  replayMegabytes: settings.shape.replayMegabytes.unwrap().optional(),
  clipMegabytes: settings.shape.clipMegabytes.unwrap().optional(),
});
export type SettingsChange = z.infer<typeof settingsChange>;

/** The cameras of one device, and the address where something on the network says that it is this device. */
const cameraMove = z.object({ cameraIds: z.array(cameraId).min(1), address: z.string() });
export type CameraMove = z.infer<typeof cameraMove>;

/** Something a person must know, kept until somebody has read it. */
export const notice = z.object({
  id: z.uuid(),
  /** Milliseconds since 1970. */
  at: z.number(),
  kind: z.enum([
    'data-restored',
    'data-lost',
    'backup-failed',
    'clock-jumped',
    'no-keychain',
    'site-file-imported',
    'site-file-refused',
    'recording-not-kept',
    'camera-followed',
    'camera-moved',
  ]),
  message: z.string(),
  /** With `camera-moved`: what `cameras.follow` would do. */
  move: cameraMove.optional(),
});
export type Notice = z.infer<typeof notice>;

/** A verified copy of the database. */
export const backup = z.object({ file: z.string(), time: z.number(), bytes: z.number() });
export type Backup = z.infer<typeof backup>;

/** Everything about this console that is neither a camera nor a layout. */
export const site = z.object({
  version: z.string(),
  dataFolder: z.string(),
  /** Why the key to the stored passwords is not in the system's keychain, in the desktop app; null: it is, or none is asked for. */
  keyWarning: z.string().nullable(),
  settings,
  alarms: alarmSettings,
  notices: z.array(notice),
  /** The newest first. */
  backups: z.array(backup),
  /** How many virtual cameras run. */
  demoCameras: z.int(),
});
export type Site = z.infer<typeof site>;

export const demoInput = z.object({ count: z.int().min(1).max(64) });
