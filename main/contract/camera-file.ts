import * as z from 'zod';
import { cameraInput } from './camera.ts';
import { maximumImportCharacters } from './limits.ts';

/** How a list of cameras is written to a file. Passwords are never written; a file to import may hold them. */
export const cameraFileFormat = z.enum(['json', 'csv']);
export type CameraFileFormat = z.infer<typeof cameraFileFormat>;

export const cameraFile = z.object({ fileName: z.string(), text: z.string() });
export type CameraFile = z.infer<typeof cameraFile>;

/**
 * JSON or CSV, told apart by its first character; or addresses alone, one a line. A camera of which only the address is said is
 * asked for its streams, as `cameras.find` does.
 */
export const cameraImport = z.object({
  text: z.string().max(maximumImportCharacters, 'must be smaller: cut the file into parts'),
  /** For cameras of which only the address is said, and no user and no password. */
  username: cameraInput.shape.username,
  password: cameraInput.shape.password,
});

/** Cameras whose id was known were changed, the others added. */
export const importResult = z.object({ added: z.int(), changed: z.int() });
export type ImportResult = z.infer<typeof importResult>;
