import {
  BufferTarget,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  FilePathSource,
  Input,
  MP4,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';

/** The first picture of an MP4 file as an MP4 of its own, which every browser shows; undefined: there is none. */
export async function readFirstPicture(file: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  using input = new Input({ source: new FilePathSource(file), formats: [MP4] });
  const track = await input.getPrimaryVideoTrack();
  const config = await track?.getDecoderConfig();
  const packet = track && (await new EncodedPacketSink(track).getFirstPacket());
  if (!track?.codec || !config || !packet) return undefined;
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target });
  const source = new EncodedVideoPacketSource(track.codec);
  output.addVideoTrack(source);
  await output.start();
  await source.add(packet.clone({ timestamp: 0 }), { decoderConfig: config });
  await output.finalize();
  return target.buffer === null ? undefined : new Uint8Array(target.buffer);
}
