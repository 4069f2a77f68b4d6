import type { ErrorCode } from '../../main/contract/error-codes.ts';

/** What went wrong and what to do about it, in the words of the person who sits in front of the wall. */
export interface ErrorWords {
  /** In a list, beside the camera's name. */
  readonly brief: string;
  readonly reason: string;
  readonly advice: string;
}

/** What is put right by changing the camera in Gatehouse, rather than at the camera. */
export const editableErrors: ReadonlySet<ErrorCode> = new Set([
  'camera-refused-credentials',
  'camera-unreachable',
  'camera-no-video',
  'camera-not-published',
  'camera-protocol-error',
  'camera-codec-unsupported',
  'camera-transport-refused',
  'camera-certificate-untrusted',
]);

/** For every way in which Gatehouse can fail. */
export const errorWords: Record<ErrorCode, ErrorWords> = {
  'bad-input': {
    brief: 'Bad input',
    reason: 'This was not understood.',
    advice: 'Check what was typed and try again.',
  },
  'already-there': {
    brief: 'Already there',
    reason: 'This is there already.',
    advice: 'Change that one instead.',
  },
  'not-found': {
    brief: 'Not found',
    reason: 'This camera does not exist any more.',
    advice: 'Choose another camera.',
  },
  'not-allowed': {
    brief: 'Not allowed',
    reason: 'You are not allowed to do this.',
    advice: 'Ask whoever looks after Gatehouse.',
  },
  'not-signed-in': {
    brief: 'Not signed in',
    reason: 'This page is not signed in.',
    advice: 'Open a fresh link.',
  },
  'sign-in-refused': {
    brief: 'Not signed in',
    reason: 'Name or password is not right.',
    advice: 'Type them again.',
  },
  'second-factor-needed': {
    brief: 'Code needed',
    reason: 'The six digits of the app are needed.',
    advice: 'Type what the app shows now.',
  },
  'access-changed': {
    brief: 'Rights changed',
    reason: 'What you may do has changed.',
    advice: 'Ask whoever looks after Gatehouse.',
  },
  locked: {
    brief: 'Locked',
    reason: 'This console is locked.',
    advice: 'Unlock it.',
  },
  'limit-reached': { brief: 'Too many', reason: 'Too many windows are open.', advice: 'Close one of them.' },
  'camera-unreachable': {
    brief: 'No answer',
    reason: 'The camera does not answer.',
    advice: 'Check its power, its network cable and its address.',
  },
  'camera-refused-credentials': {
    brief: 'Wrong password',
    reason: 'Wrong user name or password.',
    advice: 'Enter the right ones.',
  },
  'camera-protocol-error': {
    brief: 'Makes no sense',
    reason: 'The camera answers in a way that makes no sense.',
    advice: 'Check its address, or restart the camera.',
  },
  'camera-no-video': {
    brief: 'No video',
    reason: 'There is no video at this address.',
    advice: 'Check the path of the camera’s address.',
  },
  'camera-codec-unsupported': {
    brief: 'Not H.264',
    reason: 'The camera’s video format cannot be shown.',
    advice: 'Set the camera to H.264.',
  },
  'camera-silent': {
    brief: 'Sends nothing',
    reason: 'The camera is connected but sends nothing.',
    advice: 'If it goes on, restart the camera.',
  },
  'camera-closed-connection': {
    brief: 'Hung up',
    reason: 'The camera ended the connection.',
    advice: 'It may be restarting, or too many others watch it.',
  },
  'onvif-failed': {
    brief: 'ONVIF fault',
    reason: 'The camera did not do what it was asked for over ONVIF.',
    advice: 'Try again; if it goes on, restart the camera.',
  },
  'onvif-not-supported': {
    brief: 'Cannot do this',
    reason: 'The camera cannot do this over ONVIF.',
    advice: 'Use its own page, or update its firmware.',
  },
  'camera-not-published': {
    brief: 'Nobody sends',
    reason: 'Nobody sends to this camera now.',
    advice: 'Open its link on the phone.',
  },
  'camera-busy': {
    brief: 'Too many viewers',
    reason: 'The camera serves as many viewers as it can.',
    advice: 'Close other programs that watch it.',
  },
  'camera-in-use': {
    brief: 'In use',
    reason: 'Somebody else is moving the camera.',
    advice: 'Try again a few seconds after they have stopped.',
  },
  'camera-transport-refused': {
    brief: 'No way for video',
    reason: 'The camera cannot send its video this way.',
    advice: 'Choose another transport, or allow RTSP over TCP in the camera.',
  },
  'camera-certificate-untrusted': {
    brief: 'Not trusted yet',
    reason: 'The camera shows a certificate that is not trusted.',
    advice: 'Compare it with the camera’s own, then trust it in its dialog.',
  },
  'viewer-failed': {
    brief: 'No picture',
    reason: 'The picture connection could not be opened.',
    advice: 'If it goes on, restart Gatehouse.',
  },
  'database-failed': {
    brief: 'Data fault',
    reason: 'Gatehouse could not read or write its data.',
    advice: 'Check the disk for space and faults.',
  },
  'disk-full': {
    brief: 'Disk full',
    reason: 'The disk is full, and nothing was saved.',
    advice: 'Make room on the disk of the data folder.',
  },
  'storage-failed': {
    brief: 'Not saved',
    reason: 'A file could not be written or read.',
    advice: 'Check the folder and its disk.',
  },
  'port-in-use': {
    brief: 'Port in use',
    reason: 'Another program uses the network port.',
    advice: 'Close it, or choose another port.',
  },
  'update-refused': {
    brief: 'No update',
    reason: 'The update was not taken.',
    advice: 'The settings say why.',
  },
  internal: {
    brief: 'Fault',
    reason: 'Something in Gatehouse failed.',
    advice: 'If it goes on, restart Gatehouse.',
  },
};
