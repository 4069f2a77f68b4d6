import path from 'node:path';
import { expect, test } from 'vitest';
import { canMakeNamespace, runInNamespace } from '../support/network-namespace.ts';
import { hasWebRtcPeer } from '../support/webrtc-peer.ts';

const script = path.resolve(import.meta.dirname, '../support/namespace-peer.ts');
const playerScript = path.resolve(import.meta.dirname, '../support/namespace-player.ts');
const whepScript = path.resolve(import.meta.dirname, '../support/namespace-whep.ts');
const whipScript = path.resolve(import.meta.dirname, '../support/namespace-whip.ts');
/** What becomes of a publisher that goes when it has been seen. */
const published = {
  frames: 30,
  audio: { kind: 'playable', codec: 'OPUS' },
  status: 201,
  deleted: 200,
  ended: 'camera-not-published',
};
const hasNamespace = canMakeNamespace();

test.skipIf(!hasNamespace || !hasWebRtcPeer('aiortc'))(
  'a window on aiortc decodes the pictures and says what its network can carry (needs python3-aiortc, iproute2 and unshare)',
  async () => {
    expect(await runInNamespace(script, 'aiortc')).toEqual({ decoded: 30, estimate: true });
  },
);

test.skipIf(!hasNamespace || !hasWebRtcPeer('webrtcbin'))(
  "a window on GStreamer's webrtcbin, which takes no retransmissions, decodes the pictures (needs its packages, iproute2 and unshare)",
  async () => {
    expect(await runInNamespace(script, 'webrtcbin')).toEqual({ decoded: 30, estimate: false });
  },
);

test.skipIf(!hasNamespace || !hasWebRtcPeer('aiortc'))(
  'a WHEP player on aiortc, whose candidates come later, decodes the pictures (needs python3-aiortc, iproute2 and unshare)',
  async () => {
    expect(await runInNamespace(playerScript, 'aiortc')).toEqual({ decoded: 30, deleted: 200 });
  },
);

test.skipIf(!hasNamespace || !hasWebRtcPeer('webrtcbin'))(
  "a WHEP player on GStreamer's webrtcbin decodes the pictures (needs its packages, iproute2 and unshare)",
  async () => {
    expect(await runInNamespace(playerScript, 'webrtcbin')).toEqual({ decoded: 30, deleted: 200 });
  },
);

test.skipIf(!hasNamespace || !hasWebRtcPeer('aiortc'))(
  'a WHEP endpoint on aiortc is a camera here (needs python3-aiortc, iproute2 and unshare)',
  async () => {
    expect(await runInNamespace(whepScript)).toEqual({
      refusal: 'camera-refused-credentials',
      facts: { codec: 'H.264', width: 640, height: 480 },
      said: { deleted: '/sessions/0' },
      frames: 30,
    });
  },
);

test.skipIf(!hasNamespace || !hasWebRtcPeer('aiortc'))(
  'a WHIP publisher on aiortc, whose candidates come later, is a camera here (needs python3-aiortc, iproute2 and unshare)',
  async () => {
    expect(await runInNamespace(whipScript, 'aiortc')).toEqual({
      ...published,
      facts: { codec: 'H264', width: 640, height: 480 },
    });
  },
);

test.skipIf(!hasNamespace || !hasWebRtcPeer('webrtcbin'))(
  "a WHIP publisher on GStreamer's webrtcbin is a camera here (needs its packages, iproute2 and unshare)",
  async () => {
    expect(await runInNamespace(whipScript, 'webrtcbin')).toEqual({
      ...published,
      facts: { codec: 'H264', width: 640, height: 360 },
    });
  },
);
