import type { Browser } from 'playwright-core';
import type { EngineDiscoveryOptions } from '../../main/engine/start-discovery.ts';
import { addSite } from '../support/adding-scene.ts';
import { consoleUrl, openPage, startConsole } from '../support/console-window.ts';
import { type Summary, summarize } from './statistics.ts';

const runs = 3;
const cameraCount = 64;

/** Adding 64 cameras that "Find cameras" has found, with ONVIF and one password. */
export interface AddingFigures {
  /** What the person does. */
  readonly keys: number;
  readonly clicks: number;
  /** How long that takes by the keystroke-level model, without waiting: seconds. */
  readonly personSeconds: number;
  /** From opening the dialog until all are listed: milliseconds. */
  readonly found: Summary;
  /** From the last key until all are stored: milliseconds. */
  readonly added: Summary;
}

/** Engine and cameras share one process here: the machine is slower than it would be. */
export async function measureAdding(browser: Browser): Promise<AddingFigures> {
  const found: number[] = [];
  const added: number[] = [];
  let person = { keys: 0, clicks: 0, seconds: 0 };
  for (let run = 0; run < runs; run++) {
    await using owned = new AsyncDisposableStack();
    const open = async (discovery: EngineDiscoveryOptions) => {
      const engine = await startConsole(owned, [], discovery);
      return { engine, ...(await openPage(owned, browser, consoleUrl(engine))) };
    };
    const site = await addSite(owned, open, cameraCount);
    found.push(site.found);
    added.push(site.added);
    person = site.person;
  }
  return {
    keys: person.keys,
    clicks: person.clicks,
    personSeconds: Math.round(person.seconds * 10) / 10,
    found: summarize(found),
    added: summarize(added),
  };
}
