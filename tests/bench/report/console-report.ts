import type { AddingFigures } from '../adding-figures.ts';
import type { ConsoleFigures } from '../console-figures.ts';
import type { TourFigures } from '../console-tour.ts';
import type { SoakFigures } from '../console-walls.ts';
import type { DiscoveryFigures } from '../discovery-figures.ts';
import type { TaskCost } from '../task-trace.ts';
import type { Report } from './report.ts';
import { figure } from './table.ts';
import { summaryCells, summaryColumns } from './window-report.ts';

const consoleRows = {
  startEmpty: 'start of the engine, no cameras',
  startWith1000: 'start of the engine, 1,000 cameras',
  pageEmpty: 'console loaded, no cameras',
  pageWith1000: 'console loaded, 1,000 cameras',
  search: 'a letter typed into the search of 1,000 → what is found',
  scrollFrame: 'the list of 1,000 is scrolled: frame to frame',
  keyToSelection: 'a key → the selection moves',
  keyToLarge: 'a key → the tile is large, or small again',
  keyToPage: 'a key → the next cameras',
  keyToWall: 'a key → another wall',
  keyToList: 'a key → the list opens or closes',
  layoutSwitchAll25: 'a wall of 25 other cameras, connected already → all pictures',
  layoutSwitchTask: 'the page’s longest task at it (50: none is longer)',
  taskToOther64: 'a wall of 64 → 64 other cameras, connected already: the page’s longest task',
  taskTo1: 'the same, 64 → 1',
  taskFrom1: 'the same, 1 → 64',
  taskTo16: 'the same, 64 → 16',
  taskFrom16: 'the same, 16 → 64',
  taskToLarge: 'the same, a tile of 64 becomes large',
  taskFromLarge: 'the same, it becomes small again',
  keyAtLargeWall: 'a key at each of these → the first frame drawn after it',
  tourDelay: 'a tour of two walls of 64: after the time of a stop → the next one',
  tourChange: 'the change → all pictures of the new wall',
  tourTask: 'the page’s longest task in a stop of it',
} as const satisfies Partial<Record<keyof ConsoleFigures, string>>;

export function consoleReport(figures: ConsoleFigures): Report {
  const all = Object.entries(consoleRows) as [keyof typeof consoleRows, string][];
  // An older run did not measure all of them.
  const rows = all.filter(([key]) => key in figures);
  return {
    title: 'The console',
    words: [
      `What a person waits for, in Chromium. The list runs at ${figures.scrollFramesPerSecond} frames a second while it is scrolled. (\`tests/bench/console-*.ts\`)`,
      ...('taskCost' in figures ? [taskWords(figures.taskCost)] : []),
      ...('tourFrames' in figures ? [tourWords(figures.tourFrames)] : []),
    ],
    plots: [],
    tables: [
      {
        caption: 'Milliseconds',
        table: {
          columns: ['', ...summaryColumns],
          rows: rows.map(([key, name]) => [name, ...summaryCells(figures[key])]),
        },
      },
    ],
  };
}

/** The figures of which the browser tells are wall time: how much of it is the page's own work is not in them. */
function taskWords({ wall, cpu, threads }: TaskCost): string {
  return `A long task is mostly waiting where there is no GPU. Of one more change from 64 cameras to 64 others Chromium’s own trace was kept: its longest task took ${figure(wall)} ms, of which the page’s thread worked ${figure(cpu)} ms; meanwhile ${figure(threads)} other threads of its process had work to do, decoding and drawing, beside those of engine, cameras and compositor. (\`tests/bench/task-trace.ts\`)`;
}

function tourWords({ drawn, empty, composited, black }: TourFigures['tourFrames']): string {
  return `The tour goes to and fro between two walls of 64 cameras that are all connected, five seconds each, the next one loaded meanwhile. Of ${figure(drawn)} frames that the page drew, ${figure(empty)} had a tile without a picture; of ${figure(composited)} that Chromium composited around one change, ${figure(black)} had a black tile.`;
}

export function discoveryReport({ firstDevice, fiftyDevices }: DiscoveryFigures): Report {
  return {
    title: 'Finding cameras',
    words: ['On loopback, with nothing known before. (`tests/bench/discovery-figures.ts`)'],
    plots: [],
    tables: [
      {
        caption: 'Milliseconds from the opening of “Find cameras”',
        table: {
          columns: ['', ...summaryColumns],
          rows: [
            ['one device: it is listed', ...summaryCells(firstDevice)],
            ['50 devices: all are listed, with all they say', ...summaryCells(fiftyDevices)],
          ],
        },
      },
    ],
  };
}

export function addingReport({ keys, clicks, personSeconds, found, added }: AddingFigures): Report {
  return {
    title: 'Adding 64 cameras',
    words: [
      `With ONVIF and one password: ${keys} keys and ${clicks} clicks, ${personSeconds} s of a person by the keystroke-level model. (\`tests/bench/adding-figures.ts\`)`,
    ],
    plots: [],
    tables: [
      {
        caption: 'What the machine takes on top of that: milliseconds',
        table: {
          columns: ['', ...summaryColumns],
          rows: [
            ['until all are listed', ...summaryCells(found)],
            ['until all are stored', ...summaryCells(added)],
          ],
        },
      },
    ],
  };
}

export function soakReport({ switches, seconds, stock }: SoakFigures): Report {
  return {
    title: 'Switching layouts for long',
    words: [
      `${figure(switches)} switches between two walls of 25 cameras, in ${figure(seconds)} s, and what must not grow by it. It takes some minutes and runs only when it is named. (\`tests/bench/console-walls.ts\`)`,
    ],
    plots: [],
    tables: [
      {
        caption: 'After the garbage was collected',
        table: {
          columns: ['', 'before', 'after'],
          rows: Object.entries(stock).map(([name, { before, after }]) => [
            name,
            figure(before),
            figure(after),
          ]),
        },
      },
    ],
  };
}
