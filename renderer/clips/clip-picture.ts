import type { EngineClient } from '../link/engine-link.svelte.ts';

/** Of a thumbnail, in pixels; its height follows. */
const width = 256;
/** The newest ones are kept as long as the page lives; the oldest makes place. */
const maximumPictures = 200;
const pictures = new Map<string, Promise<ImageBitmap | null>>();

/** The first picture of a clip, small; null: this browser cannot show it, or it cannot be had. */
export async function clipPicture(client: EngineClient, id: string): Promise<ImageBitmap | null> {
  const known = pictures.get(id);
  if (known !== undefined) return await known;
  const picture = client.clips.thumbnail({ id }).then(smallPicture);
  pictures.set(id, picture);
  const [oldest] = pictures.keys();
  if (pictures.size > maximumPictures && oldest !== undefined) pictures.delete(oldest);
  try {
    return await picture;
  } catch {
    pictures.delete(id);
    return null;
  }
}

async function smallPicture(file: File): Promise<ImageBitmap | null> {
  if (file.type === 'image/png') return await createImageBitmap(file, { resizeWidth: width });
  return await withVideo(file, (video) => createImageBitmap(video, { resizeWidth: width }));
}

/** Shows the last picture of an MP4 file to `look`; null where this browser cannot. */
async function withVideo<Result>(
  file: Blob,
  look: (video: HTMLVideoElement) => Promise<Result>,
): Promise<Result | null> {
  const address = URL.createObjectURL(file);
  const video = document.createElement('video');
  try {
    const isThere = new Promise<boolean>((resolve) => {
      video.onloadeddata = () => resolve(true);
      video.onerror = () => resolve(false);
    });
    video.muted = true;
    video.preload = 'auto';
    video.src = address;
    return (await isThere) ? await look(video) : null;
  } finally {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(address);
  }
}
