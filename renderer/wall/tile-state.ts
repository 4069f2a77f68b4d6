import type { StreamStatus } from '../../main/contract/camera.ts';
import { codecWords, type VideoCodec } from '../../main/contract/codecs.ts';
import type { Picture } from '../playback/slot.svelte.ts';
import { editableErrors, errorWords } from './error-words.ts';

export type TileStateName = 'live' | 'connecting' | 'stale' | 'waiting' | 'empty' | 'offline';

/** What a tile says of itself. */
export interface TileState {
  readonly name: TileStateName;
  /** The state in a few words. */
  readonly words: string;
  /** Why, and what to do about it; null when the words say it all. */
  readonly reason: string | null;
  readonly advice: string | null;
  /** Whether changing the camera may put it right. */
  readonly editable: boolean;
}

export interface TileFacts {
  readonly hasCamera: boolean;
  readonly linked: boolean;
  /** Whether the engine has a viewer for this window. */
  readonly viewerOpen: boolean;
  /** Why it has none, in the engine's words, when it refuses one. */
  readonly viewerRefusal: string | null;
  /** Of the stream that the tile shows; undefined while the engine has said nothing of it. */
  readonly status: StreamStatus | undefined;
  readonly picture: Picture;
  /** The format of its pictures when this computer can show them in no way. */
  readonly unshowable: VideoCodec | null;
  /** Of `performance.now()`; null when there was no frame. */
  readonly lastFrameAt: number | null;
  /** Milliseconds since 1970, as the times in `status`. */
  readonly time: number;
  /** Of `performance.now()`. */
  readonly monotonic: number;
}

/** A key frame may be this far away before a word is lost about it. */
const patienceMilliseconds = 3_000;

/**
 * The state of a tile. `live` only when the engine receives the camera and frames are being shown: a picture that
 * stands still is never called live.
 */
export function tileState(facts: TileFacts): TileState {
  const { status } = facts;
  if (!facts.hasCamera) return state('empty', 'Empty');
  if (!facts.linked) return state('offline', 'Connection to Gatehouse lost', pictureAge(facts));
  if (!facts.viewerOpen && facts.viewerRefusal !== null) {
    const words =
      facts.lastFrameAt === null
        ? 'No pictures in this window'
        : `No picture for ${age(facts, facts.lastFrameAt)}`;
    return state('stale', words, facts.viewerRefusal);
  }
  if (status === undefined) return state('connecting', 'Connecting…');
  switch (status.state) {
    case 'idle':
    case 'standby':
    case 'connecting':
      return state('connecting', 'Connecting…', facts.picture === 'none' ? null : pictureAge(facts));
    case 'waiting': {
      const { code } = status.error;
      const { brief, reason, advice } = errorWords[code];
      const words = `${brief} · ${retryWords(status.until, facts.time)}`;
      return { name: 'waiting', words, reason, advice, editable: editableErrors.has(code) };
    }
    case 'playing':
      if (facts.unshowable !== null) return unshowableState(facts.unshowable);
      if (facts.picture === 'arriving') return state('live', 'Live');
      if (!facts.viewerOpen) return silent(facts, 'The picture connection is being opened again.');
      return silent(facts, null);
    default:
      return status satisfies never;
  }
}

/** The camera sends, and this computer has no decoder. */
function unshowableState(codec: VideoCodec): TileState {
  const name = codecWords[codec];
  return {
    name: 'waiting',
    words: `${name} cannot be shown here`,
    reason: `The camera sends ${name}, and this computer has no decoder for it.`,
    advice: 'Set the camera to H.264, give it a second stream in H.264, or use a computer that decodes it.',
    editable: true,
  };
}

/** What a large tile says that shows the small stream. @param codec of the main stream */
export function replacedWords(codec: VideoCodec): string {
  return `Main stream is ${codecWords[codec]}, which this computer cannot show: showing the small one.`;
}

/** When the next attempt is. @param until and @param time milliseconds since 1970 */
function retryWords(until: number, time: number): string {
  const seconds = Math.ceil((until - time) / 1_000);
  if (seconds <= 0) return 'trying again';
  return seconds < 100 ? `trying again in ${seconds} s` : `trying again in ${Math.ceil(seconds / 60)} min`;
}

/** The engine receives the camera, but no frame reaches the screen. */
function silent(facts: TileFacts, reason: string | null): TileState {
  if (facts.lastFrameAt !== null)
    return state('stale', `No picture for ${age(facts, facts.lastFrameAt)}`, reason);
  const since = facts.status?.state === 'playing' ? facts.time - facts.status.since : 0;
  if (since < patienceMilliseconds) return state('connecting', 'Connecting…');
  return state(
    'connecting',
    'Waiting for a picture…',
    reason ?? 'The camera sends a full picture only now and then.',
  );
}

function pictureAge(facts: TileFacts): string | null {
  return facts.lastFrameAt === null ? null : `Last picture ${age(facts, facts.lastFrameAt)} ago.`;
}

/** @param at of `performance.now()` */
function age(facts: TileFacts, at: number): string {
  const seconds = Math.max(0, Math.floor((facts.monotonic - at) / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function state(
  name: TileStateName,
  words: string,
  reason: string | null = null,
  advice: string | null = null,
): TileState {
  return { name, words, reason, advice, editable: false };
}
