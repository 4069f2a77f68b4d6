import { ORPCError } from '@orpc/client';
import type { Camera } from '../../main/contract/camera.ts';
import { m } from '../language/messages.ts';
import { callFailure, notLinked } from '../link/call-error.ts';
import type { Station } from '../state/station.svelte.ts';
import { endMissingWords, lengthWords } from './clip-words.ts';
import { keepPicture } from './snapshot.ts';

/** What one key keeps. */
export const lastSeconds = 30;

/** Keeps what the selected tile shows, or has shown: what its keys and buttons do. */
export class Keeping {
  readonly #station: Station;

  constructor(station: Station) {
    this.#station = station;
  }

  /** The last seconds; where somebody looks back, those before the moment that is shown. */
  async last(): Promise<void> {
    const camera = this.#camera('replay');
    if (camera === null) return;
    const ago = this.#ago();
    const saved = await this.#station.try((client) =>
      client.clips.saveLast({ cameraId: camera.id, seconds: lastSeconds, ago }),
    );
    if (saved === undefined) return;
    const { milliseconds, sound } = saved.answer;
    const kept = { number: camera.number, length: lengthWords(milliseconds) };
    this.#station.toasts.tell(
      sound === null ? m.clips_kept_last_without_sound(kept) : m.clips_kept_last_with_sound(kept),
    );
  }

  /** A picture of what is shown, as a PNG. */
  async picture(): Promise<void> {
    const ago = this.#ago();
    const camera = this.#camera(ago === 0 ? 'live' : 'replay');
    if (camera === null) return;
    const { toasts, client } = this.#station;
    if (client === null) return toasts.fail(notLinked.message);
    try {
      const { width, height } = await keepPicture(client, camera, ago);
      toasts.tell(m.clips_kept_picture({ number: camera.number, width, height }));
    } catch (error) {
      toasts.fail(
        error instanceof ORPCError
          ? (await callFailure(error)).message
          : m.clips_kept_no_picture({ number: camera.number }),
      );
    }
  }

  /** Begins to record, or ends it. */
  async toggleRecording(): Promise<void> {
    const camera = this.#camera('live');
    if (camera === null) return;
    const { clips, toasts } = this.#station;
    const recording = clips.recordings.get(camera.id);
    if (recording === undefined) {
      await this.#station.try((client) => client.clips.record({ cameraId: camera.id }));
      return;
    }
    const saved = await this.#station.try((client) => client.clips.endRecording({ id: recording.id }));
    if (saved === undefined) return;
    const { milliseconds, sound, endMissing } = saved.answer;
    const recorded = { number: camera.number, length: lengthWords(milliseconds) };
    const words =
      sound === null ? m.clips_recorded_without_sound(recorded) : m.clips_recorded_with_sound(recorded);
    if (endMissing) toasts.fail(`${words} ${endMissingWords(saved.answer)}`);
    else toasts.tell(words);
  }

  /** Of the selected tile, where it may be kept; what may not is said. */
  #camera(right: 'live' | 'replay'): Camera | null {
    const { wall } = this.#station;
    const camera = wall.selectedCamera;
    if (camera === null) {
      this.#station.toasts.tell(m.clips_select_first());
      return null;
    }
    if (this.#station.mayWith(camera, 'keep-clips') && this.#station.mayWith(camera, right)) return camera;
    this.#station.refuse();
    return null;
  }

  /** How long ago the picture was received that is shown, milliseconds. */
  #ago(): number {
    const { wall, playback, stage } = this.#station;
    const tile = wall.selected ?? wall.maximised ?? 0;
    const replay = playback.slot(stage.shown(tile))?.replay ?? null;
    if (replay === null) return 0;
    const { position, at } = replay;
    return position.speed === 0 ? position.ago + performance.now() - at : position.ago;
  }
}
