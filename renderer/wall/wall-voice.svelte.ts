/** Tells those who hear the wall which pictures are lost and which are back: once each, and many together as a number. */
export class WallVoice {
  #said = $state('');
  readonly #lost = new Map<number, string>();
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
    const now = trouble === null ? undefined : `${camera}: ${inSentence(trouble)}`;
    if (now === before) return;
    if (now === undefined) this.#lost.delete(tile);
    else this.#lost.set(tile, now);
    // Another camera came into the tile: that the one before was lost is no news of this one.
    if (now === undefined && before?.startsWith(`${camera}: `) !== true) return;
    this.#news.push(now ?? `${camera}: live again`);
    if (this.#news.length === 1) queueMicrotask(() => this.#say());
  }

  #say(): void {
    const [first = ''] = this.#news;
    const lost = this.#lost.size;
    const all = lost === 0 ? 'All pictures are live again' : `${lost} pictures are not live`;
    this.#said = this.#news.length === 1 ? first : all;
    this.#news = [];
  }
}

/** With a small first letter, unless it begins a name such as H.265. */
function inSentence(words: string): string {
  return words.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}
