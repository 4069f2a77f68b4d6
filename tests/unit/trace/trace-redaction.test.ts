import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TraceRedaction } from '../../../main/trace/trace-redaction.ts';

const nobody = { username: null, password: null, names: [] };
const lines = (...list: string[]) => `${list.join('\r\n')}\r\n\r\n`;

test('a challenge and its answer keep their form, and say nothing', () => {
  const redaction = new TraceRedaction({ username: 'viewer', password: 'secret-word', names: [] });
  const challenge = lines(
    'RTSP/1.0 401 Unauthorized',
    'CSeq: 2',
    'WWW-Authenticate: Digest realm="Login to 4B0C5F2PAZ01234", nonce="9f8e7d6c5b4a", opaque="0123456789", stale=FALSE, algorithm="MD5"',
    'WWW-Authenticate: Basic realm="Login to 4B0C5F2PAZ01234"',
  );
  expect(redaction.message(challenge)).toBe(
    lines(
      'RTSP/1.0 401 Unauthorized',
      'CSeq: 2',
      'WWW-Authenticate: Digest realm="realm-1", nonce="nonce-1", opaque="opaque-1", stale=FALSE, algorithm="MD5"',
      'WWW-Authenticate: Basic realm="realm-1"',
    ),
  );
  const answer = redaction.message(
    lines(
      'DESCRIBE rtsp://192.168.1.64:554/live RTSP/1.0',
      'CSeq: 3',
      'Authorization: Digest username="viewer", realm="Login to 4B0C5F2PAZ01234", nonce="9f8e7d6c5b4a", uri="rtsp://192.168.1.64:554/live", response="0f1e2d3c4b5a69788796a5b4c3d2e1f0", cnonce="abcd", nc=00000001, qop=auth',
    ),
  );
  expect(answer).toContain('DESCRIBE rtsp://192.0.2.1:554/live RTSP/1.0');
  expect(answer).toContain('realm="realm-1", nonce="nonce-1", uri="rtsp://192.0.2.1:554/live"');
  expect(answer).toContain('response="00000000000000000000000000000000"');
  expect(answer).toContain('cnonce="cnonce-1", nc=00000001, qop=auth');
  expect(answer).not.toMatch(/viewer|4B0C|9f8e|0f1e|abcd|192\.168/);
  const basic = `Authorization: Basic ${Buffer.from('viewer:secret-word').toString('base64')}`;
  expect(redaction.message(lines('OPTIONS * RTSP/1.0', basic))).toBe(
    lines('OPTIONS * RTSP/1.0', 'Authorization: Basic ***'),
  );
});

test('the same becomes the same everywhere, and what differs stays different', () => {
  const redaction = new TraceRedaction(nobody);
  const text = redaction.line(
    'rtsp://10.0.0.5/a rtsp://10.0.0.6/a 10.0.0.5 rtsp://gate.local:8554/b rtsp://GATE.local/c',
  );
  expect(text).toBe(
    'rtsp://192.0.2.1/a rtsp://192.0.2.2/a 192.0.2.1 rtsp://host-1.invalid:8554/b rtsp://host-1.invalid/c',
  );
  const session = (id: string) => redaction.message(lines('RTSP/1.0 200 OK', `Session:  ${id};timeout=60`));
  expect(session('A1B2')).toBe(lines('RTSP/1.0 200 OK', 'Session:  session-1;timeout=60'));
  expect(session('C3D4')).toContain('session-2;timeout=60');
  expect(session('A1B2')).toContain('session-1;timeout=60');
});

test('what chooses channel and stream stays in an address, what may be a key does not', () => {
  const redaction = new TraceRedaction(nobody);
  expect(redaction.line('rtsp://h:554/cam/realmonitor?channel=1&subtype=0&token=a8f7 RTSP/1.0')).toBe(
    'rtsp://host-1.invalid:554/cam/realmonitor?channel=1&subtype=0&token=*** RTSP/1.0',
  );
  expect(redaction.line('rtsp://h/live?sig=Zm9vYmFy12345')).toBe('rtsp://host-1.invalid/live?sig=value-1');
  expect(redaction.line('rtsp://h/s3cretPath0fThisCamera/x')).toBe('rtsp://host-1.invalid/token-1/x');
  expect(redaction.line('rtsp://admin:tl1pq@10.0.0.5/live')).toBe('rtsp://***@192.0.2.1/live');
  expect(redaction.line('rtsp://h/user=admin_password=tlJwpbo6_channel=1_stream=0.sdp')).not.toContain(
    'tlJwpbo6',
  );
});

test('serial numbers, MAC addresses and UUIDs go, wherever a camera puts them', () => {
  const redaction = new TraceRedaction({ ...nobody, names: ['Q7-ODD'] });
  const text = redaction.message(
    lines(
      'RTSP/1.0 200 OK',
      'Server: Cam/1.0 DS-2CD2143G0-I20190827AAWR123456789',
      'X-Device: 44:19:b6:12:34:56, 4419B6123456, 5c2a8f1e-1111-2222-3333-444455556666, Q7-ODD',
    ),
  );
  expect(text).toContain('Server: Cam/1.0 ');
  expect(text).not.toMatch(/AAWR|44:19|4419B6|5c2a8f1e|Q7-ODD/);
  expect(text).toContain('00:00:5e:00:53:01');
});

test('a description keeps what streams are, loses what people wrote, and has its new length', () => {
  const body = [
    'v=0',
    'o=jdoe 441962123456 1 IN IP4 192.168.1.64',
    's=Back door of the Smiths',
    'i=serial 4B0C5F2PAZ01234',
    'e=owner@example.org',
    'c=IN IP4 0.0.0.0',
    'a=control:rtsp://192.168.1.64/live/',
    'm=video 0 RTP/AVP 96',
    'a=rtpmap:96 H264/90000',
    'a=fmtp:96 packetization-mode=1;profile-level-id=640016;sprop-parameter-sets=Z2QAFqy2BQF/y4C1QQEBQAAAPpAADqYOAAA=,aOrHLIs=',
    'a=x-serial:4B0C5F2PAZ01234',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20',
    '',
  ].join('\r\n');
  const text = new TraceRedaction(nobody).message(
    `RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\nContent-length : ${body.length}\r\n\r\n${body}`,
  );
  const redacted = text.slice(text.indexOf('\r\n\r\n') + 4);
  expect(text).toContain(`Content-length : ${redacted.length}\r\n`);
  expect(redacted.split('\r\n')).toEqual([
    'v=0',
    'o=- 1 1 IN IP4 192.0.2.1',
    's=-',
    'i=-',
    'e=-',
    'c=IN IP4 0.0.0.0',
    'a=control:rtsp://192.0.2.1/live/',
    'm=video 0 RTP/AVP 96',
    'a=rtpmap:96 H264/90000',
    'a=fmtp:96 packetization-mode=1;profile-level-id=640016;sprop-parameter-sets=Z2QAFqy2BQF/y4C1QQEBQAAAPpAADqYOAAA=,aOrHLIs=',
    'a=x-serial:serial-1',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***|2^20',
    '',
  ]);
});

test('a length that was wrong stays wrong: that is how the camera is', () => {
  const text = new TraceRedaction(nobody).message('RTSP/1.0 200 OK\r\nContent-Length: 9\r\n\r\ns=Gate\r\n');
  expect(text).toBe('RTSP/1.0 200 OK\r\nContent-Length: 9\r\n\r\ns=-\r\n');
});

test('a password is in no text afterwards, wherever it was: plain, encoded, or as a digest', () => {
  const character = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP0123456789@:/?#&%+=!-_ äß');
  const word = fc.string({ unit: character, minLength: 6, maxLength: 20 });
  fc.assert(
    fc.property(word, word, fc.nat(8), (username, password, place) => {
      const pair = `${username}:${password}`;
      const hash = (name: string, text: string) => createHash(name).update(text).digest('hex');
      const forms = [
        password,
        encodeURIComponent(password),
        Buffer.from(password).toString('base64'),
        Buffer.from(pair).toString('base64'),
        Buffer.from(password).toString('hex'),
        hash('md5', password),
        hash('sha256', password),
        hash('md5', pair),
      ];
      const form = forms[place % forms.length] ?? '';
      const redaction = new TraceRedaction({ username, password, names: [] });
      const text = redaction.message(
        `RTSP/1.0 200 OK\r\nX-Note: it is ${form} here\r\nSession: ${form}\r\n\r\na=note:${form}\r\na=fmtp:96 x=${form}\r\n`,
      );
      // A password that is a word of the dialogue itself is not what is looked for.
      const elsewhere =
        'RTSP/1.0 200 OK X-Note: it is  here Session: a=note: a=fmtp:96 x= user *** session-1 value-1';
      for (const secret of forms) if (!elsewhere.includes(secret)) expect(text).not.toContain(secret);
    }),
  );
});

test('no text of any kind stops it, or takes long', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
      const redaction = new TraceRedaction({ username: 'viewer', password: 'secret-word', names: [] });
      expect(typeof redaction.message(text)).toBe('string');
    }),
  );
  for (const piece of ['rtsp://', 'a:', '00:', 'A1', '=', '"', 'realm="', '?x=', '/a1', ':'])
    new TraceRedaction(nobody).message(piece.repeat(20_000));
});
