import type { H265Support } from '../../main/contract/viewer.ts';
import { decodesH265 } from './picture-decoder.ts';

/** How this browser shows H.265: asked of it, since that depends on version, system and graphics card. */
export async function h265Support(): Promise<H265Support> {
  const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
  if (codecs.some(({ mimeType }) => mimeType.toLowerCase() === 'video/h265')) return 'track';
  return (await decodesH265()) ? 'channel' : 'none';
}
