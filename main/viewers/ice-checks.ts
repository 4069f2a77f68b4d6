import type { Candidate } from 'werift';

/** Between two checks: shorter than Ta of RFC 8445 section 14.2, as both sides are mostly on one local network. */
const paceMilliseconds = 20;
/** What werift puts into its queue when a way is nominated. */
const completed = 1;

/** Of werift's ICE agent: what its checks are made of. */
export interface CheckingAgent {
  readonly state: string;
  readonly remoteCandidates: readonly Candidate[];
  readonly checkList: readonly { readonly handle?: { resolve?(): void } | undefined }[];
  readonly checkListState: { get(): Promise<number> };
  readonly earlyChecks: unknown[][];
  earlyChecksDone: boolean;
  pairRemoteCandidate(candidate: Candidate): void;
  sortCheckList(): void;
  unfreezeInitial(): void;
  checkIncoming(...check: unknown[]): void;
  /** Begins the next check, if there is one. */
  schedulingChecks(): boolean;
  queryConsent(): void;
  setState(state: 'connected'): void;
}

/**
 * Looks for a way until one is nominated, and says so in that moment. werift's own `connect` sleeps between its checks and looks
 * at what came of them only then: with a few candidates 60 ms after the nomination, in which the browser already waits for DTLS.
 * @throws Error when the agent is closed
 */
export async function findWay(agent: CheckingAgent): Promise<void> {
  for (const candidate of agent.remoteCandidates) agent.pairRemoteCandidate(candidate);
  agent.sortCheckList();
  agent.unfreezeInitial();
  for (const check of agent.earlyChecks.splice(0)) agent.checkIncoming(...check);
  agent.earlyChecksDone = true;
  const { checkListState } = agent;
  const checking = setInterval(() => {
    // A restart has begun another search, and nobody waits for the end of this one.
    if (agent.checkListState !== checkListState) clearInterval(checking);
    else agent.schedulingChecks();
  }, paceMilliseconds);
  agent.schedulingChecks();
  try {
    // All of them failed: the window may know more, or check by itself.
    while ((await checkListState.get()) !== completed) {
      if (agent.state === 'closed') throw new Error('The connection was closed before a way was found.');
    }
  } finally {
    clearInterval(checking);
  }
  for (const { handle } of agent.checkList) handle?.resolve?.();
  agent.queryConsent();
  agent.setState('connected');
}
