import { expect, test } from 'vitest';
import type { Camera } from '../../../main/contract/camera.ts';
import { type HealthRow, healthCsv, sortedRows } from '../../../renderer/health/health-table.ts';

function row(number: number, change: Partial<HealthRow> = {}, name = `Camera ${number}`): HealthRow {
  const cameraId = `id-${number}`;
  const camera: Camera = {
    ...{ id: cameraId, number, name, group: '', mainUrl: 'rtsp://192.0.2.1/', subUrl: null, onvifUrl: null },
    ...{
      username: null,
      hasPassword: false,
      connection: 'on-demand',
      transport: 'automatic',
      certificate: null,
      mayStandStill: false,
    },
  };
  return {
    ...{ camera, cameraId, profile: 'main', state: 'playing', codec: 'H264', width: 640, height: 360 },
    ...{ kilobitsPerSecond: 400, picturesPerSecond: 15, loss: 0, jitter: 2, delay: 20, keyFrameSeconds: 2 },
    ...{ reconnects: 0, advice: [] },
    ...change,
  };
}
const numbers = (rows: readonly HealthRow[]) => rows.map(({ camera }) => camera.number);

test('rows are sorted by any column, what has no value comes last either way', () => {
  const rows = [row(1, { loss: 0.2 }), row(2, { loss: null }), row(3, { loss: 0.5 }), row(4, { loss: 0.1 })];
  expect(numbers(sortedRows(rows, { name: 'loss %', descending: false }))).toEqual([4, 1, 3, 2]);
  expect(numbers(sortedRows(rows, { name: 'loss %', descending: true }))).toEqual([3, 1, 4, 2]);
});

test('at first those with the most to do come first, then by number', () => {
  const warning = { verdict: 'warning', measured: '', meaning: 'w', advice: null } as const;
  const problem = { verdict: 'problem', measured: '', meaning: 'p', advice: null } as const;
  const rows = [row(4), row(1), row(2, { advice: [warning, warning] }), row(3, { advice: [problem] })];
  expect(numbers(sortedRows(rows, { name: 'advice', descending: false }))).toEqual([3, 2, 1, 4]);
});

test('a CSV has a line for each row, and names that spreadsheets would calculate are texts', () => {
  const advice = { verdict: 'warning', measured: '', meaning: 'Set "TCP", please.', advice: null } as const;
  const rows = [row(1, { loss: 0.0123, advice: [advice] }, '=HYPERLINK("x")'), row(2)];
  const [head, first, second, end] = healthCsv(rows).split('\r\n');
  expect(head).toBe(
    'number,camera,stream,state,format,kbit/s,fps,loss %,jitter ms,delay ms,key frame s,reconnects,advice',
  );
  expect(first).toBe(
    `1,"'=HYPERLINK(""x"")",Main,Live,H.264 640×360,400,15,1.23,2,20,2,0,"Set ""TCP"", please."`,
  );
  expect(second).toBe('2,Camera 2,Main,Live,H.264 640×360,400,15,0,2,20,2,0,');
  expect(end).toBe('');
});
