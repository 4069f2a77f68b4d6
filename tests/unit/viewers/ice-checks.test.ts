import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type CheckingAgent, findWay } from '../../../main/viewers/ice-checks.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What werift puts into its queue. */
const [completed, failed] = [1, 2];

function queue() {
  const waiting: ((what: number) => void)[] = [];
  return {
    get: () => new Promise<number>((resolve) => waiting.push(resolve)),
    put: (what: number) => waiting.shift()?.(what),
  };
}

function scene() {
  const states: string[] = [];
  const counts = { checks: 0, pending: 0 };
  const first = queue();
  const agent: { -readonly [Key in keyof CheckingAgent]: CheckingAgent[Key] } = {
    state: 'new',
    remoteCandidates: [],
    checkList: [{ handle: { resolve: () => void counts.pending++ } }, {}],
    checkListState: first,
    earlyChecks: [['message', ['127.0.0.1', 9], 'protocol', 'raw']],
    earlyChecksDone: false,
    pairRemoteCandidate: () => {},
    sortCheckList: () => {},
    unfreezeInitial: () => {},
    checkIncoming: (...check) => void states.push(`early ${check.length}`),
    schedulingChecks: () => {
      counts.checks++;
      return true;
    },
    queryConsent: () => void states.push('consent'),
    setState: (state) => void states.push(state),
  };
  return { agent, states, counts, put: first.put };
}

test('a way is known in the moment of its nomination, and no check goes out after it', async () => {
  const { agent, states, counts, put } = scene();
  const finding = findWay(agent);
  expect(states).toEqual(['early 4']);
  expect(agent.earlyChecksDone).toBe(true);
  await vi.advanceTimersByTimeAsync(45);
  expect(counts.checks).toBe(3);
  put(completed);
  await finding;
  expect(states).toEqual(['early 4', 'consent', 'connected']);
  expect(counts.pending).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('when all checks failed the window may still find a way by itself', async () => {
  const { agent, states, put } = scene();
  const finding = findWay(agent);
  put(failed);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(states).not.toContain('connected');
  put(completed);
  await finding;
  expect(states).toContain('connected');
});

test('an agent that is closed ends the search', async () => {
  const { agent, put } = scene();
  const finding = findWay(agent);
  agent.state = 'closed';
  put(failed);
  await expect(finding).rejects.toThrow(/closed/);
  expect(vi.getTimerCount()).toBe(0);
});

test('a restart ends the checks of the search before it', async () => {
  const { agent, counts } = scene();
  void findWay(agent);
  agent.checkListState = queue();
  await vi.advanceTimersByTimeAsync(100);
  expect(counts.checks).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});
