import type { StreamFrame } from '../media/stream-frame.ts';
import { ClipFile, type FinishedFile } from './clip-file.ts';
import { type PlayableSound, SoundPackets } from './clip-sound.ts';

/**
 * Writes what was received of a camera before, pictures and sound in the order in which they came, so that both lie beside each other.
 * @param sound none of it came before the first picture or after the last one
 * @throws GatehouseError camera-codec-unsupported; errors of the file system: nothing of it stays
 */
export async function writePast(
  draft: string,
  title: string,
  frames: readonly [StreamFrame, ...StreamFrame[]],
  sound: PlayableSound | null,
): Promise<FinishedFile> {
  const [first] = frames;
  const file = await ClipFile.create(draft, first, title, sound?.sound);
  const packets = new SoundPackets(first.receivedAt);
  const pieces = sound?.pieces ?? [];
  let next = 0;
  try {
    for (const frame of frames) {
      for (let piece = pieces[next]; piece && piece.receivedAt <= frame.receivedAt; piece = pieces[++next])
        for (const packet of packets.of(piece)) await file.addSound(packet);
      await file.addPicture(frame);
    }
    return await file.finish();
  } catch (error) {
    await file.discard();
    throw error;
  }
}
