import type { CDPSession, Page } from 'playwright-core';

/** Beginning and end of tasks, and marks of the page; what they do is left out, since to note it takes time itself. */
const categories = ['toplevel', 'blink.user_timing'];
const taskName = 'ThreadControllerImpl::RunTask';
const mark = 'gatehouse traced';
/** A thread that has worked for less of a task's time took nothing from it that matters. */
const leastShare = 0.2;

/** The longest task of a page's own thread while something is done, as Chromium traces it. Milliseconds. */
export interface TaskCost {
  /** From its beginning to its end: what a person waits. */
  readonly wall: number;
  /** That the processor worked for it. The rest it waited for one of the cores. */
  readonly cpu: number;
  /** Other threads of the same process that had work to do for a fifth of that time or more. */
  readonly threads: number;
}

/** See the Trace Event Format: times are microseconds, `tdur` is of the thread's own clock. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
}

/** @throws Error when the page had no task at all */
export async function traceLongestTask(page: Page, act: () => Promise<void>): Promise<TaskCost> {
  const browser = page.context().browser();
  if (browser === null) throw new Error('the page has no browser');
  const devtools = await browser.newBrowserCDPSession();
  try {
    return longestOf(await trace(devtools, page, act));
  } finally {
    await devtools.detach();
  }
}

async function trace(devtools: CDPSession, page: Page, act: () => Promise<void>): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  devtools.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value as unknown as TraceEvent[]) events.push(event);
  });
  const complete = new Promise<void>((resolve) => {
    devtools.once('Tracing.tracingComplete', () => resolve());
  });
  const traceConfig = { includedCategories: categories, excludedCategories: ['*'] };
  await devtools.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig });
  // Names the page's own thread among all of the browser.
  await page.evaluate((name) => performance.mark(name), mark);
  await act();
  await devtools.send('Tracing.end');
  await complete;
  return events;
}

function longestOf(events: readonly TraceEvent[]): TaskCost {
  const begun = events.find(({ name }) => name === mark);
  const ofPage = events.filter(({ ph, pid, ts }) => ph === 'X' && pid === begun?.pid && ts > begun.ts);
  const tasks = ofPage.filter(({ tid, name }) => tid === begun?.tid && name === taskName);
  const [longest] = tasks.sort((a, b) => (b.dur ?? 0) - (a.dur ?? 0));
  if (longest === undefined) throw new Error('the trace has no task of the page');
  const { ts: from, dur: length = 0, tdur = 0, tid: own } = longest;
  const worked = new Map<number, number>();
  for (const { tid, ts, dur = 0 } of ofPage) {
    const within = Math.min(ts + dur, from + length) - Math.max(ts, from);
    // Of what lies within another event the time counts twice, which makes no thread of none.
    if (tid !== own && within > 0) worked.set(tid, (worked.get(tid) ?? 0) + within);
  }
  const threads = [...worked.values()].filter((time) => time > leastShare * length).length;
  return { wall: length / 1_000, cpu: tdur / 1_000, threads };
}
