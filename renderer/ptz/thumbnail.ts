import { maximumPresetPictureCharacters } from '../../main/contract/limits.ts';

const width = 320;
const qualities = [0.7, 0.5, 0.3, 0.15];
const prefix = 'data:image/jpeg;base64,';

/** What a tile shows, as a small JPEG in Base64; null: it has no picture. */
export function thumbnailOf(tile: Element): string | null {
  const picture = tile.querySelector<HTMLVideoElement | HTMLCanvasElement>(
    'video[data-shown="true"], canvas[data-picture][data-shown="true"]',
  );
  if (picture === null) return null;
  const size =
    picture instanceof HTMLVideoElement
      ? { width: picture.videoWidth, height: picture.videoHeight }
      : { width: picture.width, height: picture.height };
  if (size.width === 0 || size.height === 0) return null;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = Math.min(width, Math.round((width * size.height) / size.width));
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  for (const quality of qualities) {
    const text = canvas.toDataURL('image/jpeg', quality).slice(prefix.length);
    if (text.length <= maximumPresetPictureCharacters) return text;
  }
  return null;
}

/** For an `<img>`. */
export function pictureAddress(picture: string): string {
  return `${prefix}${picture}`;
}
