import { expect, test } from 'vitest';
import { parseSessionHeader, parseTransportHeader } from '../../../main/rtsp/session-headers.ts';
import { fuzzCases, mutate, seededRandom } from '../../support/mutations.ts';

test.each([
  ['F8F8E425', 'F8F8E425', 60],
  ['708345999;timeout=30', '708345999', 30],
  [' 708345999 ; Timeout = "90" ; x=y', '708345999', 90],
  ['a;timeout=0', 'a', 60],
  ['a;timeout=soon', 'a', 60],
  ['', undefined, 60],
  [undefined, undefined, 60],
])('session "%s"', (value, id, timeoutSeconds) => {
  expect(parseSessionHeader(value)).toEqual({ id, timeoutSeconds });
});

test.each([
  ['RTP/AVP/TCP;unicast;interleaved=0-1', 0],
  ['RTP/AVP/TCP;unicast;interleaved=4-5 (Escam Q6: another channel)', 4],
  ['RTP/AVP/TCP;interleaved=2', 2],
  ['RTP/AVP;unicast;interleaved=0-1 (without TCP)', 0],
  ['RTP/AVP/TCP;unicast;interleaved=0-1;ssrc= d6d6627 (Hikvision: padded)', 0],
  ['RTP/AVP/TCP;unicast; Interleaved = 6 - 7', 6],
  ['RTP/AVP/TCP;unicast;server_port=6000-6001;interleaved=0-1', 0],
  ['RTP/AVP/TCP;unicast', undefined],
  ['RTP/AVP/TCP;interleaved=256-257', undefined],
  [undefined, undefined],
])('transport "%s" sends interleaved', (value, channel) => {
  expect(parseTransportHeader(value)).toMatchObject({ channel, isDatagrams: false });
});

test.each([
  'RTP/AVP;unicast;client_port=54060-54061;server_port=49152-49153',
  'RTP/AVP/UDP;multicast;port=5000-5001',
])('transport "%s" sends datagrams', (value) => {
  expect(parseTransportHeader(value)).toMatchObject({ channel: undefined, isDatagrams: true });
});

test.each([
  ['RTP/AVP;unicast;client_port=54060-54061;server_port=49152-49153;ssrc=4CACC3D1', 49_152, 0x4cacc3d1],
  [
    'RTP/AVP/TCP;unicast;interleaved=0-1;ssrc= d6d6627 (Hikvision: padded)'.slice(0, -19),
    undefined,
    0xd6d6627,
  ],
  ['RTP/AVP;unicast;client_port=54060-54061 (OpenIPC: no server_port)', undefined, undefined],
  ['RTP/AVP;unicast;server_port=0-1;ssrc=', undefined, undefined],
])('transport "%s" names where packets come from', (value, serverPort, ssrc) => {
  expect(parseTransportHeader(value)).toMatchObject({ serverPort, ssrc });
});

test(`${fuzzCases} damaged headers give a channel that exists and a time that can be waited`, () => {
  const random = seededRandom(1889);
  const samples = ['RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=4cacc3d1', '708345999;timeout=60'].map((text) =>
    Buffer.from(text),
  );
  for (let round = 0; round < fuzzCases; round++) {
    const value = mutate(samples, random).toString('latin1');
    const { channel = 0 } = parseTransportHeader(value);
    const { id = 'none', timeoutSeconds } = parseSessionHeader(value);
    const isSound = channel >= 0 && channel <= 255 && id !== '' && timeoutSeconds > 0 && timeoutSeconds < 1e9;
    if (!isSound) expect.fail(JSON.stringify(value));
  }
});
