import type { H265Support, ViewerEvent } from '../../main/contract/viewer.ts';
import type { EngineClient } from '../link/engine-client.ts';
import { h265Support } from './h265-support.ts';
import { loadSlotCount } from './slot-memory.ts';

/** A viewer that the page's first script has asked for: the engine makes its offer while the console is being evaluated. */
export interface EarlyViewer {
  readonly slots: number;
  readonly h265: H265Support;
  readonly events: Promise<AsyncIterable<ViewerEvent>>;
  /** Ends it. */
  readonly close: () => void;
}

/** Opens it as soon as there is a client. @returns null in a browser that has not shown pictures before */
export async function openEarlyViewer(client: Promise<EngineClient>): Promise<EarlyViewer | null> {
  const slots = loadSlotCount();
  if (slots === null) return null;
  const [h265, { viewer }] = await Promise.all([h265Support(), client]);
  const ending = new AbortController();
  const events = viewer.open({ slots, h265 }, { signal: ending.signal });
  // Whoever takes it hears of it.
  events.catch(() => {});
  return { slots, h265, events, close: () => ending.abort() };
}
