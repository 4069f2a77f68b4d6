import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Clips } from '../../main/clips/clips.ts';
import { openStoredCameras } from './stored-cameras.ts';

/*
 * Cameras and clips of an engine that records one camera until it is killed. Says on stdout which recording it is, and then each
 * time that a picture came.
 */

const { values } = parseArgs({
  options: { data: { type: 'string', default: '' }, camera: { type: 'string', default: '' } },
});
const { log, store, cameras, audit } = openStoredCameras(values.data);
const { id } = cameras.add({ name: 'Gate', number: 7, group: '', mainUrl: values.camera, subUrl: null });
const clips = new Clips({
  ...{ table: store.clips, folder: values.data, audit, limitBytes: () => 1e9, log },
});
const lease = cameras.lease(id, 'main');
lease.stream.read(() => writeSync(1, '.\n'));
const recording = await clips.record(
  { id, number: 7, name: 'Gate' },
  cameras.lease(id, 'main'),
  true,
  'Erika',
);
writeSync(1, `${JSON.stringify(recording)}\n`);
