import * as z from 'zod';
import { cameraEdit, cameraInput } from './camera.ts';
import { layout } from './layout.ts';
import { maximumCameras, maximumImportCharacters, maximumLayouts, maximumLayoutTiles } from './limits.ts';
import { settingsChange } from './site.ts';
import { pinTry, siteFileUpdates } from './site-file-policy.ts';
import { dwell, tileOf } from './tile.ts';

/*
 * `site.json`: what an installer prepares once and every machine of a site takes. Unknown names are mistakes.
 */

export const siteFileFormat = 'gatehouse-site';
export const siteFileVersion = 1;

/** What a camera or a wall is called in the file for as long as it lives, whatever else of it changes. */
const key = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
    'must be a word of at most 64 letters, digits, dots and dashes, such as gate-1',
  );

/** What is left out stays as it is, or begins as the settings say; null takes user, password or second stream away. */
export const siteFileCamera = z.strictObject({
  key,
  ...cameraEdit.omit({ id: true }).shape,
  name: cameraInput.shape.name,
  mainUrl: cameraInput.shape.mainUrl,
});
export type SiteFileCamera = z.infer<typeof siteFileCamera>;

/** A named wall. The key `all-cameras` is the wall that is always there. */
export const siteFileLayout = z.strictObject({
  key,
  name: layout.shape.name,
  grid: layout.shape.grid,
  /** With the keys of cameras of this file, row by row, page by page; null is an empty tile. None: all cameras. */
  tiles: z.array(tileOf(key)).max(maximumLayoutTiles, `must be at most ${maximumLayoutTiles}`).default([]),
  /** For each page, when a tour goes through the walls; left out: it passes this one over. */
  tourSeconds: dwell.optional(),
});
export type SiteFileLayout = z.infer<typeof siteFileLayout>;

const siteFileSettings = z.strictObject(settingsChange.shape);

export const siteFileKiosk = z
  .strictObject({
    enabled: z.boolean(),
    /** 4 to 12 digits; left out, the PIN stays; null takes it away. */
    pin: pinTry.shape.pin.nullable().optional(),
    /** A PIN as an encrypted export holds it. */
    pinHash: z
      .string()
      .regex(/^scrypt-1\.[\w-]{22}\.[\w-]{43}$/, 'must be as it was exported')
      .optional(),
    /** Numbers of displays, from 1. */
    displays: z
      .union(
        [z.literal('all'), z.array(z.int().min(1).max(64)).min(1).max(64)],
        'must be "all" or a list of display numbers from 1 to 64',
      )
      .default('all'),
    startAtLogin: z.boolean().default(false),
  })
  .refine((kiosk) => kiosk.pin === undefined || kiosk.pinHash === undefined, {
    path: ['pinHash'],
    message: 'must not stand beside "pin": give one of them',
  });
export type SiteFileKiosk = z.infer<typeof siteFileKiosk>;

/** All of a site that its machines share. A part that is left out stays as it is. */
export const siteFile = z.strictObject({
  /** For editors. */
  $schema: z.string().optional(),
  format: z.literal(siteFileFormat),
  version: z.literal(siteFileVersion),
  settings: siteFileSettings.optional(),
  cameras: z.array(siteFileCamera).max(maximumCameras, `must be at most ${maximumCameras}`).default([]),
  layouts: z.array(siteFileLayout).max(maximumLayouts, `must be at most ${maximumLayouts}`).default([]),
  kiosk: siteFileKiosk.optional(),
  updates: siteFileUpdates.optional(),
});
export type SiteFile = z.infer<typeof siteFile>;

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, 'must be Base64');

/** A site file with passwords, closed with a passphrase: what is sealed is a site file as gzip of its text. */
export const sealedSiteFile = z.strictObject({
  format: z.literal(siteFileFormat),
  version: z.literal(siteFileVersion),
  sealed: z.strictObject({
    derivation: z.literal('scrypt'),
    /** scrypt's N, r and p: at most 128 MiB of memory. */
    cost: z.union(
      [2 ** 14, 2 ** 15, 2 ** 16, 2 ** 17].map((cost) => z.literal(cost)),
      'must be 16384, 32768, 65536 or 131072',
    ),
    blockSize: z.literal(8),
    parallelization: z.int().min(1).max(4),
    salt: base64.min(24).max(88),
    cipher: z.literal('aes-256-gcm'),
    nonce: base64.length(16, 'must be 12 bytes'),
    tag: base64.length(24, 'must be 16 bytes'),
    data: base64,
  }),
});
export type SealedSiteFile = z.infer<typeof sealedSiteFile>;

const passphrase = z.string().max(256, 'must be at most 256 characters long');

export const siteFileInput = z.object({
  text: z
    .string()
    .max(maximumImportCharacters, 'must be smaller: give it to the headless console with --import'),
  /** For a file that was exported with passwords. */
  passphrase: passphrase.optional(),
});
export type SiteFileInput = z.infer<typeof siteFileInput>;

export const siteFileExport = z.object({
  /** With passwords, closed with this; left out: without passwords. */
  passphrase: passphrase.min(8, 'must be at least 8 characters long').optional(),
});

/** A value in words, or the tiles of a wall with the names of their cameras (none: all cameras); null: there is none. */
const siteFileValue = z.union([z.string(), z.array(tileOf(z.string()))]).nullable();
export type SiteFileValue = z.infer<typeof siteFileValue>;

/** Something that a site file does to this console. */
export const siteFileChange = z.object({
  kind: z.enum(['camera', 'layout', 'setting', 'kiosk', 'updates', 'order']),
  change: z.enum(['added', 'changed', 'unchanged']),
  /** Of the camera, the wall or the setting. */
  name: z.string(),
  /** What becomes what, without secrets. */
  fields: z.array(z.object({ field: z.string(), before: siteFileValue, after: siteFileValue })),
});
export type SiteFileChange = z.infer<typeof siteFileChange>;

/** Everything that the file names, the unchanged too. */
export const siteFileResult = z.object({
  /** Whether anything changes at all: importing a file twice changes nothing. */
  changesAnything: z.boolean(),
  changes: z.array(siteFileChange),
});
export type SiteFileResult = z.infer<typeof siteFileResult>;
