import { transport } from '../../../renderer/link/early-transport.ts';
import { saveSlotCount } from '../../../renderer/playback/slot-memory.ts';
import { ViewerConnection } from '../../../renderer/playback/viewer-connection.ts';

// As many slots as the console asks for with a wall of these: `?cameras=` names them, by their ids.
const cameraIds = (new URLSearchParams(location.search).get('cameras') ?? '').split(',');
saveSlotCount(cameraIds.length + 2);

const videos = cameraIds.map(() => {
  const video = document.createElement('video');
  video.muted = true;
  video.autoplay = true;
  video.requestVideoFrameCallback(() => performance.mark('first picture'));
  return video;
});
document.body.append(...videos);

const { client, viewer } = await transport.connect();
const connection = viewer ?? new ViewerConnection(Promise.resolve(client), cameraIds.length);
await connection.run(
  {
    opened: (viewerId) => {
      const bindings = cameraIds.map(
        (cameraId, slot) => ({ slot, cameraId, assignment: 1, profile: 'sub' }) as const,
      );
      void client.viewer.show({ viewerId, bindings });
    },
    track: (slot, media) => {
      const video = videos[slot];
      if (video !== undefined) video.srcObject = media;
    },
    ...{ answered() {}, reached() {}, way() {}, still() {}, replay() {}, skipping() {}, network() {} },
    ...{ picture() {}, soundTrack() {}, sound() {}, closing() {} },
  },
  new AbortController().signal,
);
