import { ReceivingPeer } from './main/whep/receiving-peer.ts';
import { readWhipOffer } from './main/viewers/client-offer.ts';
import { mediaWay } from './main/viewers/media-addresses.ts';
import { everyMediaNetwork } from './main/contract/media-network.ts';
const offer = `v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS
m=video 9 UDP/TLS/RTP/SAVPF 96 97 108 109
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:0123456789abcdef0123456789
a=ice-options:trickle
a=fingerprint:sha-256 FB:77:6B:9D:C8:61:E1:08:21:48:00:84:56:B0:19:64:D8:4F:33:C6:74:2A:36:13:1E:E6:85:CC:29:A1:B1:A6
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:toffset
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:3 urn:3gpp:video-orientation
a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendonly
a=msid:- x
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 goog-remb
a=rtcp-fb:96 transport-cc
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:108 H264/90000
a=rtcp-fb:108 goog-remb
a=rtcp-fb:108 transport-cc
a=rtcp-fb:108 ccm fir
a=rtcp-fb:108 nack
a=rtcp-fb:108 nack pli
a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=rtpmap:109 rtx/90000
a=fmtp:109 apt=108
a=ssrc-group:FID 1347018778 1105093908
a=ssrc:1347018778 cname:x
a=ssrc:1105093908 cname:x
`.replaceAll('\n', '\r\n');
const peer = new ReceivingPeer({ video() {}, audio() {}, failed() {} }, { sound: 'none', way: () => mediaWay(everyMediaNetwork), heard() {} });
console.log(await peer.answerTo(readWhipOffer(offer).sdp));
await peer[Symbol.asyncDispose]();
