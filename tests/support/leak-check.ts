import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import v8 from 'node:v8';
import { afterAll, beforeAll, vi } from 'vitest';

/*
 * Every suite fails on what it leaves open: sockets, servers, timers, child processes, files. Compared with what was open
 * before the file's first test, after a moment in which closing may finish.
 */

/** A busy machine closes slowly, and this is waited for only where something is left. */
const settleMilliseconds = 20_000;
const lookMilliseconds = 50;
/** Kinds that come and go by themselves: lookups and file operations in flight end, and the test runner has its own pipes. */
const ignored = new Set([
  'Immediate',
  'PipeWrap',
  'TTYWrap',
  'FSReqPromise',
  'FSReqCallback',
  'CloseReq',
  'MessagePort',
]);

function openResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (!ignored.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  for (const file of openFiles()) counts.set(file, (counts.get(file) ?? 0) + 1);
  return counts;
}

/** Linux tells which files a process has open; elsewhere they are not looked at. */
function openFiles(): string[] {
  const folder = '/proc/self/fd';
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((descriptor) => {
    try {
      const target = readlinkSync(`${folder}/${descriptor}`);
      return target.startsWith('/') && !/^\/(dev|proc)\//.test(target) ? [target] : [];
    } catch {
      // The one that the listing itself used.
      return [];
    }
  });
}

function leaks(before: ReadonlyMap<string, number>): string[] {
  return [...openResources()]
    .filter(([kind, count]) => count > (before.get(kind) ?? 0))
    .map(([kind, count]) => `${count - (before.get(kind) ?? 0)} ${kind}`);
}

/** What tells whose a timer is: its milliseconds, and its function as far as that has a name. */
function waitingTimers(): string[] {
  const timer = setTimeout(() => {});
  clearTimeout(timer);
  return v8
    .queryObjects(timer.constructor as new () => unknown, { format: 'summary' })
    .filter((summary) => summary.includes('_destroyed: false') && /Symbol\(refed\)\]?: true/.test(summary))
    .map((summary) => {
      const value = (name: string) => new RegExp(`${name}: (.*?),?\n`).exec(summary)?.[1];
      return `${value('_onTimeout')} after ${value('_idleTimeout')} ms`;
    });
}

let before: Map<string, number>;

beforeAll(() => {
  before = openResources();
  // The runner has a short one of its own at this moment, which would hide one of the file's.
  before.delete('Timeout');
});

afterAll(async () => {
  vi.useRealTimers();
  const deadline = performance.now() + settleMilliseconds;
  while (leaks(before).length > 0 && performance.now() < deadline) {
    // Not counted itself: an unreferenced timer is no active resource.
    await delay(lookMilliseconds, undefined, { ref: false });
    await new Promise((resolve) => setImmediate(resolve));
  }
  const left = leaks(before);
  if (left.length === 0) return;
  const timers = left.some((kind) => kind.endsWith(' Timeout')) ? waitingTimers() : [];
  throw new Error(`left open after the last test: ${[...left, ...timers].join(', ')}`);
});
