import { GatehouseError } from '../base/gatehouse-error.ts';
import { unitsOfFrame } from '../media/frame-units.ts';
import type { StreamFrame } from '../media/stream-frame.ts';
import {
  type DecoderConfiguration,
  decoderConfiguration,
  isSameConfiguration,
} from './decoder-configuration.ts';

/*
 * The pictures of a stream as MP4 has them: as the camera sent them, at the times that it gave them.
 */

export const ticksPerSecond = 90_000;
/** Of the last picture where there is no other to tell it by. */
export const usualSeconds = 1 / 25;
const lengthBytes = 4;

/**
 * What their decoder must know.
 * @param frame a key frame
 * @throws GatehouseError camera-codec-unsupported
 */
export function configurationOf(frame: StreamFrame): DecoderConfiguration {
  const configuration = readConfiguration(frame);
  if (configuration === undefined) throw unsupported(frame);
  return configuration;
}

/** Whether a frame can be in the same file: a camera that was set to another format begins a new one. */
export function fits(frame: StreamFrame, first: StreamFrame, described: DecoderConfiguration): boolean {
  if (frame.codec !== first.codec) return false;
  if (!frame.keyFrame) return true;
  const configuration = readConfiguration(frame);
  return configuration !== undefined && isSameConfiguration(configuration, described);
}

/** As mediabunny names it. */
export function codecOf({ codec }: StreamFrame): 'hevc' | 'avc' {
  return codec === 'H265' ? 'hevc' : 'avc';
}

/** What players are told of the pictures. */
export function videoConfig({ codec, record, size }: DecoderConfiguration) {
  const { width, height, pixelAspect } = size;
  const config = { codec, description: record, codedWidth: width, codedHeight: height };
  if (pixelAspect === 1) return config;
  return { ...config, displayAspectWidth: Math.round(width * pixelAspect), displayAspectHeight: height };
}

/** Its NAL units, each behind its length in four bytes (ISO 14496-15 section 5.3.4.2). */
export function pictureData(frame: StreamFrame): Buffer {
  const units = unitsOfFrame(frame);
  const data = Buffer.allocUnsafe(units.reduce((sum, { length }) => sum + lengthBytes + length, 0));
  let at = 0;
  for (const unit of units) {
    at = data.writeUInt32BE(unit.length, at);
    at += unit.copy(data, at);
  }
  return data;
}

function readConfiguration(frame: StreamFrame): DecoderConfiguration | undefined {
  return frame.codec === 'JPEG' ? undefined : decoderConfiguration(frame.codec, unitsOfFrame(frame));
}

function unsupported({ codec }: StreamFrame): GatehouseError {
  const words =
    codec === 'JPEG'
      ? 'This camera sends MJPEG, of which no clip can be made. Keep a picture instead, or set the camera to H.264.'
      : 'The camera does not say what its pictures are like, so that no clip can be made of them.';
  return new GatehouseError('camera-codec-unsupported', words);
}
