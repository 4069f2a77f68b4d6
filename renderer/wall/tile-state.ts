import type { Missing, StreamStatus } from '../../main/contract/camera.ts';
import { codecWords, type VideoCodec } from '../../main/contract/codecs.ts';
import type { StaleCause } from '../../main/contract/event.ts';
import type { SkipReason } from '../../main/contract/viewer.ts';
import { numberFormat } from '../language/formats.ts';
import { m } from '../language/messages.ts';
import type { PictureVerdict } from '../playback/picture-judge.ts';
import type { Arrival, Picture } from '../playback/slot.svelte.ts';
import { editableErrors, errorWords } from './error-words.ts';

export type TileStateName =
  | 'live'
  | 'seldom'
  | 'replay'
  | 'connecting'
  | 'stale'
  | 'waiting'
  | 'empty'
  | 'offline';

/** What a tile says of itself. */
export interface TileState {
  readonly name: TileStateName;
  /** The state in a few words. */
  readonly words: string;
  /** The same without what counts on. */
  readonly brief: string;
  /** Why, and what to do about it; null when the words say it all. */
  readonly reason: string | null;
  readonly advice: string | null;
  /** Of a picture that is not live although its camera plays; else null. */
  readonly cause: TileCause | null;
  /** Whether changing the camera may put it right. */
  readonly editable: boolean;
}

/** Why a picture is not live, for those who look for it by machine, and for what is said aloud. */
export type TileCause =
  /** Nothing comes from the camera. */
  | 'no-packets'
  /** Data comes from the camera, and no whole picture. */
  | 'no-pictures'
  /** Pictures come from the camera, and nothing reaches this window. */
  | 'not-arriving'
  /** They reach this window, and are not decoded. */
  | 'not-decoded'
  /** The window has no connection for pictures. */
  | 'no-viewer'
  /** The engine skips them for this window. */
  | `skipped-${SkipReason}`
  | 'same-picture'
  | 'blank-picture';

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
  /** How long ago the picture of a replay was received, milliseconds; null: there is none. */
  readonly replayAgo: number | null;
  /** What is to be said of the pictures that arrive. */
  readonly verdict: PictureVerdict;
  /** Only some key frames are shown; this far apart, in milliseconds, as far as it is known. Null: all pictures, or all key frames. */
  readonly seldom: { readonly interval: number | null } | null;
  readonly arrival: Arrival;
  /** The format of its pictures when this computer can show them in no way. */
  readonly unshowable: VideoCodec | null;
  /** Why the engine skips pictures; null while it does not. */
  readonly skipping: SkipReason | null;
  /** Of `performance.now()`; null when there was no frame. */
  readonly lastFrameAt: number | null;
  /** The same of a picture that was kept while nobody saw the tile, as long as there is no other one; else null. */
  readonly keptAt: number | null;
  /** The picture that stands there is from before somebody left the page, who has just come back. */
  readonly returning: boolean;
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
  if (!facts.hasCamera) return state('empty', m.tile_empty());
  if (!facts.linked) return state('offline', m.tile_link_lost(), pictureAge(facts));
  if (!facts.viewerOpen && facts.viewerRefusal !== null) {
    const words =
      facts.lastFrameAt === null
        ? m.tile_no_pictures_here()
        : m.tile_no_picture_for({ age: age(facts, facts.lastFrameAt) });
    return state('stale', words, facts.viewerRefusal);
  }
  // Also of a camera that is away.
  if (facts.picture === 'past')
    return { ...state('replay', replayWords(facts.replayAgo ?? 0)), brief: m.tile_replay() };
  if (status === undefined) return connectingState(facts);
  switch (status.state) {
    case 'idle':
    case 'standby':
    case 'connecting':
      return connectingState(facts, facts.picture === 'none' ? null : pictureAge(facts));
    case 'waiting': {
      const { code } = status.error;
      const { brief, reason, advice } = errorWords[code];
      // Nothing is tried: it is somebody's turn.
      const isTried = code !== 'camera-not-published';
      const words = isTried
        ? m.tile_error_retry({ error: brief, retry: retryWords(status.until, facts.time) })
        : brief;
      const last = pictureAge(facts);
      const full = last === null ? reason : `${reason} ${last}`;
      const editable = editableErrors.has(code);
      return { name: 'waiting', words, brief, reason: full, advice, cause: null, editable };
    }
    case 'playing':
      if (facts.unshowable !== null) return unshowableState(facts.unshowable);
      if (facts.returning) return connectingState({ ...facts, keptAt: facts.lastFrameAt });
      return facts.picture === 'arriving' ? judgedState(facts) : silentState(facts, status.missing);
    default:
      return status satisfies never;
  }
}

/** Whoever comes back to a tile sees its last picture until there is a new one. */
function connectingState(facts: TileFacts, reason: string | null = null): TileState {
  if (facts.keptAt === null) return state('connecting', m.tile_connecting(), reason);
  const words = m.tile_last_picture_brief({ age: age(facts, facts.keptAt) });
  return { ...state('connecting', words), brief: m.tile_connecting() };
}

/** Pictures arrive; what is on them says whether they are live. */
function judgedState(facts: TileFacts): TileState {
  const { picture, since } = facts.verdict;
  switch (picture) {
    case 'alive':
      if (facts.seldom !== null)
        return { ...state('seldom', rateWords(facts.seldom.interval)), brief: m.tile_few_pictures() };
      return state('live', m.tile_live());
    case 'same':
      return {
        name: 'stale',
        words: m.tile_same_picture_for({ age: age(facts, since ?? facts.monotonic) }),
        brief: m.tile_same_picture(),
        reason: m.tile_same_picture_reason(),
        advice: m.tile_same_picture_advice(),
        cause: 'same-picture',
        editable: true,
      };
    case 'black':
    case 'white':
    case 'one-colour':
      return {
        name: 'stale',
        words: blankWords[picture].counting({ age: age(facts, since ?? facts.monotonic) }),
        brief: blankWords[picture].brief(),
        reason: m.tile_blank_picture_reason(),
        advice: m.tile_blank_picture_advice(),
        cause: 'blank-picture',
        editable: false,
      };
    default:
      return picture satisfies never;
  }
}

const blankWords = {
  black: { brief: m.tile_black_picture, counting: m.tile_black_picture_for },
  white: { brief: m.tile_white_picture, counting: m.tile_white_picture_for },
  'one-colour': { brief: m.tile_blank_picture, counting: m.tile_blank_picture_for },
} as const;

/** The camera sends, and this computer has no decoder. */
function unshowableState(codec: VideoCodec): TileState {
  const named = { codec: codecWords[codec] };
  return {
    name: 'waiting',
    words: m.tile_unshowable(named),
    brief: m.tile_unshowable(named),
    reason: m.tile_unshowable_reason(named),
    advice: m.tile_unshowable_advice(),
    cause: null,
    editable: true,
  };
}

/** What is said of a picture whose view is not the one that this window knows. */
export const viewWords: Readonly<Record<PictureVerdict['view'], string | null>> = {
  usual: null,
  covered: m.tile_view_covered(),
  moved: m.tile_view_moved(),
};

/** What a large tile says that shows the small stream. @param codec of the main stream */
export function replacedWords(codec: VideoCodec): string {
  return m.tile_replaced({ codec: codecWords[codec] });
}

/** The same, where the main stream has no pictures. */
export const fallenBackWords: string = m.tile_fallen_back();

/** The same, where the network to this window is too slow. */
export const narrowWords: string = m.tile_narrow();

/** What a tile says whose pictures the engine skips in part. */
export function skippingWords(reason: SkipReason): string {
  switch (reason) {
    case 'network':
      return m.tile_skipping_network();
    case 'computer':
      return m.tile_skipping_computer();
    case 'limit':
      return m.tile_skipping_limit();
    default:
      return reason satisfies never;
  }
}

const rate = numberFormat({ maximumFractionDigits: 1 });

/** How many pictures are shown. @param interval from one to the next, milliseconds; null: not known yet */
export function rateWords(interval: number | null): string {
  if (interval === null) return m.tile_rate_unknown();
  if (interval > 3_000) return m.tile_rate_seconds({ seconds: Math.round(interval / 1_000) });
  return m.tile_rate({ rate: rate.format(1_000 / interval) });
}

/** @param ago milliseconds */
export function replayWords(ago: number): string {
  const seconds = Math.max(0, Math.floor(ago / 1_000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  const time = `${hours > 0 ? `${hours}:` : ''}${two(minutes)}:${two(seconds % 60)}`;
  return m.tile_replay_at({ time });
}

/** When the next attempt is. @param until and @param time milliseconds since 1970 */
function retryWords(until: number, time: number): string {
  const seconds = Math.ceil((until - time) / 1_000);
  if (seconds <= 0) return m.tile_retry_now();
  if (seconds < 100) return m.tile_retry_seconds({ seconds });
  return m.tile_retry_minutes({ minutes: Math.ceil(seconds / 60) });
}

/** The camera is said to play, but no frame reaches the screen. */
function silentState(facts: TileFacts, missing: Missing | undefined): TileState {
  const cause = silentCause(facts, missing);
  const reason = cause === null ? null : causeWords[cause];
  if (facts.lastFrameAt !== null) {
    const words = m.tile_no_picture_for({ age: age(facts, facts.lastFrameAt) });
    return { ...state('stale', words, reason), brief: m.tile_no_picture(), cause };
  }
  const since = facts.status?.state === 'playing' ? facts.time - facts.status.since : 0;
  if (since < patienceMilliseconds || facts.keptAt !== null) return { ...connectingState(facts), cause };
  const waiting = reason ?? m.tile_waiting_reason();
  return { ...state('connecting', m.tile_waiting(), waiting), cause };
}

/** What the list of events is told of it; null: it is this window's own trouble. */
export function staleCause(cause: TileCause | null): StaleCause | null {
  switch (cause) {
    case 'no-packets':
    case 'no-pictures':
      return 'no-packets';
    case 'not-decoded':
      return 'no-decode';
    case 'same-picture':
    case 'blank-picture':
      return cause;
    default:
      return null;
  }
}

type SilentCause = Exclude<TileCause, 'same-picture' | 'blank-picture'>;

const causeWords: Readonly<Record<SilentCause, string>> = {
  'no-packets': m.tile_cause_no_packets(),
  'no-pictures': m.tile_cause_no_pictures(),
  'not-arriving': m.tile_cause_not_arriving(),
  'not-decoded': m.tile_cause_not_decoded(),
  'no-viewer': m.tile_cause_no_viewer(),
  'skipped-network': skippingWords('network'),
  'skipped-computer': skippingWords('computer'),
  'skipped-limit': skippingWords('limit'),
};

/** Where the pictures end; null while nobody knows. */
function silentCause(facts: TileFacts, missing: Missing | undefined): SilentCause | null {
  const { viewerOpen, skipping, arrival, status, time } = facts;
  if (missing !== undefined) return missing === 'packets' ? 'no-packets' : 'no-pictures';
  if (!viewerOpen) return 'no-viewer';
  if (skipping !== null) return `skipped-${skipping}`;
  // What was counted while the camera was away says nothing of now.
  const playsFor = status?.state === 'playing' ? time - status.since : 0;
  if (arrival === 'unknown' || playsFor < patienceMilliseconds) return null;
  return arrival === 'nothing' ? 'not-arriving' : 'not-decoded';
}

function pictureAge(facts: TileFacts): string | null {
  return facts.lastFrameAt === null ? null : m.tile_last_picture({ age: age(facts, facts.lastFrameAt) });
}

/** @param at of `performance.now()` */
function age(facts: TileFacts, at: number): string {
  const seconds = Math.max(0, Math.floor((facts.monotonic - at) / 1_000));
  if (seconds < 60) return m.tile_age_seconds({ seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return m.tile_age_minutes({ minutes, seconds: seconds % 60 });
  return m.tile_age_hours({ hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

function state(
  name: TileStateName,
  words: string,
  reason: string | null = null,
  advice: string | null = null,
): TileState {
  return { name, words, brief: words, reason, advice, cause: null, editable: false };
}
