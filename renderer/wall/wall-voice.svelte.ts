import { inSentence } from '../language/formats.ts';
import { m } from '../language/messages.ts';
/** Tells those who hear the wall which pictures are lost and which are back: once each, and many together as a number. */
export class WallVoice {
  #said = $state('');
  readonly #lost = new Map<number, { readonly camera: string; readonly trouble: string }>();
  #news: string[] = [];

  /** What is said, for a live region. */
  get said(): string {
    return this.#said;
  }

  /**
   * How a tile is.
   * @param camera its name, or null where there is none
   * @param trouble what is wrong in a few words; null: nothing; undefined: nobody knows yet
   */
  tell(tile: number, camera: string | null, trouble: string | null | undefined): void {
    const before = this.#lost.get(tile);
    if (camera === null) this.#lost.delete(tile);
    if (camera === null || trouble === undefined) return;
    if (trouble === null) {
      this.#lost.delete(tile);
      // Another camera came into the tile: that the one before was lost is no news of this one.
      if (before?.camera !== camera) return;
      this.#news.push(m.wall_voice_back({ camera }));
    } else {
      if (before?.camera === camera && before.trouble === trouble) return;
      this.#lost.set(tile, { camera, trouble });
      this.#news.push(m.wall_voice_trouble({ camera, trouble: inSentence(trouble) }));
    }
    if (this.#news.length === 1) queueMicrotask(() => this.#say());
  }

  #say(): void {
    const [first = ''] = this.#news;
    const lost = this.#lost.size;
    const all = lost === 0 ? m.wall_voice_all_back() : m.wall_voice_lost({ count: lost });
    this.#said = this.#news.length === 1 ? first : all;
    this.#news = [];
  }
}
