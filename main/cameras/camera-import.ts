import { GatehouseError, type InputIssue } from '../base/gatehouse-error.ts';
import type { CameraConnection } from '../contract/camera.ts';
import type { NewCamera, StoredCamera } from '../store/camera-table.ts';
import type { CameraFileContent } from './camera-file.ts';
import { placeOf } from './camera-file-check.ts';
import { editedCamera, newCamera, streamKey } from './camera-input.ts';

/** The 200 that are listed for a file, and the word about how many more there are. */
const maximumListedIssues = 201;

/** What a file would do to the cameras. */
export interface CameraImport {
  /** Those whose id is known. */
  readonly changed: readonly StoredCamera[];
  readonly added: readonly NewCamera[];
}

/**
 * Holds a file against the cameras that are there.
 * @param connection what a camera begins with when the file does not say
 * @throws GatehouseError bad-input with every issue of the file
 */
export function planImport(
  { rows, issues }: CameraFileContent,
  cameras: readonly StoredCamera[],
  connection: CameraConnection,
): CameraImport {
  const found: InputIssue[] = [...issues];
  const known = new Map(cameras.map((camera) => [camera.id, camera]));
  const inFile = new Set(rows.flatMap(({ id }) => id ?? []));
  // A camera that the file changes may give its number and its address to another one.
  const staying = cameras.filter(({ id }) => !inFile.has(id));
  const addresses = new Map(staying.map((camera) => [streamKey(camera.mainUrl), camera]));
  const numbers = new Map(staying.map((camera) => [camera.number, camera]));
  const changed: StoredCamera[] = [];
  const added: NewCamera[] = [];
  for (const row of rows) {
    const { id, input } = row;
    const stored = id === undefined ? undefined : known.get(id);
    try {
      let camera: NewCamera;
      if (stored === undefined) {
        camera = newCamera(input, connection);
        added.push({ ...camera, id });
      } else {
        const edited = editedCamera(stored, input);
        camera = edited;
        changed.push(edited);
      }
      const twin = addresses.get(streamKey(camera.mainUrl));
      if (twin !== undefined) {
        found.push({
          path: placeOf(row, 'mainUrl'),
          message: `is camera ${twin.number}, ${twin.name}, already.`,
        });
      }
      const holder = camera.number === undefined ? undefined : numbers.get(camera.number);
      if (holder !== undefined) {
        found.push({ path: placeOf(row, 'number'), message: `${camera.number} belongs to ${holder.name}.` });
      }
    } catch (error) {
      for (const { path, message } of GatehouseError.from(error).issues) {
        found.push({ path: placeOf(row, path), message });
      }
    }
  }
  if (found.length > 0) throw refused(found);
  return { changed, added };
}

function refused(issues: readonly InputIssue[]): GatehouseError {
  const count = issues.length === 1 ? 'One thing is' : `${issues.length} things are`;
  return new GatehouseError('bad-input', `${count} wrong in this file. Nothing was imported.`, {
    issues: issues.slice(0, maximumListedIssues),
  });
}
