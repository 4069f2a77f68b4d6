import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactAddress, redactJson, redactLine, redactText } from '../../../main/base/redact.ts';

/** Any characters that one line of an input field can hold. */
const typed = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(...'@/:?#%&= "\'\\[].,;a1<>{}'), maxLength: 16 }),
  fc.string({ unit: 'grapheme', maxLength: 16 }),
);
const oneLine = typed.map((text) => text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, '-'));
const user = oneLine.filter((text) => /^\S/.test(text));
const password = oneLine.filter((text) => text.length >= 4);
const camera = fc.constantFrom(
  '192.168.1.20',
  'gate.example:8554',
  '[fe80::1]:554',
  'camera-7.local',
  '10.0.0.5',
);
const path = fc.constantFrom('', '/', '/live', '/Streaming/Channels/101?transportmode=unicast', '/stream@2');
const around = fc.oneof(
  typed,
  fc.constantFrom(
    '',
    ' ',
    'cannot reach ',
    'pwd=',
    '"url":"',
    'http://192.168.1.7/ and ',
    'mail bob@example.com: ',
    'http://x:y',
    'rtsp://',
    '\n    at open (file:///app/node_modules/@orpc/server/index.mjs:12:3)',
  ),
);

describe('addresses', () => {
  test('a password is nowhere, whatever it is made of and wherever its address stands', () => {
    fc.assert(
      fc.property(around, user, password, camera, path, around, (before, name, secret, host, rest, after) => {
        const [encodedName, encoded] = [encode(name), encode(secret)];
        for (const [who, what] of [
          [name, secret],
          [encodedName, encoded],
        ] as const) {
          const hidden = `${before}rtsp://${who}:\0@${host}${rest}${after}`.split('\0');
          // What stands elsewhere in the text, or in what is put in its place, is not the password.
          fc.pre(!hidden.some((part) => part.includes(what)) && !'rtsp://***@'.includes(what));
          fc.pre(!`${hidden[0]}***@${hidden[1]}`.includes(what));
          expect(redactText(`${before}rtsp://${who}:${what}@${host}${rest}${after}`)).not.toContain(what);
        }
      }),
      {
        // Junk that nobody can read in one way only comes once in half a million: the same junk every time.
        seed: 1,
        numRuns: 3_000,
        examples: [
          ['', '!', '@0.A"', '192.168.1.20', '', '@'],
          ['', '@A.A', ' @ @', '192.168.1.20', '', ''],
          ['', '-.A', '0/!!', '192.168.1.20', '', '='],
          ['', '!', '@a.a @ @', '192.168.1.20', '', ''],
          ['', '_hF.r6', '1#.{,&,', '10.0.0.5', '/stream@2', 'cannot'],
        ],
      },
    );
  });

  test.each([
    ['rtsp://admin:p@ss/w:rd@192.168.1.20:554/live is away', 'rtsp://***@192.168.1.20:554/live is away'],
    [
      'rtsp://admin:my pass word@gate.local/x, ask bob@example.com',
      'rtsp://***@gate.local/x, ask bob@example.com',
    ],
    ['rtsp://us er:12 34@10.0.0.5/x', 'rtsp://***@10.0.0.5/x'],
    ['rtsp://admin:1234/5@gate', 'rtsp://***@gate'],
    ['rtsp://admin:p%40ss%2F@gate.local/x', 'rtsp://***@gate.local/x'],
    ['RTSPS://admin@[fe80::1]:322/x', 'RTSPS://***@[fe80::1]:322/x'],
    ['ws://u:p@10.0.0.5 and a+b.c://u:p@h', 'ws://***@10.0.0.5 and a+b.c://***@h'],
    ['"rtsp:\\/\\/u:pass@gate.local\\/x"', '"rtsp:\\/\\/***@gate.local\\/x"'],
    ['?src=rtsp%3A%2F%2Fu%3Apass%40gate%2Fx&y=1', '?src=rtsp%3A%2F%2F***%40gate%2Fx&y=1'],
    ['rtsp://10.0.0.5/a: 401; rtsp://u:p@10.0.0.6/b', 'rtsp://10.0.0.5/a: 401; rtsp://***@10.0.0.6/b'],
    ['cut off: rtsp://admin:secr', 'cut off: rtsp://***'],
  ])('%s', (text, redacted) => {
    expect(redactText(text)).toBe(redacted);
  });

  test.each([
    'The address must start with rtsp://.',
    'rtsp://10.0.0.5:554/live@1 for bob@example.com',
    'rtsp://camera/path@1',
    'rtsp://gate/live: refused\n    at read (file:///app/node_modules/@orpc/server/index.mjs:12:3)',
    'Port 8480 is used; http://127.0.0.1:8480/ is the console of admin@example.com',
  ])('without user and password it stays: %s', (text) => {
    expect(redactText(text)).toBe(text);
  });

  test('one that is shown to strangers keeps the names of its query only', () => {
    expect(redactAddress('rtsp://u:p@10.0.0.5/cam/realmonitor?channel=1&subtype=0&unicast')).toBe(
      'rtsp://***@10.0.0.5/cam/realmonitor?channel=***&subtype=***&***',
    );
    expect(redactAddress('rtsp://10.0.0.5/user=admin&password=tlJw&channel=1')).toBe(
      'rtsp://10.0.0.5/user=***&password=***&channel=1',
    );
  });
});

describe('names that say that something is secret', () => {
  test.each([
    ['/cgi?usr=admin&pwd=hun%20ter&channel=1', '/cgi?usr=***&pwd=***&channel=1'],
    ['?PassWord=a"b&api_key=1&sid=2&size=3', '?PassWord=***&api_key=***&sid=***&size=3'],
    ['http://127.0.0.1:8480/#token=abc-DEF', 'http://127.0.0.1:8480/#token=***'],
    ['user=admin_password=tlJw_channel=1_stream=0.sdp', 'user=***'],
    ['{"token":"a\\"b","auth":7,"n":1}', '{"token":"***","auth":***,"n":1}'],
    ['"{\\"pwd\\":\\"a\\\\\\"b\\",\\"n\\":1}"', '"{\\"pwd\\":\\"***\\",\\"n\\":1}"'],
    ["{ secret: 'it\\'s', n: 1 }", "{ secret: '***', n: 1 }"],
    ['password: hunter2 was wrong', 'password: *** was wrong'],
    ['<wsse:Password Type="x">abc</wsse:Password>', '<wsse:Password Type="x">***</wsse:Password>'],
    ['Authorization: Basic YWRtaW46cGFzcw==\r\nCSeq: 1', 'Authorization: Basic ***\r\nCSeq: 1'],
    ['proxy-authorization: bearer abc.def ghi\nx', 'proxy-authorization: bearer ***\nx'],
    [
      'Authorization: Digest username="admin", realm="Cam", nonce="ab", uri="rtsp://h/", response="0123456789abcdef"',
      'Authorization: Digest username="***", realm="Cam", nonce="ab", uri="rtsp://h/", response="***"',
    ],
    ['Set-Cookie: gatehouse=abc; Path=/', 'Set-Cookie: ***'],
  ])('%s', (text, redacted) => {
    expect(redactText(text)).toBe(redacted);
  });

  test('what is no secret stays', () => {
    const text =
      'monkey=1 keyframes=2 password=null hasPassword: true author=x "keys": "no", 401 Unauthorized';
    expect(redactText(text)).toBe(text);
  });

  test('fields of JSON are hidden whole, but whether there is a password is said', () => {
    expect(
      redactJson({
        password: 'x',
        apiKey: ['y'],
        session: { id: 1 },
        headers: { Authorization: 'Basic eA==', 'X-Auth-Token': 'z' },
        hasPassword: true,
        token: null,
        secret: '',
        list: ['rtsp://u:p@10.0.0.5/'],
      }),
    ).toEqual({
      password: '***',
      apiKey: '***',
      session: '***',
      headers: { Authorization: '***', 'X-Auth-Token': '***' },
      hasPassword: true,
      token: null,
      secret: '',
      list: ['rtsp://***@10.0.0.5/'],
    });
  });
});

describe('any text', () => {
  const pieces = fc.array(
    fc.oneof(
      typed,
      fc.constantFrom(
        '://',
        'rtsp://',
        '@',
        ':',
        'password=',
        '"token":"',
        "'",
        '\\"',
        'authorization: ',
        '<pwd>',
        '%3A%2F%2F',
      ),
    ),
    { maxLength: 30 },
  );

  test('is answered', () => {
    fc.assert(
      fc.property(pieces, (texts) => {
        expect(typeof redactText(texts.join(''))).toBe('string');
      }),
      { numRuns: 1_000 },
    );
  });

  test('of 100 kB ends, whatever is repeated in it', () => {
    fc.assert(
      fc.property(pieces, (texts) => {
        const unit = texts.join('') || 'a://';
        redactText(unit.repeat(Math.ceil(100_000 / unit.length)));
      }),
      { numRuns: 100 },
    );
  });

  test('with a line of the log stays JSON with the same level, and is bounded', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 12 }), fc.string({ maxLength: 4_000 }), (field, msg) => {
        const line = `${JSON.stringify({ level: 30, field, msg })}\n`;
        const redacted = redactLine(line);
        expect(redacted.endsWith('\n')).toBe(true);
        expect(JSON.parse(redacted)).toMatchObject({ level: 30 });
        expect(redacted.indexOf('\n')).toBe(redacted.length - 1);
      }),
    );
  });
});

test('a line of the log is cut: strings at 2 kB, fields at 16 kB; the message stays', () => {
  const long = 'x'.repeat(100_000);
  const fields = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field${index}`, long]));
  const line = redactLine(
    JSON.stringify({ level: 30, answer: long, fields, deep: [[[[[[[[[[1]]]]]]]]]], msg: long }),
  );
  expect(line.length).toBeLessThan(25_000);
  const { answer, msg } = JSON.parse(line) as { answer: string; msg: string };
  expect(answer).toBe(`${'x'.repeat(2_048)}… (100000 characters)`);
  expect(msg).toBe(answer);
});

test('a text is redacted before it is cut', () => {
  const text = `${'x'.repeat(2_030)} rtsp://admin:${'secret'.repeat(20)}@10.0.0.5/`;
  expect(redactLine(JSON.stringify({ msg: text }))).not.toContain('secret');
});

/** As a person would who does it by hand: what ends a user or a password is encoded. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
