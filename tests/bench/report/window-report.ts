import type { DelayFigures } from '../delay.ts';
import type { FirstFrameFigures } from '../first-frame.ts';
import type { Summary } from '../statistics.ts';
import type { SwitchFigures } from '../switch.ts';
import type { TileFigures } from '../tiles.ts';
import { barChart, lineChart } from './chart.ts';
import type { Report } from './report.ts';
import { figure } from './table.ts';

export function firstFrameReport(figures: readonly FirstFrameFigures[]): Report {
  const rows = figures.flatMap(
    ({ gopSeconds, cold, nextKeyFrame, warm, windowFirst, windowAll, leastFirst, firstVisit }) =>
      (
        [
          ['binding a camera that is received already', warm],
          ['a new window: its first picture, cameras received already', windowFirst],
          ['(the least page that can show one)', leastFirst],
          ['a new window: all nine pictures', windowAll],
          ['a browser that was never here, signed in by a link: its first picture', firstVisit],
          ['binding a camera that nobody watched', cold],
          ['(the next key frame was so far away)', nextKeyFrame],
        ] as const
      ).map(([name, summary]) => ({ name, gopSeconds, summary })),
  );
  return {
    title: 'The first picture',
    words: [
      'Until a picture is presented in Chromium, on a wall of nine; cameras, engine and browser on the same machine. A new window counts from the start of the navigation, with everything that a page loads, in a browser that has seen the page before and keeps its compiled code. The virtual cameras here cannot be asked for a key frame, so that a cold one waits for the next. The least page has the console’s way to the engine and nothing else (`tests/bench/least-page`): what it takes is Chromium’s and the engine’s, and how much it takes is this machine’s. (`tests/bench/first-frame.ts`)',
    ],
    plots: [
      {
        name: 'first-frame',
        alternative: 'Milliseconds until the first picture',
        svg: barChart({
          title: 'Until the first picture, cameras received already',
          unit: 'ms, median – p95',
          labels: ['binding a camera', 'new window, first picture', 'new window, all nine'],
          series: figures.map(({ gopSeconds, warm, windowFirst, windowAll }) => ({
            name: `key frame every ${gopSeconds} s`,
            values: [warm.median, windowFirst.median, windowAll.median],
            ends: [warm.p95, windowFirst.p95, windowAll.p95],
          })),
        }),
      },
    ],
    tables: [
      {
        caption: 'Milliseconds',
        table: {
          columns: ['', 'key frame every', ...summaryColumns],
          // Figures that were kept before there was a least page have none of it.
          rows: rows.flatMap(({ name, gopSeconds, summary }) =>
            summary === null || summary === undefined
              ? []
              : [[name, `${gopSeconds} s`, ...summaryCells(summary)]],
          ),
        },
      },
    ],
  };
}

export function delayReport(figures: readonly DelayFigures[]): Report {
  const nameOf = ({ lostShare, jitterMilliseconds }: DelayFigures) =>
    lostShare > 0
      ? `${lostShare * 100} % lost`
      : jitterMilliseconds > 0
        ? `${jitterMilliseconds} ms of jitter`
        : 'clean';
  return {
    title: 'Delay over a bad network',
    words: [
      'From the last packet of a picture, read from the camera’s socket, to its presentation in Chromium, at nine tiles. Engine and window talk through a relay of our own (`tests/bench/datagram-relay.ts`) that drops this share of all RTP and RTCP either way, or holds each picture back by up to that long, by the same sequence in each run. Its own turn of the loop is part of the figure. (`tests/bench/delay.ts`)',
    ],
    plots: [
      {
        name: 'delay',
        alternative: 'Milliseconds from the last packet to the picture',
        svg: barChart({
          title: 'Received → presented, nine tiles',
          unit: 'ms, median – p95',
          labels: figures.map(nameOf),
          series: [
            {
              name: 'delay',
              values: figures.map(({ delay }) => delay.median),
              ends: figures.map(({ delay }) => delay.p95),
            },
          ],
        }),
      },
    ],
    tables: [
      {
        caption:
          'Milliseconds; freezes of all nine tiles, and the longest standstill of a tile, by the minute',
        table: {
          columns: ['network', ...summaryColumns, 'dropped', 'pictures/s', 'freezes', 'frozen ms', 's'],
          rows: figures.map((entry) => [
            nameOf(entry),
            ...summaryCells(entry.delay),
            figure(entry.dropped),
            figure(entry.framesPerSecond),
            figure(entry.freezes),
            figure(entry.frozen),
            String(entry.seconds),
          ]),
        },
      },
    ],
  };
}

export function tilesReport(figures: readonly TileFigures[]): Report {
  const labels = figures.map(({ tiles }) => String(tiles));
  return {
    title: 'How many tiles',
    words: [
      'One window of 1280x720 with so many cameras of 640x360 at 15 pictures a second, on a machine without a GPU: Chromium decodes in software and shares the cores with cameras and engine, and where they are used up it decides how a wall degrades. The age of a picture counts from its reception to the presentation of the next one: 67 ms and the delay at best. (`tests/bench/tiles.ts`)',
    ],
    plots: [
      {
        name: 'tiles-rate',
        alternative: 'Pictures a second by number of tiles',
        svg: lineChart({
          title: 'Presented pictures a second',
          unit: 'by number of tiles',
          labels,
          series: [
            { name: 'slowest tile', values: figures.map(({ framesPerSecond }) => framesPerSecond.minimum) },
            { name: 'median tile', values: figures.map(({ framesPerSecond }) => framesPerSecond.median) },
          ],
        }),
      },
      {
        name: 'tiles-cpu',
        alternative: 'CPU by number of tiles',
        svg: lineChart({
          title: 'CPU, % of one core',
          unit: 'by number of tiles',
          labels,
          series: [
            { name: 'Chromium', values: figures.map(({ chromiumPercent }) => chromiumPercent) },
            { name: 'engine', values: figures.map(({ enginePercent }) => enginePercent) },
          ],
        }),
      },
    ],
    tables: [
      {
        caption: 'Delay and age in milliseconds, CPU of one core',
        table: {
          columns: [
            'tiles',
            'live',
            'fps slowest',
            'fps median',
            'dropped',
            'delay median',
            'p95',
            'oldest picture',
            'engine',
            'Chromium',
          ],
          rows: figures.map((entry) => [
            String(entry.tiles),
            String(entry.live),
            figure(entry.framesPerSecond.minimum),
            figure(entry.framesPerSecond.median),
            figure(entry.dropped),
            figure(entry.delay.median),
            figure(entry.delay.p95),
            figure(entry.worstFrameAge),
            `${figure(entry.enginePercent)} %`,
            `${figure(entry.chromiumPercent)} %`,
          ]),
        },
      },
    ],
  };
}

export function switchReport({ toMain, toSub, toMainCold }: SwitchFigures): Report {
  return {
    title: 'Main stream and sub-stream',
    words: [
      'How long a tile shows no new picture when it changes its stream, of 15 pictures a second: 67 ms are none at all. All four tiles of a wall change at once, since its window becomes larger or smaller, between 640x360 and 1280x720. Judged at each frame of the page by which element is shown and how many pictures it has had: from the last picture of the one stream to the first of the other, or from that to the next one. The page draws a wall of another size at the same time. (`tests/bench/switch.ts`)',
    ],
    plots: [],
    tables: [
      {
        caption: 'Milliseconds',
        table: {
          columns: ['', ...summaryColumns],
          rows: [
            ['to the main stream', ...summaryCells(toMain)],
            ['to the sub-stream', ...summaryCells(toSub)],
            ['to a main stream that nobody watched', ...summaryCells(toMainCold)],
          ],
        },
      },
    ],
  };
}

export const summaryColumns = ['median', 'p95', 'worst', 'n'];

export function summaryCells({ median, p95, maximum, n }: Summary): string[] {
  return [figure(median), figure(p95), figure(maximum), figure(n)];
}
