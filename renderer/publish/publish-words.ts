import { m } from '../language/messages.ts';

/** How it is with what this phone sends. */
export type PublishState =
  | 'bad-link'
  | 'insecure'
  | 'ready'
  | 'asking'
  | 'refused'
  | 'no-camera'
  | 'connecting'
  | 'live'
  /** The connection stands, and pictures do not leave: the phone has taken the camera away, mostly since the page is not seen. */
  | 'paused'
  | 'away'
  | 'full'
  | 'link-ended'
  | 'no-such-camera'
  | 'taken'
  | 'elsewhere'
  | 'no-format'
  | 'stopped';

export interface PublishWords {
  readonly title: string;
  readonly advice: string;
  readonly tone: 'live' | 'busy' | 'quiet' | 'bad';
  /** What the large button does; null: there is nothing to be done here. */
  readonly act: 'start' | 'stop' | null;
}

const words: Readonly<
  Record<PublishState, Omit<PublishWords, 'title' | 'advice'> & Record<'title' | 'advice', () => string>>
> = {
  'bad-link': { title: m.publish_bad_link_title, advice: m.publish_bad_link_advice, tone: 'bad', act: null },
  insecure: { title: m.publish_insecure_title, advice: m.publish_insecure_advice, tone: 'bad', act: null },
  ready: { title: m.publish_ready_title, advice: m.publish_ready_advice, tone: 'quiet', act: 'start' },
  asking: { title: m.publish_asking_title, advice: m.publish_asking_advice, tone: 'busy', act: 'stop' },
  refused: { title: m.publish_refused_title, advice: m.publish_refused_advice, tone: 'bad', act: 'start' },
  'no-camera': {
    title: m.publish_no_camera_title,
    advice: m.publish_no_camera_advice,
    tone: 'bad',
    act: 'start',
  },
  connecting: {
    title: m.publish_connecting_title,
    advice: m.publish_connecting_advice,
    tone: 'busy',
    act: 'stop',
  },
  live: { title: m.publish_live_title, advice: m.publish_live_advice, tone: 'live', act: 'stop' },
  paused: { title: m.publish_paused_title, advice: m.publish_paused_advice, tone: 'bad', act: 'stop' },
  away: { title: m.publish_away_title, advice: m.publish_away_advice, tone: 'bad', act: 'stop' },
  full: { title: m.publish_full_title, advice: m.publish_full_advice, tone: 'busy', act: 'stop' },
  'link-ended': {
    title: m.publish_link_ended_title,
    advice: m.publish_link_ended_advice,
    tone: 'bad',
    act: null,
  },
  'no-such-camera': {
    title: m.publish_no_such_camera_title,
    advice: m.publish_no_such_camera_advice,
    tone: 'bad',
    act: null,
  },
  taken: { title: m.publish_taken_title, advice: m.publish_taken_advice, tone: 'bad', act: 'start' },
  elsewhere: {
    title: m.publish_elsewhere_title,
    advice: m.publish_elsewhere_advice,
    tone: 'bad',
    act: 'start',
  },
  'no-format': {
    title: m.publish_no_format_title,
    advice: m.publish_no_format_advice,
    tone: 'bad',
    act: null,
  },
  stopped: { title: m.publish_stopped_title, advice: m.publish_stopped_advice, tone: 'quiet', act: 'start' },
};

export function publishWords(state: PublishState): PublishWords {
  const { title, advice, ...rest } = words[state];
  return { title: title(), advice: advice(), ...rest };
}
