import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCameraFile, writeCameraFile } from '../../../main/cameras/camera-file.ts';
import { type Camera, cameraInput } from '../../../main/contract/camera.ts';
import { cameraFileFormat } from '../../../main/contract/camera-file.ts';
import { maximumCameras, maximumImportCharacters } from '../../../main/contract/limits.ts';
import { mutate, seededRandom } from '../../support/mutations.ts';

const id = '6f1c1d2e-7c1b-4b53-9a70-0123456789ab';
const camera: Camera = {
  id,
  number: 7,
  name: 'North gate',
  group: 'Yard',
  mainUrl: 'rtsp://192.168.1.20/main',
  subUrl: 'rtsp://192.168.1.20/sub',
  onvifUrl: 'http://192.168.1.20/onvif/device_service',
  username: 'guard',
  hasPassword: true,
  connection: 'always',
  transport: 'udp',
  certificate: null,
  mayStandStill: false,
};

/** What a file says, without where it says it. */
function read(text: string) {
  const { rows, issues } = parseCameraFile(text);
  return {
    cameras: rows.map(({ id, input }) => ({ ...(id === undefined ? {} : { id }), ...input })),
    issues,
  };
}

function issuesOf(text: string): string[] {
  const { issues } = parseCameraFile(text);
  return issues.map(({ path, message }) => `${path}: ${message}`);
}

function json(cameras: unknown): string {
  return JSON.stringify({ format: 'gatehouse-cameras', version: 1, cameras });
}

describe('what is written', () => {
  test('JSON says what it is, and holds what the console shows but no password', () => {
    expect(JSON.parse(writeCameraFile([camera], 'json'))).toEqual({
      format: 'gatehouse-cameras',
      version: 1,
      cameras: [
        {
          id,
          number: 7,
          name: 'North gate',
          group: 'Yard',
          mainUrl: 'rtsp://192.168.1.20/main',
          subUrl: 'rtsp://192.168.1.20/sub',
          onvifUrl: 'http://192.168.1.20/onvif/device_service',
          username: 'guard',
          connection: 'always',
          transport: 'udp',
          certificate: null,
        },
      ],
    });
  });

  test('CSV opens in a spreadsheet: byte order mark, CRLF, a column to fill in passwords', () => {
    expect(
      writeCameraFile([camera, { ...camera, subUrl: null, onvifUrl: null, username: null }], 'csv'),
    ).toBe(
      [
        '\uFEFFid,number,name,group,mainUrl,subUrl,onvifUrl,username,connection,transport,certificate,password',
        `${id},7,North gate,Yard,rtsp://192.168.1.20/main,rtsp://192.168.1.20/sub,http://192.168.1.20/onvif/device_service,guard,always,udp,,`,
        `${id},7,North gate,Yard,rtsp://192.168.1.20/main,,,,always,udp,,`,
        '',
      ].join('\r\n'),
    );
  });

  test('a cell that a spreadsheet would calculate is guarded', () => {
    for (const name of ['=1+1', '+49', '-5', '@SUM(A1)', "'=1+1", '＝1']) {
      expect(writeCameraFile([{ ...camera, name }], 'csv')).toMatch(/,"?'['=+\-@＝]/);
      expect(read(writeCameraFile([{ ...camera, name }], 'csv')).cameras).toMatchObject([{ name }]);
    }
  });

  test('what was exported is imported as it was', () => {
    const character = fc.oneof(
      fc.constantFrom(...'=+-@\',";\t <{é٠ש漢😀&#'),
      fc.string({ unit: 'grapheme' }),
    );
    // One line, and no sign for a letter that got lost: the import takes that for a file in another encoding.
    const text = fc.string({ unit: character, maxLength: 50 }).map((value) =>
      value
        .replace(/\p{Cc}/gu, '')
        .slice(0, 100)
        .toWellFormed()
        .replaceAll('\uFFFD', '')
        .trim(),
    );
    const filled = text.filter((value) => value !== '');
    const one = fc.record({
      id: fc.uuid(),
      number: fc.integer({ min: 1, max: 9999 }),
      name: filled,
      group: text,
      path: fc.webPath(),
      subUrl: fc.option(fc.webPath().map((path) => `rtsp://10.0.0.2${path}`)),
      onvifUrl: fc.option(fc.webPath().map((path) => `https://10.0.0.2${path}`)),
      username: fc.option(filled),
      connection: fc.constantFrom('always' as const, 'on-demand' as const),
      transport: fc.constantFrom('automatic' as const, 'tcp' as const, 'udp' as const),
      certificate: fc.constantFrom(null, `${'4F:A0:'.repeat(15)}4F:A0`),
    });
    const cameras = fc
      .uniqueArray(one, { minLength: 1, maxLength: 20, selector: ({ number }) => number })
      .filter((list) => new Set(list.map((each) => each.id)).size === list.length)
      .map((list): Camera[] =>
        list.map(({ path, ...rest }) => {
          return {
            ...rest,
            mainUrl: `rtsp://10.0.0.1:${rest.number}${path}`,
            hasPassword: false,
            mayStandStill: false,
          };
        }),
      );
    fc.assert(
      fc.property(cameras, fc.constantFrom(...cameraFileFormat.options), (exported, format) => {
        // An empty cell and nothing at all are the same.
        const expected = exported.map(
          ({ hasPassword: _, mayStandStill: __, username, onvifUrl, certificate, ...rest }) => {
            return {
              ...rest,
              ...(username === null ? {} : { username }),
              ...(onvifUrl === null ? {} : { onvifUrl }),
              ...(certificate === null ? {} : { certificate }),
            };
          },
        );
        expect(read(writeCameraFile(exported, format))).toEqual({ cameras: expected, issues: [] });
      }),
      { numRuns: 300 },
    );
  });
});

describe('what is read', () => {
  const address = 'rtsp://user:secret@192.168.1.20/main';

  test('name and address are enough', () => {
    const expected = [{ name: 'Gate', group: '', mainUrl: address, subUrl: null }];
    expect(read(`name,address\nGate,${address}`)).toEqual({ cameras: expected, issues: [] });
    expect(read(json([{ name: 'Gate', mainUrl: address }]))).toEqual({ cameras: expected, issues: [] });
  });

  test('an address alone is enough: with a header, without one, and with a name behind it', () => {
    const of = (text: string) => {
      const { rows, issues } = parseCameraFile(text);
      const facts = rows.map(({ input: { mainUrl, name, username }, isAddressOnly, isNamed }) => {
        return [mainUrl, name, username, isAddressOnly, isNamed];
      });
      return { facts, issues };
    };
    const bare = ['rtsp://192.168.1.20', '192.168.1.20', undefined, true, false];
    const named = ['rtsp://gate.local:8554', 'Gate', 'guard', true, true];
    expect(of('192.168.1.20\ngate.local:8554,Gate,guard,x')).toEqual({ facts: [bare, named], issues: [] });
    expect(of('address\n192.168.1.20')).toEqual({ facts: [bare], issues: [] });
    expect(of('name,address\n,192.168.1.20')).toEqual({ facts: [bare], issues: [] });
    expect(of(json([{ mainUrl: '192.168.1.20' }]))).toEqual({ facts: [bare], issues: [] });
    expect(of('[fe80::1]:554').facts[0]?.[0]).toBe('rtsp://[fe80::1]:554');
    expect(of('Gate').issues).toHaveLength(1);
    expect(of('192.168.1.20\n192.168.1.20').issues).toHaveLength(1);
  });

  test.each([',', ';', '\t'])('the separator %j is found, whatever else is in the file', (separator) => {
    const lines = [
      ['Name', 'MAIN URL', 'Group'],
      ['"Gate, north; left"', address, 'a'],
      ['Door', 'rtsp://h/2', ''],
    ];
    for (const lineBreak of ['\n', '\r\n', '\r']) {
      for (const start of ['', '\uFEFF', '\r\n\n', `sep=${separator}\r\n`]) {
        const text = `${start}${lines.map((cells) => cells.join(separator)).join(lineBreak)}`;
        expect(read(text)).toMatchObject({
          cameras: [
            { name: 'Gate, north; left', group: 'a' },
            { name: 'Door', group: '' },
          ],
          issues: [],
        });
      }
    }
  });

  test.each([
    ['title,rtsp', 'name,mainUrl'],
    ['NAME,Main_URL', 'name,mainUrl'],
    ['camera name,stream url,user name,pass', 'name,mainUrl,username,password'],
    ['name,url,user,Password', 'name,mainUrl,username,password'],
    ['#,name,address,sub stream', 'number,name,mainUrl,subUrl'],
    ['name,address,rtsp url', 'name,,mainUrl'],
    ['name,vendor,url', 'name,,mainUrl'],
  ])('columns called %s are understood', (header, meant) => {
    const values: Record<string, string> = {
      number: '3',
      name: 'Gate',
      mainUrl: address,
      subUrl: 'rtsp://h/2',
    };
    const cells = meant.split(',').map((field) => values[field] ?? 'x');
    const { cameras, issues } = read(`${header}\n${cells.join(',')}`);
    expect(issues).toEqual([]);
    for (const field of meant.split(',').filter((name) => name !== '')) {
      expect(cameras[0]).toHaveProperty(field, field === 'number' ? 3 : (values[field] ?? 'x'));
    }
  });

  test('empty lines are skipped, empty cells left out', () => {
    const text = `\n\nname,mainUrl,number,group,subUrl,username,password,connection\n,,,\n"Gate ",${address},,,,,,\n\n`;
    expect(read(text)).toEqual({
      cameras: [{ name: 'Gate', group: '', mainUrl: address, subUrl: null }],
      issues: [],
    });
  });

  test('a password is taken as it is, blanks and apostrophes too', () => {
    const { cameras } = read(`name,url,password\nGate,${address}," '=x "`);
    expect(cameras).toMatchObject([{ password: " '=x " }]);
    expect(read(`name,url,password\nGate,${address},'=x`).cameras).toMatchObject([{ password: "'=x" }]);
  });

  test('a row knows its line in the file, quoted line breaks counted', () => {
    const text = `"name",\r\n"url","odd\r\ncolumn"\r\n`.replace(',\r\n', ',');
    const { rows } = parseCameraFile(
      `\uFEFF\r\n${text}Gate,rtsp://h/1,"two\r\nlines"\r\n\r\nDoor,rtsp://h/2,\r\nYard,rtsp://h/3`,
    );
    expect(rows.map(({ line, place }) => [line, place])).toEqual([
      [4, 'line 4'],
      [7, 'line 7'],
      [8, 'line 8'],
    ]);
  });
});

describe('what is refused', () => {
  const table = (...lines: string[]) => ['name,number,mainUrl,subUrl,connection,id', ...lines].join('\r\n');

  test('everything that is wrong is listed at once, with its line and its column', () => {
    const text = table(
      'Gate,1,rtsp://h/1,,,',
      ',0,,,,',
      `"${'x'.repeat(101)}",1.5,ftp://h/2,rtsp://,sometimes,12`,
      'Door,10000,file:///h/3,rtsp://h:99999/,always,',
    );
    expect(issuesOf(text)).toEqual([
      'line 3, name: is missing',
      'line 3, mainUrl: is missing',
      'line 3, number: must be 1 or more',
      'line 4, id: is none that Gatehouse gave; leave it empty for a new camera',
      'line 4, name: must be at most 100 characters long',
      'line 4, number: must be a whole number',
      'line 4, mainUrl: must be an address that starts with rtsp://, rtsps://, http://, https://, whep:// or wheps://',
      'line 4, subUrl: must be an address that starts with rtsp://, rtsps://, http://, https://, whep:// or wheps://',
      'line 4, connection: must be one of on-demand, always',
      'line 5, number: must be at most 9999',
      'line 5, mainUrl: must be an address that starts with rtsp://, rtsps://, http://, https://, whep:// or wheps://',
      'line 5, subUrl: The address has a port that is not between 1 and 65535.',
    ]);
  });

  test('of an address that is neither whole nor only a host, both forms are said', () => {
    expect(issuesOf(table('Gate,1,192.168.1.20/live,,,', 'Door,2,ftp://h/1,,,'))).toEqual([
      'line 2, mainUrl: must be an address that starts with rtsp://, rtsps://, http://, https://, whep:// or wheps://, or only where the camera is: 192.168.1.20',
      'line 3, mainUrl: must be an address that starts with rtsp://, rtsps://, http://, https://, whep:// or wheps://',
    ]);
  });

  test('the same number, id or address twice is found, in whatever form it is written', () => {
    const other = `name,number,id,address
Gate,7,${id},rtsp://a:b@HOST:554/1
Door,07,${id.toUpperCase()},rtsp://host/1`;
    expect(issuesOf(other)).toEqual([
      'line 3, id: is the same as in line 2; no two cameras can share it',
      'line 3, number: is the same as in line 2; no two cameras can share it',
      'line 3, address: is the same as in line 2; no two cameras can share it',
    ]);
  });

  test('JSON is checked as CSV is, and names the camera by its place', () => {
    const cameras = [
      { name: 'Gate', mainUrl: 'rtsp://h/1', number: 1 },
      { name: 5, mainUrl: ['rtsp://h/2'], number: 1, group: {}, id: true, connection: 'never', password: 1 },
      7,
      null,
      [],
    ];
    expect(issuesOf(json(cameras))).toEqual([
      'camera 2, id: is none that Gatehouse gave; leave it empty for a new camera',
      'camera 2, name: must be a text',
      'camera 2, group: must be a text',
      'camera 2, mainUrl: must be a text',
      'camera 2, password: must be a text',
      'camera 2, connection: must be one of on-demand, always',
      'camera 2, number: is the same as in camera 1; no two cameras can share it',
      ...[3, 4, 5].map((place) => `camera ${place}: is no camera: it needs "name" and "mainUrl"`),
    ]);
  });

  test.each([
    ['nothing', '', 'file: is empty'],
    ['blanks', ' \uFEFF\r\n ', 'file: is empty'],
    ['a header alone', 'name,address\n', 'file: holds no cameras'],
    ['no camera in JSON', json([]), 'file: holds no cameras'],
    [
      'an HTML page',
      '\n<!doctype html><p>name,address',
      'file: is a web page or XML, and no list of cameras',
    ],
    ['no address', 'name,group\nGate,Yard', 'line 1: has no column for the addresses (mainUrl or address)'],
    ['no name', '\naddress\nrtsp://h/1', 'line 2: has no column for the names (name)'],
    ['no header', 'Gate,rtsp://h/1', 'line 1: must say what the columns are: at least name,address'],
    ['plain text', 'Dear guard,', 'line 1: must say what the columns are: at least name,address'],
    ['broken JSON', '{\n "a": }', expect.stringMatching(/^(line 2|file): is not valid JSON/)],
    ['other JSON', '[{"name":"x"}]', expect.stringMatching(/^file: is JSON, but no list of cameras/)],
    ['JSON of tomorrow', json([]).replace('1', '2'), expect.stringMatching(/^file: was written by a newer/)],
    [
      'JSON without a version',
      json([]).replace('1', '"1"'),
      'file: needs "version": 1 and a list of "cameras"',
    ],
    ['JSON without a list', json({}), 'file: needs "version": 1 and a list of "cameras"'],
    ['an open quote', 'name,url\n"Gate,rtsp://h\n', expect.stringMatching(/^line 2: has a quote/)],
    [
      'an open quote in the header',
      'name,"url\nx,rtsp://h/1\n',
      expect.stringMatching(/^line 1: has a quote/),
    ],
    ['a quote too many', 'name,url\n"Gate"x,rtsp://h', expect.stringMatching(/^line 2: has a quote/)],
    ['a value too many', 'name,url\nGate,rtsp://h,x', expect.stringMatching(/^line 2: has more values/)],
    ['a workbook', 'PK\u0003\u0004\0\0', expect.stringMatching(/^line 1: is not text/)],
    [
      'blanks in a cell',
      `name,url\n"Gate${' '.repeat(257)}",rtsp://h`,
      expect.stringMatching(/^line 2: .* blanks/),
    ],
    ['lost letters', 'name,url\nT\uFFFDr,rtsp://h', expect.stringMatching(/^line 2: .*UTF-8/)],
  ])('%s is refused with one sentence', (_, text, issue) => {
    expect(parseCameraFile(text).rows).toEqual([]);
    expect(issuesOf(text)).toEqual([issue]);
  });

  test('more cameras than Gatehouse holds are refused, where the first one too many is', () => {
    const names = Array.from({ length: maximumCameras + 5 }, (_, index) => `c${index},rtsp://h/${index}`);
    expect(issuesOf(['name,url', ...names].join('\n'))).toEqual([
      'line 4098: is one too many: Gatehouse holds at most 4,096 cameras',
    ]);
    const list = names.map((name, index) => ({ name, mainUrl: `rtsp://h/${index}` }));
    expect(issuesOf(json(list))).toHaveLength(1);
    expect(issuesOf(json(list.slice(0, maximumCameras)))).toEqual([]);
  });

  test('of very many issues the first 200 are listed, and how many more there are', () => {
    const { issues } = parseCameraFile(table(...Array.from({ length: 3_000 }, () => ',0,rtsp://,,,')));
    expect(issues).toHaveLength(201);
    expect(issues[0]).toEqual({ path: 'line 2, name', message: 'is missing' });
    expect(issues[200]).toEqual({
      path: 'file',
      message: 'has 8,800 more problems; these are the first 200',
    });
  });

  test('no message repeats a password', () => {
    const secret = 'hunter2';
    const texts = [
      `name,url,password\n,rtsp://u:${secret}@,${secret}`,
      `name,url,password\nGate,rtsp://u:${secret}@h:99999/,"${secret}`,
      `name,url,password\nGate,http://u:${secret}@h/,${secret.repeat(60)}`,
      `name,url,id\nGate,rtsp://u:${secret}@h/,${secret}\nDoor,rtsp://u:${secret}@h/,${secret}`,
      `${secret},url\nx,y`,
      `{"password": "${secret}" ${secret}`,
      `{"password": ${secret}}`,
      json([
        { name: 'x', mainUrl: `rtsp://${secret}@`, connection: secret, number: secret, password: [secret] },
      ]),
    ];
    for (const text of texts) {
      const issues = issuesOf(text);
      expect(issues).not.toEqual([]);
      expect(issues.join()).not.toContain(secret);
    }
  });
});

describe('whatever it is given', () => {
  /** Never throws; every row is what the contract takes. */
  function survives(text: string): void {
    const { rows, issues } = parseCameraFile(text);
    for (const { input } of rows) expect(cameraInput.parse(input)).toEqual(input);
    for (const { path, message } of issues) {
      expect(path).toMatch(/^(file|(line|camera) \d+(, \w[\w ]*)?)$/);
      expect(message.length).toBeLessThan(200);
    }
    expect(rows.length + issues.length).toBeGreaterThan(0);
  }

  test('arbitrary text is read or refused', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), survives), { numRuns: 2_000 });
    const piece = fc.constantFrom(
      ...'",;\t\n\r {[]}:',
      'name',
      'address',
      'rtsp://h',
      "'=",
      'sep=',
      '\uFEFF',
      '""',
    );
    const long = fc
      .array(piece, { maxLength: 20_000, size: 'max' })
      .map((pieces) => `name,url\n${pieces.join('')}`);
    fc.assert(fc.property(long, survives), { numRuns: 50 });
  });

  test('files with small accidents are read or refused', () => {
    const cameras = [
      camera,
      { ...camera, id: randomUUID(), number: 8, name: '=a,"b"', mainUrl: 'rtsp://h/2' },
    ];
    const samples = cameraFileFormat.options.map((format) => Buffer.from(writeCameraFile(cameras, format)));
    const random = seededRandom(1);
    for (let run = 0; run < 5_000; run++) survives(mutate(samples, random).toString());
  });

  test.each([
    ['quotes before blanks', `name,url\n"${'a"b'.repeat(99_000)}${' '.repeat(600_000)}\n`],
    ['misplaced quotes', `name,url\n"${'a"b'.repeat(299_000)}`],
    ['quotes', '"'.repeat(maximumImportCharacters)],
    ['separators', ','.repeat(maximumImportCharacters)],
    ['lines', `name,url\n${'\n'.repeat(maximumImportCharacters)}`],
    ['short lines', `name,url\n${'a,\n'.repeat(299_000)}`],
    ['wrong lines', `name,url\n${'a,b,c\n'.repeat(149_000)}`],
    ['brackets', '['.repeat(maximumImportCharacters)],
    ['blanks', `x${' '.repeat(maximumImportCharacters)}`],
    ['addresses with signs', `name,url\n${`g,rtsp://${'a/@'.repeat(670)}\n`.repeat(440)}`],
    ['cameras of nothing', json(Array(200_000).fill({}))],
  ])('a large file of %s does not hold anything up', (_, text) => {
    survives(text);
  });
});
