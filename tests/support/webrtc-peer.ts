import { pythonRuns } from './debian-python.ts';

const checks = {
  aiortc: 'import aiortc',
  webrtcbin: `
import gi
for name in ('Gst', 'GstSdp', 'GstWebRTC'): gi.require_version(name, '1.0')
from gi.repository import Gst, GstSdp, GstWebRTC
Gst.init(None)
raise SystemExit(not all(map(Gst.ElementFactory.find, ('webrtcbin', 'nicesrc', 'avdec_h264'))))
`,
} as const;

/**
 * Whether another implementation of WebRTC is installed: Debian's python3-aiortc, or gstreamer1.0-plugins-bad, -nice, -libav and
 * gir1.2-gst-plugins-bad-1.0.
 */
export function hasWebRtcPeer(implementation: keyof typeof checks): boolean {
  return pythonRuns(checks[implementation]);
}
