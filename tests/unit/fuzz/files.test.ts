import { expect } from 'vitest';
import { GatehouseError } from '../../../main/base/gatehouse-error.ts';
import { parseCameraFile, writeCameraFile } from '../../../main/cameras/camera-file.ts';
import { planImport } from '../../../main/cameras/camera-import.ts';
import { SiteFileMistakes } from '../../../main/site/site-file-mistakes.ts';
import { openSiteFileText, readSiteFile } from '../../../main/site/site-file-text.ts';
import { testDamagedInput } from '../../support/damaged-input.ts';
import { testCamera } from '../../support/test-camera.ts';

/*
 * Files that people choose.
 */

const cameras = [
  testCamera(1, { name: 'Gate, "north"', group: 'Outside' }),
  testCamera(2, { name: '=SUM(A1)', username: 'guard', certificate: Array(32).fill('AB').join(':') }),
];

testDamagedInput(
  'lists of cameras',
  {
    seed: 4180,
    samples: [
      writeCameraFile(cameras, 'csv'),
      writeCameraFile(cameras, 'json'),
      'name;address;user;password\nGate;rtsp://10.0.0.1/a;guard;canary\n"Ya""rd";http://10.0.0.2/;;\n',
    ],
  },
  (input) => {
    try {
      planImport(parseCameraFile(input.toString()), [], 'on-demand');
    } catch (error) {
      if (!(error instanceof GatehouseError && error.code === 'bad-input')) throw error;
      for (const { message } of error.issues) if (message.includes('canary')) expect.fail(message);
    }
  },
);

const site = {
  format: 'gatehouse-site',
  version: 1,
  settings: { siteName: 'Harbour', pictureFit: 'whole' },
  cameras: [
    { key: 'gate', name: 'Gate', mainUrl: 'rtsp://10.0.0.1/main', username: 'guard', password: 'canary' },
  ],
  layouts: [{ key: 'night', name: 'Night', grid: '4', tiles: ['gate', null] }],
  updates: { feed: null, installAt: '03:00' },
};

testDamagedInput(
  'site files',
  {
    seed: 8259,
    samples: [
      JSON.stringify(site),
      JSON.stringify(site, null, 1),
      '{"format":"gatehouse-site","version":1,"sealed":{"salt":"AAAA","nonce":"AAAA","data":"AAAA"}}',
    ],
  },
  (input) => {
    const mistakes = new SiteFileMistakes();
    const opened = openSiteFileText(input.toString(), mistakes);
    if (opened === undefined && mistakes.isEmpty) expect.fail('refused without a word');
    if (opened?.kind === 'plain') readSiteFile(opened.content, mistakes);
    try {
      mistakes.refuse();
    } catch (error) {
      if (!(error instanceof GatehouseError && error.code === 'bad-input')) throw error;
      for (const { message } of error.issues) if (message.includes('canary')) expect.fail(message);
    }
  },
);
