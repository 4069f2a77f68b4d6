import type { Clip } from '../../main/contract/clip.ts';
import { m } from '../language/messages.ts';
import { callFailure } from '../link/call-error.ts';
import { pause } from '../link/pause.ts';
import { saveFile } from '../state/save-file.ts';
import type { Station } from '../state/station.svelte.ts';
import { type BegunExport, forgetBegun, keepBegun, settleLost } from './begun-exports.ts';
import {
  canChooseFolder,
  chooseFolder,
  exportAsZip,
  exportToFolder,
  folderFailure,
  isWhole,
  mayWrite,
  removeExport,
} from './clip-export.ts';

/** Somebody who comes back and unlocks the console waits for no more than this. */
const lookMilliseconds = 500;

/** An export that is being written. */
interface Running {
  /** How much of it is done, 0 … 1. */
  readonly share: number;
  readonly stop: () => void;
}

/** What is taken along, one export at a time: it goes on when the list of clips is closed, and is not lost sight of with its page. */
export class ClipExports {
  readonly #station: Station;
  #running = $state.raw<Running | null>(null);
  #lost = $state.raw<readonly BegunExport[]>([]);

  constructor(station: Station) {
    this.#station = station;
  }

  /** Null: there is none. */
  get running(): Running | null {
    return this.#running;
  }

  /** Those that ended before they were whole, and whose folders are there still: the browser asks first, or the stick is not there. */
  get lost(): readonly BegunExport[] {
    return this.#lost;
  }

  /** While an export runs the browser asks before the page is left. For an effect. */
  guard(): (() => void) | undefined {
    // The desktop's windows ask nobody: it would only keep them from closing.
    if (this.#running === null || window.gatehouse?.desktop === true) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }

  /** Removes what pages have left half there, as far as the browser lets it without asking, and says so. */
  async settleLost(): Promise<void> {
    if (!canChooseFolder()) return;
    const lost: BegunExport[] = [];
    await settleLost(async (begun) => {
      try {
        if (await mayWrite(begun.parent)) return await this.#settle(begun);
      } catch {
        // A stick that is not there now is there later, perhaps.
      }
      lost.push(begun);
      return false;
    });
    this.#lost = lost;
    for (const begun of lost) this.#station.toasts.fail(m.clips_export_lost({ folder: placeOf(begun) }));
  }

  /** When a person has asked for it: the browser may ask them for the folder. @returns whether it is gone */
  async removeLost({ id }: BegunExport): Promise<boolean> {
    let isGone = false;
    await settleLost(async (begun) => {
      if (begun.id !== id) return false;
      try {
        if (await mayWrite(begun.parent, 'ask')) isGone = await this.#settle(begun);
        else this.#station.toasts.fail(m.clips_folder_not_removed({ folder: placeOf(begun) }));
      } catch {
        this.#station.toasts.fail(m.clips_folder_not_removed({ folder: placeOf(begun) }));
      }
      return isGone;
    });
    if (isGone) this.#lost = this.#lost.filter((begun) => begun.id !== id);
    return isGone;
  }

  /** What is left of it stays where it is, and is spoken of no more. */
  async leaveLost({ id }: BegunExport): Promise<void> {
    await forgetBegun(id);
    this.#lost = this.#lost.filter((begun) => begun.id !== id);
  }

  /** Clips, with what proves that they were not changed. @returns whether they were exported */
  async export(clips: readonly Clip[]): Promise<boolean> {
    const { client, toasts } = this.#station;
    if (client === null || clips.length === 0) return false;
    const stopped = new AbortController();
    const onProgress = (share: number) => {
      this.#running = { share, stop: () => stopped.abort() };
    };
    const untilUnlocked = async () => {
      do await pause(lookMilliseconds, stopped.signal);
      while (this.#station.locked && !stopped.signal.aborted);
      stopped.signal.throwIfAborted();
    };
    onProgress(0);
    let begun: BegunExport | null = null;
    let isLost = false;
    let end: Awaited<ReturnType<typeof keepBegun>> = async () => {};
    try {
      const parent = canChooseFolder() ? await chooseFolder() : null;
      if (parent === undefined) return false;
      if (parent === null) {
        const zip = await exportAsZip(client, clips, stopped.signal, { onProgress, untilUnlocked });
        saveFile(new File([zip], `gatehouse-clips-${new Date().toISOString().slice(0, 10)}.zip`));
        return true;
      }
      const onFolder = async (folder: string) => {
        const clipIds = clips.map(({ id }) => id);
        begun = { id: crypto.randomUUID(), parent, folder, clipIds };
        end = await keepBegun(begun);
      };
      const onLost = () => {
        isLost = true;
      };
      const watch = { onFolder, onLost, onProgress, untilUnlocked };
      const folder = await exportToFolder(client, clips, parent, stopped.signal, watch);
      toasts.tell(m.clips_exported({ count: clips.length, folder: placeOf({ parent, folder }) }));
      return true;
    } catch (error) {
      if (stopped.signal.aborted) toasts.tell(m.clips_export_stopped());
      else
        toasts.fail(
          folderFailure(error) ?? m.clips_export_failed({ reason: (await callFailure(error)).message }),
        );
      return false;
    } finally {
      await end(isLost ? 'lost' : undefined);
      if (isLost && begun !== null) this.#lost = [...this.#lost, begun];
      this.#running = null;
    }
  }

  async #settle(begun: BegunExport): Promise<boolean> {
    if (await isWhole(begun.parent, begun.folder)) return true;
    await removeExport(begun.parent, begun.folder);
    this.#station.toasts.fail(m.clips_export_removed({ folder: placeOf(begun) }));
    return true;
  }
}

/** Where it is, for a person. */
export function placeOf({ parent, folder }: Pick<BegunExport, 'parent' | 'folder'>): string {
  return parent.name === '' ? folder : `${parent.name}/${folder}`;
}
