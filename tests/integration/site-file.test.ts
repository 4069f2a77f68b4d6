import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GatehouseError } from '../../main/base/gatehouse-error.ts';
import { Secret } from '../../main/base/secret.ts';
import { defaultLayoutId, grids } from '../../main/contract/limits.ts';
import { Kiosk } from '../../main/site/kiosk.ts';
import { isPin } from '../../main/site/pin-hash.ts';
import { drawnGrids } from '../support/drawn-grid.ts';
import { createSite, mistakesOf, type SiteScene, siteText } from '../support/site-file-scene.ts';

let owned: AsyncDisposableStack;
let site: SiteScene;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  site = await createSite(owned);
});
afterEach(async () => {
  await owned.disposeAsync();
});

const gate = { key: 'gate', name: 'Gate', mainUrl: 'rtsp://guard:hunter2@192.0.2.1/main' };
const yard = { key: 'yard', name: 'Yard', number: 7, group: 'Outside', mainUrl: 'rtsp://192.0.2.2/main' };
const whole = siteText({
  settings: { siteName: 'Harbour', clock: 'hidden' },
  cameras: [gate, yard],
  layouts: [
    { key: 'night', name: 'Night', grid: '4', tiles: ['yard', null, 'gate'] },
    { key: 'all-cameras', name: 'Everything', grid: 'auto' },
  ],
  kiosk: { enabled: true, pin: '4711', displays: [1, 2], startAtLogin: true },
  updates: { feed: 'https://updates.example/gatehouse', installAt: '03:00', forbidden: false },
});

describe('an import', () => {
  test('takes cameras, walls, settings and policy', async () => {
    const { changes, changesAnything } = await site.files.import({ text: whole });
    expect(changesAnything).toBe(true);
    expect(changes.filter(({ change }) => change === 'added').map(({ name }) => name)).toEqual([
      ...['Gate', 'Yard', 'Night', 'kiosk', 'updates'],
    ]);
    const [first, second] = site.store.cameras.list();
    expect(first).toMatchObject({
      name: 'Gate',
      number: 8,
      username: 'guard',
      mainUrl: 'rtsp://192.0.2.1/main',
    });
    expect(first?.password?.reveal()).toBe('hunter2');
    expect(second).toMatchObject({ name: 'Yard', number: 7, group: 'Outside' });
    expect(site.store.layouts.list()).toMatchObject([
      { name: 'Night', grid: '4', tiles: [second?.id, null, first?.id] },
      { id: defaultLayoutId, name: 'Everything', tiles: [] },
    ]);
    expect(site.store.settings.settings).toMatchObject({
      siteName: 'Harbour',
      clock: 'hidden',
      pictureFit: 'whole',
    });
    expect(site.files.policy).toEqual({
      kiosk: { enabled: true, displays: [1, 2], startAtLogin: true, hasPin: true },
      updates: { feed: 'https://updates.example/gatehouse', installAt: '03:00', forbidden: false },
    });
  });

  test('of the same file changes nothing, and says so', async () => {
    await site.files.import({ text: whole });
    const before = site.state();
    const { changes, changesAnything } = await site.files.import({ text: whole });
    expect(changesAnything).toBe(false);
    expect(changes.map(({ change }) => change)).toEqual(changes.map(() => 'unchanged'));
    expect(site.state()).toBe(before);
  });

  test('of what was only checked changes nothing before', async () => {
    const before = site.state();
    const checked = await site.files.check({ text: whole });
    expect(site.state()).toBe(before);
    expect(await site.files.import({ text: whole })).toEqual(checked);
  });

  test('changes a camera that is there with the same stream, and keeps its password', async () => {
    site.store.cameras.insert({
      name: 'Old name',
      group: '',
      mainUrl: 'rtsp://192.0.2.1:554/main',
      subUrl: null,
      username: 'guard',
      password: new Secret('kept'),
      connection: 'on-demand',
    });
    const text = siteText({ cameras: [{ ...gate, mainUrl: 'rtsp://192.0.2.1/main' }] });
    const { changes } = await site.files.import({ text });
    expect(changes).toMatchObject([
      {
        kind: 'camera',
        change: 'changed',
        name: 'Old name',
        fields: [{ field: 'name', after: 'Gate' }, { field: 'mainUrl' }],
      },
    ]);
    expect(site.store.cameras.list()).toMatchObject([{ name: 'Gate', number: 1 }]);
    expect(site.store.cameras.list()[0]?.password?.reveal()).toBe('kept');
  });

  test('says what tiles of a wall become, with the names of cameras', async () => {
    await site.files.import({ text: whole });
    const tour = { shows: 'tour', cameras: ['gate', 'yard'], seconds: 5 };
    const tiles = [{ shows: 'pinned', camera: 'yard' }, { shows: 'hotspot' }, tour];
    const text = siteText({
      cameras: [gate, yard],
      layouts: [{ key: 'night', name: 'Night', grid: '4', tiles }],
    });
    const { changes } = await site.files.check({ text });
    expect(changes.find(({ name }) => name === 'Night')?.fields).toEqual([
      {
        field: 'tiles',
        before: ['Yard', null, 'Gate'],
        after: [
          { shows: 'pinned', camera: 'Yard' },
          { shows: 'hotspot' },
          { ...tour, cameras: ['Gate', 'Yard'] },
        ],
      },
    ]);
  });

  test('knows a camera by its key when its address is a new one', async () => {
    await site.files.import({ text: whole });
    const [before] = site.store.cameras.list();
    await site.files.import({
      text: siteText({ cameras: [{ ...gate, mainUrl: 'rtsp://guard:new@192.0.2.9/main' }] }),
    });
    const [after, ...others] = site.store.cameras.list();
    expect(others).toHaveLength(1);
    expect(after).toMatchObject({ id: before?.id, number: before?.number, mainUrl: 'rtsp://192.0.2.9/main' });
    expect(after?.password?.reveal()).toBe('new');
  });

  test('sends no stored password to another host', async () => {
    await site.files.import({ text: whole });
    const text = siteText({ cameras: [{ ...gate, mainUrl: 'rtsp://192.0.2.66/main' }] });
    expect(await mistakesOf(site.files.import({ text }))).toEqual([
      expect.stringMatching(/^cameras\[0\]\.password Type the password again/),
      expect.stringMatching(/^cameras\[0\]\.mainUrl /),
    ]);
  });

  test('gives the numbers of two cameras to each other', async () => {
    await site.files.import({ text: whole });
    const swapped = siteText({
      cameras: [
        { ...gate, number: 7 },
        { ...yard, number: 8 },
      ],
    });
    await site.files.import({ text: swapped });
    expect(site.store.cameras.list().map(({ name, number }) => `${name} ${number}`)).toEqual([
      'Gate 7',
      'Yard 8',
    ]);
  });

  test('puts cameras into the order of the file, and leaves the others where they are', async () => {
    const camera = (name: string) => ({ key: name, name, mainUrl: `rtsp://192.0.2.1/${name}` });
    await site.files.import({ text: siteText({ cameras: ['a', 'b', 'c', 'd'].map(camera) }) });
    const { changes } = await site.files.import({ text: siteText({ cameras: ['c', 'a'].map(camera) }) });
    expect(changes.at(-1)).toMatchObject({ kind: 'order', name: 'cameras' });
    expect(site.store.cameras.list().map(({ name }) => name)).toEqual(['c', 'b', 'a', 'd']);
  });

  test('brings back the camera of a key that somebody removed, into its tiles', async () => {
    await site.files.import({ text: whole });
    const [camera] = site.store.cameras.list();
    site.store.cameras.remove([camera?.id ?? ''], Date.now());
    await site.files.import({ text: whole });
    expect(site.store.cameras.list().map(({ id }) => id)).toContain(camera?.id);
  });

  test.each(['savePolicy', 'saveSiteKeys', 'saveSettings'] as const)(
    'that fails in %s leaves nothing behind',
    async (method) => {
      const before = site.state();
      vi.spyOn(site.store.settings, method).mockImplementationOnce(() => {
        throw new GatehouseError('disk-full', 'the disk is full');
      });
      await expect(site.files.import({ text: whole })).rejects.toThrow('the disk is full');
      expect(site.state()).toBe(before);
    },
  );
});

describe('mistakes', () => {
  test('are told all at once, each with its place, and nothing is imported', async () => {
    const before = site.state();
    const text = siteText({
      colour: 1,
      settings: { clock: 'cuckoo' },
      cameras: [
        { ...gate, pasword: 'hunter2' },
        { key: 'yard', name: '', mainUrl: 'ftp://192.0.2.2/', number: 0 },
        { ...yard, key: 'twin', mainUrl: 'rtsp://192.0.2.1/other' },
        { ...yard, key: 'twin', mainUrl: 'rtsp://192.0.2.1/third' },
        { ...yard, key: 'fourth', mainUrl: 'RTSP://192.0.2.1:554/other', number: 9 },
      ],
      layouts: [
        { key: 'night', name: 'Night', grid: '5', tiles: [] },
        { key: 'day', name: 'Day', grid: '4', tiles: ['gate', 'hall'] },
      ],
      kiosk: { enabled: true, pin: '12' },
      updates: { feed: 'https://guard:hunter2@updates.example/', installAt: '24:00' },
    });
    const mistakes = await mistakesOf(site.files.check({ text }));
    expect(mistakes.map((mistake) => mistake.split(' ')[0]).sort()).toEqual(
      [
        ...['colour', 'settings.clock', 'cameras[0].pasword', 'cameras[1].name', 'cameras[1].mainUrl'],
        ...[
          'cameras[1].number',
          'cameras[3].key',
          'cameras[3].number',
          'cameras[4].mainUrl',
          'layouts[0].grid',
        ],
        ...['layouts[1].tiles[1]', 'kiosk.pin', 'updates.feed', 'updates.installAt'],
      ].sort(),
    );
    expect(JSON.stringify(mistakes)).not.toContain('hunter2');
    expect(await mistakesOf(site.files.import({ text }))).toEqual(mistakes);
    expect(site.state()).toBe(before);
  });

  test('a number or a stream of a camera that the file does not name', async () => {
    await site.files.import({ text: whole });
    const text = siteText({
      cameras: [
        { key: 'gate', name: 'Gate', mainUrl: yard.mainUrl, password: 'x' },
        { key: 'roof', name: 'Roof', mainUrl: 'rtsp://192.0.2.3/', number: 7 },
      ],
    });
    expect(await mistakesOf(site.files.check({ text }))).toEqual([
      'cameras[0].mainUrl is camera 7, Yard, already',
      'cameras[1].number 7 belongs to camera 7, Yard,: give another one',
    ]);
  });

  test('more than 200 are counted', async () => {
    const mistakes = await mistakesOf(site.files.check({ text: siteText({ cameras: Array(300).fill({}) }) }));
    expect(mistakes).toHaveLength(201);
    expect(mistakes.at(-1)).toMatch(/^file has 700 more mistakes/);
  });

  test.each([
    ['nothing', ' ', 'file is empty'],
    ['no JSON', '{"format": ', 'file is not valid JSON'],
    ['a list', '[]', 'file is no site file'],
    ['another format', '{"format": "gatehouse-cameras", "version": 1}', 'format must be'],
    ['a file of the future', '{"format": "gatehouse-site", "version": 2}', 'version is of a newer Gatehouse'],
    ['a sealed file that is none', siteText({ sealed: {} }), 'sealed.derivation must be'],
  ])('%s', async (_what, text, words) => {
    expect((await mistakesOf(site.files.import({ text })))[0]).toContain(words);
  });
});

describe('an export', () => {
  const word = fc
    .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 })
    .map((text) => `x${text.trim()}`);
  const secret = fc.option(fc.string({ minLength: 1, maxLength: 20 }), { nil: null });
  const sites = fc
    .record({
      cameras: fc.uniqueArray(
        fc.record({
          name: word,
          group: word,
          connection: fc.constantFrom('on-demand', 'always'),
          username: fc.option(word, { nil: null }),
          password: secret,
          path: fc.stringMatching(/^[a-z0-9]{1,8}$/),
          subUrl: fc.constantFrom(null, 'rtsp://192.0.2.1/sub'),
          hasKey: fc.boolean(),
        }),
        { maxLength: 6, selector: ({ path: place }) => place },
      ),
      layouts: fc.array(
        fc.record({
          name: word,
          grid: fc.oneof(fc.constantFrom(...grids), drawnGrids),
          tiles: fc.array(fc.option(fc.nat(5), { nil: null }), { maxLength: 6 }),
        }),
        { maxLength: 4 },
      ),
      siteName: word,
      pin: fc.constantFrom(undefined, null),
      displays: fc.constantFrom('all', [1], [2, 3]),
    })
    .map(({ cameras, layouts, siteName, pin, displays }) => {
      const keys = cameras.map(({ hasKey }, index) =>
        hasKey ? `key-${index}` : `6f1c1d2e-7c1b-4b53-9a70-01234567890${index}`,
      );
      return siteText({
        settings: { siteName },
        cameras: cameras.map(({ path: place, hasKey: _, ...camera }, index) => {
          return { key: keys[index], ...camera, mainUrl: `rtsp://192.0.2.1/${place}` };
        }),
        layouts: layouts.map(({ tiles, ...layout }, index) => {
          return {
            key: `wall-${index}`,
            ...layout,
            tiles: tiles.map((tile) => (tile === null ? null : (keys[tile] ?? null))),
          };
        }),
        kiosk: { enabled: true, displays, ...(pin === undefined ? {} : { pin }) },
      });
    });

  test('is the same after it was imported into an empty site', async () => {
    await fc.assert(
      fc.asyncProperty(sites, async (text) => {
        await using parts = new AsyncDisposableStack();
        const [one, other] = [await createSite(parts), await createSite(parts)];
        await one.files.import({ text });
        const exported = await one.files.export();
        expect(exported.text).not.toContain('"password"');
        const first = await other.files.import({ text: exported.text });
        expect(first.changesAnything).toBe(true);
        expect((await other.files.import({ text: exported.text })).changesAnything).toBe(false);
        expect((await other.files.export()).text).toBe(exported.text);
        expect((await one.files.import({ text: exported.text })).changesAnything).toBe(false);
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  test('with a passphrase brings passwords and PIN to an empty site', async () => {
    await site.files.import({ text: whole });
    const { text } = await site.files.export('correct horse');
    for (const clear of ['hunter2', '192.0.2.1', 'Harbour', 'scrypt-1.']) expect(text).not.toContain(clear);
    const other = await createSite(owned);
    await other.files.import({ text, passphrase: 'correct horse' });
    const opened = (scene: SiteScene) =>
      scene.store.cameras.list().map(({ name, password }) => `${name} ${password?.reveal()}`);
    expect(opened(other)).toEqual(opened(site));
    expect(other.store.settings.policy).toEqual(site.store.settings.policy);
    expect((await other.files.export()).text).toBe((await site.files.export()).text);
  });

  test('with a passphrase is asked for it, and a wrong one is told in plain words', async () => {
    const { text } = await site.files.export('correct horse');
    expect(await mistakesOf(site.files.check({ text }))).toEqual([
      expect.stringMatching(/^passphrase This file holds passwords/),
    ]);
    const wrong = site.files.check({ text, passphrase: 'battery staple' });
    expect(await mistakesOf(wrong)).toEqual([
      expect.stringMatching(/^passphrase This is not the passphrase/),
    ]);
  });

  test('that somebody changed does not open', async () => {
    const { text } = await site.files.export('correct horse');
    const file = JSON.parse(text);
    const data: string = file.sealed.data;
    file.sealed.data = `${data.startsWith('A') ? 'B' : 'A'}${data.slice(1)}`;
    const changed = { text: JSON.stringify(file), passphrase: 'correct horse' };
    expect(await mistakesOf(site.files.import(changed))).toEqual([expect.stringMatching(/^passphrase /)]);
  });
});

describe('the PIN', () => {
  test('is stored as a hash alone', async () => {
    await site.files.import({ text: whole });
    const { pinHash } = site.store.settings.policy.kiosk ?? {};
    expect(await isPin('4711', pinHash ?? '')).toBe(true);
    expect(await isPin('4712', pinHash ?? '')).toBe(false);
    expect(JSON.stringify([site.files.policy, await site.files.export()])).not.toContain('scrypt-1');
  });

  test('can be tried five times a minute', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    owned.defer(() => {
      vi.useRealTimers();
    });
    await site.files.import({ text: whole });
    const pin = new Kiosk(site.store.settings);
    const tries = await Promise.all(
      ['0000', '4711', '1111', '2222', '3333'].map((each) => pin.checkPin(each)),
    );
    expect(tries).toEqual([false, true, false, false, false]);
    await expect(pin.checkPin('4711')).rejects.toThrow('Too many PINs in a minute. Try again in 60 s.');
    vi.advanceTimersByTime(60_000);
    expect(await pin.checkPin('4711')).toBe(true);
  });

  test('is needed to change the kiosk where there is one, and may be taken away', async () => {
    const kiosk = new Kiosk(site.store.settings);
    const change = { enabled: true, displays: [2], startAtLogin: false };
    await kiosk.change({ ...change, newPin: '4711' });
    expect(JSON.stringify(site.store.settings.policy)).not.toContain('4711');
    await expect(kiosk.change({ ...change, enabled: false })).rejects.toMatchObject({
      code: 'bad-input',
      issues: [{ path: 'currentPin' }],
    });
    const wrong = { ...change, enabled: false, currentPin: '0000' };
    await expect(kiosk.change(wrong)).rejects.toMatchObject({ issues: [{ path: 'currentPin' }] });
    expect(site.store.settings.policy.kiosk).toMatchObject(change);
    await kiosk.change({ ...wrong, currentPin: '4711' });
    expect(await kiosk.checkPin('4711')).toBe(true);
    await kiosk.change({ ...change, newPin: null, currentPin: '4711' });
    expect(site.store.settings.policy.kiosk).toEqual({ ...change, pinHash: null });
  });

  test('that nobody set is never right', async () => {
    expect(await new Kiosk(site.store.settings).checkPin('0000')).toBe(false);
  });
});

test('no password and no PIN is in a file of the data folder in clear', async () => {
  await site.files.import({ text: whole });
  site.store.database.pragma('wal_checkpoint(TRUNCATE)');
  for (const name of await readdir(site.folder)) {
    const bytes = await readFile(path.join(site.folder, name));
    for (const secret of ['hunter2', '4711']) expect(bytes.includes(secret), name).toBe(false);
  }
});
