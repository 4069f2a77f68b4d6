import { expect, test } from 'vitest';
import { Event, RTCDtlsTransport, type RTCIceTransport } from 'werift';
import { EarlyDatagrams } from '../../../main/viewers/early-datagrams.ts';

const browser: [string, number] = ['127.0.0.1', 50_000];

/** A ClientHello without a cookie (RFC 6347 section 4.2.1), as small as it can be; of handshake type 1. */
function clientHello(): Buffer {
  const body = Buffer.concat([
    Buffer.from([0xfe, 0xfd]),
    Buffer.alloc(32, 7),
    // No session, no cookie; TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256; no compression.
    Buffer.from([0, 0, 0, 2, 0xc0, 0x2b, 1, 0]),
    // x25519 and secp256r1, ecdsa_secp256r1_sha256, the extended master secret.
    Buffer.from([0, 28]),
    Buffer.from([0, 10, 0, 6, 0, 4, 0, 29, 0, 23]),
    Buffer.from([0, 13, 0, 4, 0, 2, 4, 3]),
    Buffer.from([0, 23, 0, 0]),
    Buffer.from([0, 11, 0, 2, 1, 0]),
  ]);
  const handshake = Buffer.from([1, 0, 0, body.length, 0, 0, 0, 0, 0, 0, 0, body.length]);
  const record = Buffer.from([22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, handshake.length + body.length]);
  return Buffer.concat([record, handshake, body]);
}

/** werift's DTLS over a way that only this test sees. */
async function begin() {
  const sent: Buffer[] = [];
  const onData = new Event<[Buffer]>();
  const send = async (data: Buffer) => {
    sent.push(data);
  };
  const stop = async () => {};
  const way = { role: 'controlling', stop, connection: { onData, send } } as unknown as RTCIceTransport;
  const dtls = new RTCDtlsTransport({} as never, way, await RTCDtlsTransport.SetupCertificate());
  dtls.setRemoteParams({ role: 'client', fingerprints: [{ algorithm: 'sha-256', value: '00' }] } as never);
  const early = new EarlyDatagrams(dtls, (datagram) => onData.execute(datagram));
  return { dtls, early, sent };
}

test('a browser that begins DTLS before werift listens is answered without saying it again', async () => {
  const { dtls, early, sent } = await begin();
  expect(early.hold(clientHello(), browser)).toBe(true);
  dtls.start().catch(() => {});
  await expect.poll(() => sent.length).toBeGreaterThan(0);
  // HelloVerifyRequest (RFC 6347 section 4.2.1).
  expect(sent[0]?.[13]).toBe(3);
  expect(early.hold(clientHello(), browser)).toBe(false);
  await dtls.stop();
});

test('only DTLS is held, and little of it', async () => {
  const { dtls, early, sent } = await begin();
  const stun = Buffer.alloc(20);
  const rtp = Buffer.from([0x80, 96, 0, 1]);
  expect(early.hold(stun, browser)).toBe(false);
  expect(early.hold(rtp, browser)).toBe(false);
  for (let count = 0; count < 1_000; count++) expect(early.hold(clientHello(), browser)).toBe(true);
  dtls.start().catch(() => {});
  await expect.poll(() => sent.length).toBe(8);
  await dtls.stop();
});
