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

const words: Readonly<Record<PublishState, PublishWords>> = {
  'bad-link': {
    title: 'This link is not whole',
    advice: 'Scan the code in Gatehouse once more, or copy all of the link.',
    tone: 'bad',
    act: null,
  },
  insecure: {
    title: 'No camera on this page',
    advice:
      'Browsers give pages a camera over HTTPS only. Open the link as Gatehouse shows it, with https:// in front.',
    tone: 'bad',
    act: null,
  },
  ready: {
    title: 'Not sending',
    advice: 'Guards see what this phone sees from the moment you start.',
    tone: 'quiet',
    act: 'start',
  },
  asking: {
    title: 'Asking for the camera',
    advice: 'Allow it where your browser asks.',
    tone: 'busy',
    act: 'stop',
  },
  refused: {
    title: 'The camera was not allowed',
    advice: 'Allow this page the camera in the settings of your browser, then start again.',
    tone: 'bad',
    act: 'start',
  },
  'no-camera': {
    title: 'The camera cannot be used',
    advice: 'There is none, or another app has it. Close that app, then start again.',
    tone: 'bad',
    act: 'start',
  },
  connecting: { title: 'Connecting', advice: 'Nobody sees anything yet.', tone: 'busy', act: 'stop' },
  live: {
    title: 'Live',
    advice: 'Guards see this picture now. Keep this page open and in front.',
    tone: 'live',
    act: 'stop',
  },
  paused: {
    title: 'Paused by the phone',
    advice: 'No pictures leave it. Bring this page to the front and close other apps that use the camera.',
    tone: 'bad',
    act: 'stop',
  },
  away: {
    title: 'Gatehouse is not reached',
    advice: 'Nobody sees anything. It is tried again by itself: check the Wi-Fi.',
    tone: 'bad',
    act: 'stop',
  },
  full: {
    title: 'No room now',
    advice: 'As many send already as Gatehouse takes. It is tried again by itself.',
    tone: 'busy',
    act: 'stop',
  },
  'link-ended': {
    title: 'This link has ended',
    advice: 'Nobody sees anything. Ask for a new one.',
    tone: 'bad',
    act: null,
  },
  'no-such-camera': {
    title: 'This camera is gone',
    advice: 'It was removed in Gatehouse. Ask for a new link.',
    tone: 'bad',
    act: null,
  },
  taken: {
    title: 'Somebody else sends',
    advice: 'Another phone is this camera now. End its link in Gatehouse, then start again.',
    tone: 'bad',
    act: 'start',
  },
  elsewhere: {
    title: 'Ended from elsewhere',
    advice: 'The same link was opened on another phone, or in another tab. Start to send from here again.',
    tone: 'bad',
    act: 'start',
  },
  'no-format': {
    title: 'Not with this browser',
    advice: 'It cannot send H.264. Open the link in Chrome, Edge or Safari.',
    tone: 'bad',
    act: null,
  },
  stopped: {
    title: 'Not sending',
    advice: 'You have ended it. Nobody sees anything.',
    tone: 'quiet',
    act: 'start',
  },
};

export function publishWords(state: PublishState): PublishWords {
  return words[state];
}
