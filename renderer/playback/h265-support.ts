import type { H265Support } from '../../main/contract/viewer.ts';

/** Main profile, level 5.1: decoders take it for all that cameras send. */
export const h265Codec = 'hev1.1.6.L153.B0';

/** How this browser shows H.265: asked of it, since that depends on version, system and graphics card. */
export async function h265Support(): Promise<H265Support> {
  const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
  if (codecs.some(({ mimeType }) => mimeType.toLowerCase() === 'video/h265')) return 'track';
  return (await decodesH265()) ? 'channel' : 'none';
}

/** Whether this browser decodes H.265 that comes over the data channel. */
async function decodesH265(): Promise<boolean> {
  try {
    return (await VideoDecoder.isConfigSupported({ codec: h265Codec })).supported === true;
  } catch {
    return false;
  }
}
