import type { LinkFigures } from '../link-figures.ts';
import type { Report } from './report.ts';
import { figure } from './table.ts';
import { summaryCells, summaryColumns } from './window-report.ts';

export function linkReport({ idle, joins, crowded, signIns, oneCamera }: LinkFigures): Report {
  return {
    title: 'Pages that are connected',
    words: [
      'Sockets of people who are signed in, each with a session of their own, engine and pages on one machine. A join is a WebSocket and the offer of its viewer, with room for nine cameras. (`tests/bench/link-figures.ts`)',
    ],
    plots: [],
    tables: [
      {
        caption: 'Sockets over which nothing is said but signs of life',
        table: {
          columns: ['sockets', '% of a core', 'kB each'],
          rows: [[String(idle.sockets), figure(idle.corePercent), figure(idle.kilobytesEach)]],
        },
      },
      {
        caption: 'Milliseconds of 500 joins within a second',
        table: {
          columns: ['', ...summaryColumns],
          rows: [
            ['room for all: the offer', ...summaryCells(joins)],
            ['room for 100: the offer', ...summaryCells(crowded.served)],
            ['room for 100: refused, with the time to try again', ...summaryCells(crowded.refused)],
          ],
        },
      },
      ...(signIns === undefined
        ? []
        : [
            {
              caption: 'Milliseconds of 50 sign-ins with a password, one at a time',
              table: {
                columns: ['', ...summaryColumns],
                rows: [['Argon2id included', ...summaryCells(signIns)]],
              },
            },
          ]),
      ...(oneCamera === undefined
        ? []
        : [
            {
              caption:
                'Windows that show the sub-stream of one camera (640x360, 15 pictures and 500 kbit a second)',
              table: {
                columns: ['windows', '% of a core', 'Mbit/s', 'share of pictures', 'lost in the engine'],
                rows: [
                  [
                    ...[String(oneCamera.viewers), figure(oneCamera.cpuPercent)],
                    ...[figure(oneCamera.megabitsPerSecond), String(oneCamera.shareOfPictures)],
                    String(oneCamera.lost),
                  ],
                ],
              },
            },
          ]),
    ],
  };
}
