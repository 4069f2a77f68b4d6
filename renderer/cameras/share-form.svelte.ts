import type { Share } from '../../main/contract/share.ts';
import type { Station } from '../state/station.svelte.ts';

/** How long a share lasts, in hours. */
export const durations = { day: 24, week: 7 * 24, month: 30 * 24, year: 365 * 24 } as const;

/** The shares of one camera, and a new one. */
export class ShareForm {
  readonly #station: Station;
  readonly #cameraId: string;
  name = $state('');
  duration = $state<keyof typeof durations>('week');
  sound = $state(false);
  /** Undefined until the engine has answered. */
  shares = $state.raw<readonly Share[]>();
  /** Of the camera; null: this console serves no players. */
  endpoint = $state.raw<string | null>(null);
  /** Of the share that was just made: it is never shown again. */
  token = $state.raw<string | null>(null);
  nameError = $state.raw<string>();
  failure = $state.raw('');
  busy = $state(false);

  constructor(station: Station, cameraId: string) {
    this.#station = station;
    this.#cameraId = cameraId;
  }

  async load(): Promise<void> {
    const result = await this.#station.ask((client) => client.shares.list({ cameraId: this.#cameraId }));
    if (result.failure !== null) {
      this.failure = result.failure.message;
      return;
    }
    this.shares = result.answer.shares;
    this.endpoint = result.answer.endpoint;
  }

  async make(): Promise<void> {
    this.busy = true;
    this.nameError = undefined;
    this.failure = '';
    const input = {
      cameraId: this.#cameraId,
      name: this.name,
      hours: durations[this.duration],
      sound: this.sound,
    };
    const result = await this.#station.ask((client) => client.shares.add(input));
    this.busy = false;
    if (result.failure !== null) {
      this.nameError = result.failure.issues.find(({ path }) => path === 'name')?.message;
      if (this.nameError === undefined) this.failure = result.failure.message;
      return;
    }
    this.token = result.answer.token;
    this.name = '';
    await this.load();
  }

  async end(id: string): Promise<void> {
    this.failure = '';
    const { failure } = await this.#station.ask((client) => client.shares.remove({ id }));
    if (failure !== null && failure.code !== 'not-found') this.failure = failure.message;
    await this.load();
  }
}

/** Who watches by a share, and until when, for a person. */
export function shareWords({ sessions, sound }: Share): string {
  const watchers =
    sessions === 0 ? 'nobody watches now' : sessions === 1 ? '1 watches now' : `${sessions} watch now`;
  return sound ? `${watchers}, with sound` : watchers;
}
