import { gt } from 'semver';
import { GatehouseError } from '../../base/gatehouse-error.ts';
import type { FeedSource } from './feed-source.ts';
import { type Feed, maximumFeedBytes, maximumSignatureBytes, readSignedFeed } from './signed-feed.ts';
import type { UpdateMemory } from './update-memory.ts';

export interface UpdateCheck {
  readonly source: FeedSource;
  /** Of the feed for this system. */
  readonly feedName: string;
  /** As PEM. */
  readonly publicKey: string;
  readonly memory: UpdateMemory;
  /** Of this Gatehouse. */
  readonly running: string;
}

/**
 * Fetches the feed and checks its signature and its version.
 * @returns `isNewer`: whether it offers more than what runs
 * @throws GatehouseError update-refused
 */
export async function checkFeed(
  { source, feedName, publicKey, memory, running }: UpdateCheck,
  signal: AbortSignal,
): Promise<{ readonly feed: Feed; readonly isNewer: boolean }> {
  // The signature first: a feed that has none is not even fetched.
  const signature = await source.read(`${feedName}.sig`, maximumSignatureBytes, signal);
  const bytes = await source.read(feedName, maximumFeedBytes, signal);
  const feed = readSignedFeed(bytes, signature.toString('latin1'), publicKey);
  return { feed, isNewer: admit(feed.version, running, memory) };
}

/**
 * Versions only rise: a signed feed of yesterday, with a hole that is closed today, must not come back.
 * @param offered of a feed whose signature is right; kept when it is the highest so far
 * @returns whether it is newer than the running one
 * @throws GatehouseError update-refused
 */
function admit(offered: string, running: string, memory: UpdateMemory): boolean {
  const { highest } = memory;
  if (gt(running, offered)) {
    throw refused(`it offers version ${offered}, which is older than this one (${running})`);
  }
  if (highest !== null && gt(highest, offered)) {
    throw refused(`it offers version ${offered}, but has offered ${highest} before: versions only rise`);
  }
  memory.saveHighest(offered);
  return gt(offered, running);
}

function refused(why: string): GatehouseError {
  return new GatehouseError('update-refused', `The update feed was refused: ${why}.`);
}
