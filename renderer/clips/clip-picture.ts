import type { EngineClient } from '../link/engine-client.ts';
import { lastPicture } from './snapshot.ts';

/** Of a thumbnail, in pixels; its height follows. */
const width = 256;
/** The newest ones are kept as long as the page lives; the oldest makes place. */
const maximumPictures = 200;
const pictures = new Map<string, Promise<ImageBitmap | null>>();

/** The first picture of a clip, small; null: this browser cannot show it, or it cannot be had. */
export async function clipPicture(client: EngineClient, id: string): Promise<ImageBitmap | null> {
  const known = pictures.get(id);
  if (known !== undefined) return await known;
  const picture = client.clips
    .thumbnail({ id })
    .then((file) => lastPicture(file, width))
    .catch(() => {
      pictures.delete(id);
      return null;
    });
  pictures.set(id, picture);
  const [oldest] = pictures.keys();
  if (pictures.size > maximumPictures && oldest !== undefined) pictures.delete(oldest);
  return await picture;
}
