/*
 * Plain values that both sides need. Without schemas, so that the page can import them without importing zod.
 */

/**
 * The shapes a wall can have. A plain number is a wall of so many tiles of one size; `1+5` and `1+7` are a large tile with
 * small ones along its right and lower edge, `1+12` one with small ones all around; `auto` is the smallest square wall with
 * room for all its cameras, up to 25 tiles.
 */
export const grids = [
  'auto',
  '1',
  '4',
  '6',
  '8',
  '9',
  '12',
  '16',
  '25',
  '36',
  '49',
  '64',
  '81',
  '100',
  '1+5',
  '1+7',
  '1+12',
] as const;
export type Grid = (typeof grids)[number];

/** Columns of a grid that somebody has drawn, and rows. */
export const maximumGridLines = 10;
/** How broad a column, or high a row, of such a grid is, relative to the others: `usual` is that of a new one. */
export const gridLengths = { smallest: 200, usual: 1_000, largest: 10_000 } as const;

/** The wall of all cameras in their order; it is always there. */
export const defaultLayoutId = '00000000-0000-4000-8000-000000000001';

/** The most tiles that one window can hold; each is an m-line of the one peer connection. */
export const maximumSlots = 128;
export const maximumCameras = 4_096;
export const maximumLayouts = 256;
/** Tiles of one layout over all its pages. */
export const maximumLayoutTiles = 1_024;
export const maximumCameraNumber = 9_999;
/** A file to import: 4,096 cameras with long addresses. UTF-16 characters. */
export const maximumImportCharacters = 900_000;

/** Virtual cameras that the command line can ask for. */
export const maximumDemoCameras = 256;

/** Of "the last seconds" that can be kept as a clip at once. */
export const longestLastSeconds = 600;
/** Of a clip, in one answer. */
export const maximumClipReadBytes = 512 * 1024;
/** A PNG of a picture of 8K. */
export const maximumPictureBytes = 128 * 1024 * 1024;
/** Of all clips and pictures together, so that each window can have the whole list. */
export const maximumClips = 2_000;

/** Of a replay: 1 is as it happened. */
export const replaySpeeds = [0.25, 0.5, 1, 2, 4] as const;
export type ReplaySpeed = (typeof replaySpeeds)[number];
