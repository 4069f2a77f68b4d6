import { type Camera, isPublished } from '../../main/contract/camera.ts';
import type { Share, ShareKind } from '../../main/contract/share.ts';
import { m } from '../language/messages.ts';
import { Form } from '../shell/form.svelte.ts';
import type { Station } from '../state/station.svelte.ts';

/** How long a share lasts, in hours. */
export const durations = { day: 24, week: 7 * 24, month: 30 * 24, year: 365 * 24 } as const;

/** The shares of one camera, and a new one. */
export class ShareForm extends Form {
  readonly #station: Station;
  readonly #cameraId: string;
  /** Whether somebody sends to the camera here, and a phone may be asked to. */
  readonly isPublished: boolean;
  kind = $state<ShareKind>('watch');
  name = $state('');
  duration = $state<keyof typeof durations>('week');
  sound = $state(false);
  /** Undefined until the engine has answered. */
  shares = $state.raw<readonly Share[]>();
  /** Of the camera; null: this console serves no players. */
  endpoint = $state.raw<string | null>(null);
  /** Of the page with which a phone sends; null: there is none here. */
  publishPage = $state.raw<string | null>(null);
  /** Of the share that was just made: it is never shown again. */
  made = $state.raw<{ readonly kind: ShareKind; readonly sound: boolean; readonly token: string } | null>(
    null,
  );

  constructor(station: Station, camera: Camera) {
    super();
    this.#station = station;
    this.#cameraId = camera.id;
    this.isPublished = isPublished(camera);
    if (this.isPublished) this.kind = 'publish';
  }

  /** Where nobody could use what would be made; null: it can be used. */
  get obstacle(): string | null {
    if (this.shares === undefined || this.made !== null) return null;
    if (this.kind === 'watch' && this.endpoint === null) return m.cameras_share_no_players();
    if (this.kind === 'publish' && this.publishPage === null) return m.cameras_share_no_phones();
    return null;
  }

  async load(): Promise<void> {
    const result = await this.#station.ask((client) => client.shares.list({ cameraId: this.#cameraId }));
    if (result.failure !== null) {
      this.refuse('', result.failure.message);
      return;
    }
    this.shares = result.answer.shares;
    this.endpoint = result.answer.endpoint;
    this.publishPage = result.answer.publishPage;
  }

  async make(): Promise<void> {
    const { kind, sound } = this;
    const input = {
      cameraId: this.#cameraId,
      kind,
      name: this.name,
      hours: durations[this.duration],
      sound,
    };
    const made = await this.send(this.#station, '', (client) => client.shares.add(input));
    if (made === undefined) return;
    this.made = { kind, sound, token: made.answer.token };
    this.name = '';
    await this.load();
  }

  async end(id: string): Promise<void> {
    this.clear();
    const { failure } = await this.#station.ask((client) => client.shares.remove({ id }));
    if (failure !== null && failure.code !== 'not-found') this.refuse('', failure.message);
    await this.load();
  }
}

/** Who watches or sends by a share, for a person. */
export function shareWords({ kind, sessions, sound }: Share): string {
  if (kind === 'publish') {
    const sender = sessions === 0 ? m.cameras_share_not_sending() : m.cameras_share_sending();
    return sound ? m.cameras_share_with_sound({ use: sender }) : sender;
  }
  const watchers =
    sessions === 0 ? m.cameras_share_nobody_watches() : m.cameras_share_watchers({ count: sessions });
  return sound ? m.cameras_share_with_sound({ use: watchers }) : watchers;
}
