import { EngineSentences } from '../language/engine-sentences.ts';
import { locale } from '../language/locale.ts';
import { m } from '../language/messages.ts';

/** Where in a list of cameras something is wrong: `main/cameras/camera-file-check.ts` has the English words. */
const places = new EngineSentences([
  m.cameras_place_line_field,
  m.cameras_place_camera_field,
  m.cameras_place_line,
  m.cameras_place_camera,
  m.cameras_place_file,
]);

/** A place of a file; what the file itself calls something stays as it is. */
export function placeWords(english: string, to = locale): string {
  return places.translate(english, to) ?? english;
}
