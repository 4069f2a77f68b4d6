import type { Camera } from '../../main/contract/camera.ts';
import type { Clip } from '../../main/contract/clip.ts';
import { dateFormat } from '../language/formats.ts';
import { m } from '../language/messages.ts';
import type { EngineClient } from '../link/engine-client.ts';

/** Of what is sent at once; a multiple of three, so that base64 needs no filling in between. */
const partBytes = 384 * 1_024;
/** The strip below the picture: of its height. */
const stripShare = 1 / 18;
const minimumStrip = 22;

const moment = dateFormat({ dateStyle: 'full', timeStyle: 'medium' });

/**
 * Keeps a picture of a camera: the engine gives what was received, this window decodes it and draws it as a PNG with time and camera
 * below.
 * @param ago how long ago the picture was received, milliseconds
 */
export async function keepPicture(client: EngineClient, camera: Camera, ago: number): Promise<Clip> {
  const { file, at } = await client.clips.still({ cameraId: camera.id, ago });
  const picture = await lastPicture(file);
  if (picture === null) throw new Error('this browser cannot decode it');
  const png = await draw(picture, m.clips_camera(camera), at);
  picture.close();
  const bytes = new Uint8Array(await png.arrayBuffer());
  for (let from = 0; from < bytes.length; from += partBytes) {
    const part = base64(bytes.subarray(from, from + partBytes));
    await client.clips.sendPicture({ cameraId: camera.id, from, part });
  }
  return await client.clips.savePicture({ cameraId: camera.id, at, bytes: bytes.length });
}

/** The last picture of an MP4 file, or a JPEG or PNG, decoded; null: this browser cannot. @param width of the result, where it shall be small */
export async function lastPicture(file: Blob, width?: number): Promise<ImageBitmap | null> {
  const options = width === undefined ? {} : { resizeWidth: width };
  if (file.type !== 'video/mp4') return await createImageBitmap(file, options).catch(() => null);
  const address = URL.createObjectURL(file);
  const video = document.createElement('video');
  const next = (name: 'loadeddata' | 'seeked') =>
    new Promise<boolean>((resolve) => {
      video.addEventListener(name, () => resolve(true), { once: true });
      video.addEventListener('error', () => resolve(false), { once: true });
    });
  try {
    video.muted = true;
    video.preload = 'auto';
    const loaded = next('loadeddata');
    video.src = address;
    if (!(await loaded)) return null;
    const sought = next('seeked');
    video.currentTime = video.duration;
    return (await sought) ? await createImageBitmap(video, options) : null;
  } finally {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(address);
  }
}

async function draw(picture: ImageBitmap, camera: string, at: number): Promise<Blob> {
  const { width, height } = picture;
  const strip = Math.max(minimumStrip, Math.round(height * stripShare));
  const canvas = new OffscreenCanvas(width, height + strip);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('there is nothing to draw on');
  context.drawImage(picture, 0, 0);
  context.fillStyle = '#000';
  context.fillRect(0, height, width, strip);
  context.fillStyle = '#fff';
  context.font = `${Math.round(strip * 0.6)}px system-ui, sans-serif`;
  context.textBaseline = 'middle';
  const margin = strip / 3;
  const time = moment.format(at);
  const timeWidth = context.measureText(time).width;
  const middle = height + strip / 2;
  context.fillText(time, width - margin - timeWidth, middle, width - 2 * margin);
  // A long name is drawn narrower, never over the time.
  const room = width - timeWidth - 3 * margin;
  if (room > 0) context.fillText(camera, margin, middle, room);
  return await canvas.convertToBlob({ type: 'image/png' });
}

function base64(bytes: Uint8Array): string {
  let text = '';
  // As many at once as a call takes.
  for (let at = 0; at < bytes.length; at += 8_192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(text);
}
