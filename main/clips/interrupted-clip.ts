import { type FileHandle, open } from 'node:fs/promises';
import { type AudioCodec, EncodedPacketSink, FilePathSource, Input, MP4 } from 'mediabunny';
import type { ClipStatement } from '../contract/clip.ts';
import type { FinishedFile } from './clip-file.ts';
import { soundName } from './clip-sound.ts';
import { hashFile } from './file-bytes.ts';

const longHeaderBytes = 16;
const shortHeaderBytes = 8;

/** What there is of a recording that was not written to its end. */
export interface InterruptedFile extends FinishedFile {
  readonly sound: ClipStatement['sound'];
}

/**
 * Makes a whole file of one that was being written in fragments: what follows the last whole one is cut off.
 * @returns null when there is no whole one: nothing of it can be shown
 * @throws errors of the file system
 */
export async function mendFile(file: string): Promise<InterruptedFile | null> {
  let bytes: number;
  {
    await using handle = await open(file, 'r+');
    bytes = await wholeBytes(handle);
    if (bytes === 0) return null;
    await handle.truncate(bytes);
    await handle.sync();
  }
  const described = await describe(file);
  return described === null ? null : { ...described, bytes, sha256: await hashFile(file) };
}

/** Up to the end of the last whole fragment (ISO 14496-12 section 8.8: `moov`, then pairs of `moof` and `mdat`); 0: there is none. */
async function wholeBytes(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  const header = Buffer.alloc(longHeaderBytes);
  let whole = 0;
  let isDescribed = false;
  let before = '';
  for (let at = 0; at + shortHeaderBytes <= size; ) {
    const { bytesRead } = await handle.read(header, 0, longHeaderBytes, at);
    const type = header.toString('latin1', 4, 8);
    const short = header.readUInt32BE(0);
    const isLong = short === 1 && bytesRead === longHeaderBytes;
    const length = isLong ? Number(header.readBigUInt64BE(shortHeaderBytes)) : short;
    if (length < shortHeaderBytes || at + length > size) break;
    at += length;
    isDescribed ||= type === 'moov';
    if (isDescribed && type === 'mdat' && before === 'moof') whole = at;
    before = type;
  }
  return whole;
}

async function describe(file: string): Promise<Omit<InterruptedFile, 'bytes' | 'sha256'> | null> {
  using input = new Input({ source: new FilePathSource(file), formats: [MP4] });
  const [video, audio] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
  if (video === null) return null;
  const first = await new EncodedPacketSink(video).getFirstPacket();
  if (first === null) return null;
  const isHeard = audio !== null && (await new EncodedPacketSink(audio).getFirstPacket()) !== null;
  return {
    milliseconds: Math.round((await video.computeDuration()) * 1_000),
    codec: video.codec === 'hevc' ? 'H265' : 'H264',
    ...{ width: video.codedWidth, height: video.codedHeight },
    sound: isHeard ? soundOf(audio.codec) : null,
  };
}

function soundOf(codec: AudioCodec | null): ClipStatement['sound'] {
  return codec === 'aac' || codec === 'opus' || codec === 'flac' ? soundName(codec) : null;
}
