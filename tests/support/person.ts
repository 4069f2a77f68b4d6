import type { Locator, Page } from 'playwright-core';

/*
 * The keystroke-level model (Card, Moran and Newell 1980): an average typist takes 0.28 s a key, 1.1 s to point at something,
 * 0.1 s to press and let go of the button, 0.4 s for the way of the hand between keyboard and mouse; and thinks for 1.35 s
 * before each thing that is to be done.
 */
const keySeconds = 0.28;
const pointSeconds = 1.1;
const clickSeconds = 0.2;
const homeSeconds = 0.4;
const thinkSeconds = 1.35;

/** Does what a person does at a page, and counts it. */
export class Person {
  readonly #page: Page;
  #keys = 0;
  #clicks = 0;
  #thoughts = 0;
  #hand: 'keyboard' | 'mouse' = 'keyboard';
  #moves = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  get keys(): number {
    return this.#keys;
  }

  get clicks(): number {
    return this.#clicks;
  }

  /** By the model, without waiting for the machine. */
  get seconds(): number {
    return (
      this.#keys * keySeconds +
      this.#clicks * (pointSeconds + clickSeconds) +
      this.#moves * homeSeconds +
      this.#thoughts * thinkSeconds
    );
  }

  /** @param key as Playwright names it: `Shift+A` is two */
  async press(key: string): Promise<void> {
    this.#think('keyboard');
    this.#keys += key.split('+').length;
    await this.#page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    this.#think('keyboard');
    this.#keys += text.length;
    await this.#page.keyboard.type(text);
  }

  async click(what: Locator): Promise<void> {
    this.#think('mouse');
    this.#clicks++;
    await what.click();
  }

  #think(hand: 'keyboard' | 'mouse'): void {
    this.#thoughts++;
    if (hand !== this.#hand) this.#moves++;
    this.#hand = hand;
  }
}
