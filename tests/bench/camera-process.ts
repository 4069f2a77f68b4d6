import { loadClip } from '../../main/demo/clip.ts';
import { toFrameTemplate } from '../../main/demo/frame-template.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { packetizeH264 } from '../../main/media/h264-packetizer.ts';
import { answerLines } from './line-process.ts';

/*
 * Virtual cameras of 640x360, 15 pictures and 500 kbit a second, in a process of their own: each picture leaves as a burst of
 * packets on a TCP connection. The demo's clips are filled up with zeros, which only viewers that do not decode may be shown.
 *   camera-process.ts COUNT
 */

/** A picture of fewer bytes is filled up to this many; key frames are larger: 500 kbit/s in all. */
const pictureBytes = 3_900;
const sceneCount = 9;

for (let scene = 0; scene < sceneCount; scene++) {
  for (const frame of loadClip(scene, 'sub', 2).frames) {
    const bytes = frame.nalUnits.reduce((sum, nalUnit) => sum + nalUnit.length, 0);
    const zeros = Buffer.alloc(Math.ceil(Math.max(0, pictureBytes - bytes) / 3) * 3, Buffer.from([0, 0, 3]));
    const last = frame.nalUnits.length - 1;
    const nalUnits = frame.nalUnits.map((nalUnit, index) =>
      index === last ? Buffer.concat([nalUnit, zeros]) : nalUnit,
    );
    // Packets of the size that the engine sends, so that who forwards them as they are sends as many.
    Object.defineProperty(frame, 'template', { value: toFrameTemplate(packetizeH264(nalUnits)) });
  }
}

const fleet = await startVirtualCameras({ count: Number(process.argv[2] ?? 1) });

answerLines<{ readonly do: 'urls' }>(
  async () => fleet.cameras.map(({ subUrl }) => subUrl),
  async () => await fleet[Symbol.asyncDispose](),
);
