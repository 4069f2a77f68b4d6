import { SvelteMap } from 'svelte/reactivity';
import type { Clip, ClipEvent, Recording } from '../../main/contract/clip.ts';
import { endedWords } from './clip-words.ts';

/** What was kept and is being recorded, as of the engine's last message; kept while the engine is away. */
export class ClipMirror {
  readonly #clips = new SvelteMap<string, Clip>();
  #recordings = $state.raw<readonly Recording[]>([]);
  #usedBytes = $state(0);

  /** The newest first. */
  readonly clips: readonly Clip[] = $derived([...this.#clips.values()].sort((a, b) => b.savedAt - a.savedAt));
  /** By camera. */
  readonly recordings: ReadonlyMap<string, Recording> = $derived(
    new Map(this.#recordings.map((recording) => [recording.cameraId, recording])),
  );

  /** How much room all clips take, also those that are not seen here. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** @returns words for a person, where something has ended by itself; else null */
  apply(event: ClipEvent): string | null {
    if ('usedBytes' in event) this.#usedBytes = event.usedBytes;
    switch (event.type) {
      case 'snapshot':
        this.#clips.clear();
        for (const clip of event.clips) this.#clips.set(clip.id, clip);
        this.#recordings = event.recordings;
        return null;
      case 'clip':
        this.#clips.set(event.clip.id, event.clip);
        return null;
      case 'removed':
        this.#clips.delete(event.id);
        return null;
      case 'recordings':
        this.#recordings = event.recordings;
        return null;
      case 'ended':
        return endedWords(event);
      default:
        return event satisfies never;
    }
  }
}
