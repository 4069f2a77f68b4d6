import type { BudgetFigures, PageFigures } from '../budget.ts';
import type { Report } from './report.ts';
import { figure } from './table.ts';

export function budgetReport({
  walls,
  page,
}: {
  readonly walls: readonly BudgetFigures[];
  readonly page: PageFigures;
}): Report {
  return {
    title: 'More tiles than the computer can decode',
    words: [
      'A window of 1280x720 with 100 cameras of 640x360 at 15 pictures a second and a key frame every 2 s, one tile selected, after it has come to rest; engine and Chromium share so many cores, and the cameras send from outside them where there are others. The oldest picture is that of any tile that calls itself live. Below, what the page’s own thread computes on a steady wall. (`tests/bench/budget.ts`)',
    ],
    plots: [],
    tables: [
      {
        caption: 'Delay and age in milliseconds, CPU of one core',
        table: {
          columns: [
            'tiles',
            'cores',
            'live',
            'key frames',
            'seldom',
            'fps selected',
            'its delay median',
            'p95',
            'oldest picture',
            'engine',
            'Chromium',
          ],
          rows: walls.map(({ selected, ...wall }) => [
            String(wall.tiles),
            String(wall.cores),
            String(wall.live),
            String(wall.reduced - wall.seldom),
            String(wall.seldom),
            figure(selected.framesPerSecond),
            figure(selected.delay.median),
            figure(selected.delay.p95),
            figure(wall.oldest),
            `${figure(wall.enginePercent)} %`,
            `${figure(wall.chromiumPercent)} %`,
          ]),
        },
      },
      {
        caption: `The page’s thread over ${page.seconds} s, % of one core`,
        table: {
          columns: ['tiles', 'script', 'layout', 'style', 'together'],
          rows: [[String(page.tiles), ...[page.script, page.layout, page.style, page.together].map(figure)]],
        },
      },
    ],
  };
}
