import type { GatehouseError } from '../base/gatehouse-error.ts';
import type { ErrorCode } from '../contract/error-codes.ts';
import type { Examined, Finding, Verdict } from '../contract/examination.ts';
import { isRealTime } from './stream-sample.ts';

/*
 * What is measured before and beside a stream, and what it means. Each rule is a function of what was measured alone; those
 * of the stream itself are in stream-findings.ts.
 */

/** A finding without the step that it is about. */
export type Judgement = Omit<Finding, keyof Examined>;

export function judge(
  verdict: Verdict,
  measured: string,
  meaning: string,
  advice: string | null = null,
): Judgement {
  return { verdict, measured, meaning, advice };
}

export function skipped(meaning: string, advice: string | null = null): Judgement {
  return judge('skipped', '', meaning, advice);
}

/** What went wrong, in its own words, which say what to do. */
export function failed(error: GatehouseError): Judgement {
  return judge('problem', '', error.message);
}

/** What came of connecting to a port. */
export type Knock =
  | { readonly outcome: 'open'; readonly milliseconds: number }
  /** Somebody is there, and nobody listens at this port. */
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'unanswered' }
  /** The name is not known. */
  | { readonly outcome: 'unknown-name' }
  | { readonly outcome: 'failed'; readonly code: string };

const slowConnectMilliseconds = 200;
const slowFirstPacketMilliseconds = 1_500;
const clockToleranceMilliseconds = 5_000;
const clockFaultMilliseconds = 5 * 60_000;

export function judgeReach(host: string, knock: Knock): Judgement {
  switch (knock.outcome) {
    case 'open':
      return knock.milliseconds < slowConnectMilliseconds
        ? judge('ok', milliseconds(knock.milliseconds), 'The camera is there and answers at once.')
        : judge(
            'warning',
            milliseconds(knock.milliseconds),
            'The camera answers slowly: the way to it is long or busy.',
            'Connect it by cable instead of Wi-Fi, and look for a switch or a link that is overloaded.',
          );
    case 'refused':
      return judge('ok', 'port refused', 'Something is there: it answers, though not at this port.');
    case 'unanswered':
      return judge(
        'problem',
        'no answer',
        `Nothing at ${host} answers.`,
        'Check power and network cable of the camera, and whether it has another address now (“Find cameras” looks for it).',
      );
    case 'unknown-name':
      return judge(
        'problem',
        'name unknown',
        `Nobody on this network knows the name ${host}.`,
        'Check the name, or enter the IP address of the camera instead.',
      );
    case 'failed':
      return judge(
        'problem',
        knock.code,
        `There is no way to ${host} from this computer.`,
        'Check the network of this computer, and whether the camera is on another subnet or VLAN.',
      );
    default:
      return knock satisfies never;
  }
}

/** @param media the port of the streams  @param web that of ONVIF, or else of the camera's web page */
export function judgePorts(ports: {
  readonly media: { readonly port: number; readonly knock: Knock; readonly service: string };
  readonly web: { readonly port: number; readonly knock: Knock; readonly isOnvif: boolean } | null;
}): Judgement {
  const { media, web } = ports;
  const list = [media, ...(web === null ? [] : [web])];
  const measured = list
    .map(({ port, knock }) => `${port} ${knock.outcome === 'open' ? 'open' : 'closed'}`)
    .join(', ');
  if (media.knock.outcome !== 'open') {
    return judge(
      'problem',
      measured,
      `Nobody listens at port ${media.port}.`,
      `Switch ${media.service} on in the network settings of the camera, and compare the port there with ${media.port}.`,
    );
  }
  if (web?.isOnvif === true && web.knock.outcome !== 'open') {
    return judge(
      'warning',
      measured,
      `The ONVIF address of the camera has port ${web.port}, and nobody listens there.`,
      'Switch ONVIF on in the camera, or correct the ONVIF address in the settings of this camera here.',
    );
  }
  return judge('ok', measured, `${media.service} can be reached.`);
}

/** @param answer the first one; undefined: none came before it failed */
export function judgeRtsp(
  answer: { readonly milliseconds: number; readonly status: number; readonly server: string } | undefined,
  error: GatehouseError | null,
): Judgement {
  if (answer === undefined) {
    if (error?.code === 'camera-silent') {
      return judge(
        'problem',
        'no answer',
        'The camera takes the connection and then says nothing.',
        'Restart the camera. If it stays silent, its RTSP service is hung or this is the port of something else.',
      );
    }
    return error === null ? skipped('Nothing was asked.') : failed(error);
  }
  const measured = [milliseconds(answer.milliseconds), ...(answer.server === '' ? [] : [answer.server])].join(
    ', ',
  );
  return judge('ok', measured, 'It speaks RTSP.');
}

export type SignIn = 'none' | 'basic' | 'digest-md5' | 'digest-sha-256' | 'unknown';

/**
 * @param signIn what the camera asks for; `unknown`: a way that is not supported
 * @param isHeldBack the password was refused a moment ago and was not sent again
 */
export function judgeCredentials(facts: {
  readonly signIn: SignIn;
  readonly hasUser: boolean;
  readonly isSecure: boolean;
  readonly isRefused: boolean;
  readonly isHeldBack: boolean;
}): Judgement {
  const { signIn, hasUser, isSecure, isRefused, isHeldBack } = facts;
  const measured = signInWords[signIn];
  if (isHeldBack) {
    return judge(
      'problem',
      measured,
      'The camera refused this password less than a minute ago. It was not sent again: cameras lock accounts.',
      'Correct user and password of this camera here, or wait a minute.',
    );
  }
  if (isRefused && signIn === 'unknown') {
    return judge(
      'problem',
      measured,
      'The camera wants a kind of sign-in that is not supported.',
      'Allow Digest in the camera: often under Security, RTSP authentication.',
    );
  }
  if (isRefused && !hasUser) {
    return judge(
      'problem',
      measured,
      'The camera wants a user and a password, and none are stored here.',
      'Make a user for viewing in the camera, and enter it in the settings of this camera here.',
    );
  }
  if (isRefused) {
    return judge(
      'problem',
      measured,
      'The camera refused user and password. They were tried once.',
      'Compare both with the camera, and whether this user may see live pictures. After many tries, wait until it unlocks.',
    );
  }
  if (signIn === 'none') {
    return judge(
      'warning',
      measured,
      'The camera shows its picture to everybody on the network.',
      'Switch RTSP authentication on in the camera, and enter a user with a password here.',
    );
  }
  if (signIn === 'basic' && !isSecure) {
    return judge(
      'warning',
      measured,
      'User and password are right, and go over the network for everybody to read.',
      'Set RTSP authentication in the camera to Digest.',
    );
  }
  return judge('ok', measured, 'User and password are right.');
}

const signInWords: Readonly<Record<SignIn, string>> = {
  none: 'no password',
  basic: 'Basic',
  'digest-md5': 'Digest, MD5',
  'digest-sha-256': 'Digest, SHA-256',
  unknown: 'another kind',
};

/** Where the dialogue ends, of the steps that opening a stream takes. */
export function stepOfFailure(code: ErrorCode): 'rtsp' | 'credentials' | 'description' | 'transport' {
  switch (code) {
    case 'camera-refused-credentials':
      return 'credentials';
    case 'camera-no-video':
    case 'camera-not-published':
    case 'camera-codec-unsupported':
      return 'description';
    case 'camera-busy':
    case 'camera-transport-refused':
      return 'transport';
    default:
      return 'rtsp';
  }
}

/** @param milliseconds null: nothing came */
export function judgeFirstPacket(elapsed: number | null, error: GatehouseError | null): Judgement {
  if (elapsed === null) {
    if (error !== null && error.code !== 'camera-silent') return failed(error);
    return judge(
      'problem',
      'nothing came',
      'The camera agreed to play and sent nothing.',
      'Restart the camera. If that does not help, lower bit rate and picture size of this stream.',
    );
  }
  const measured = milliseconds(elapsed);
  if (elapsed <= slowFirstPacketMilliseconds) return judge('ok', measured, 'The stream starts at once.');
  return judge(
    'warning',
    measured,
    'The stream starts late: the camera is busy.',
    'Close other programs that watch it, and switch off streams and analytics that nobody uses.',
  );
}

/** By how much clocks are ahead of ours, milliseconds; null: not known. @param speed of the timestamps through ours */
export function judgeClock(clock: {
  readonly onvif: number | null;
  readonly reports: number | null;
  readonly speed: number | null;
}): Judgement {
  const { onvif, reports, speed } = clock;
  if (speed !== null && !isRealTime(speed)) {
    return judge(
      'warning',
      `${speed.toFixed(2)} × real time`,
      'The timestamps in the stream do not run with the time. Gatehouse goes by the time of arrival.',
      'Look for newer firmware of the camera.',
    );
  }
  const ahead = onvif ?? reports;
  if (ahead === null) return skipped('The camera does not tell its time.');
  const distance = Math.abs(ahead);
  const direction = ahead < 0 ? 'behind' : 'ahead';
  if (distance <= clockToleranceMilliseconds) {
    return judge('ok', `${(distance / 1_000).toFixed(1)} s ${direction}`, 'Its clock is right.');
  }
  const isFarOff = distance > clockFaultMilliseconds;
  return judge(
    isFarOff ? 'problem' : 'warning',
    `${span(distance)} ${direction}`,
    'The clock of the camera is wrong: the time in its picture and of its events is, too.',
    isWholeHours(distance)
      ? 'Set time zone and summer time in the camera, and an NTP server.'
      : 'Set the same NTP server in the camera as in this computer.',
  );
}

export interface OnvifFacts {
  readonly maker: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  readonly services: readonly string[];
}

export function judgeOnvif(facts: OnvifFacts): Judgement {
  const { maker, model, firmware, services } = facts;
  const what = [maker, model, firmware].filter((part) => part !== null).join(' ');
  const measured = `${what === '' ? '' : `${what}, `}${services.length} services`;
  if (!services.includes('media') && !services.includes('media2')) {
    return judge(
      'warning',
      measured,
      'Its ONVIF service names no streams.',
      'Switch ONVIF on for this user in the camera, and look for newer firmware.',
    );
  }
  return judge('ok', measured, `Its ONVIF service answers: ${services.join(', ')}.`);
}

/** ONVIF, or events over it, failed. */
export function judgeOnvifFailure(error: GatehouseError): Judgement {
  if (error.code === 'camera-refused-credentials') {
    return judge(
      'problem',
      'refused',
      'ONVIF refuses this user, though it may watch the stream: many cameras keep users of ONVIF apart.',
      'Make an ONVIF user with the same name and password in the camera.',
    );
  }
  if (error.code === 'onvif-not-supported') {
    return judge('warning', 'not supported', error.message);
  }
  return failed(error);
}

export function milliseconds(value: number): string {
  return `${Math.round(value)} ms`;
}

function isWholeHours(distance: number): boolean {
  const hour = 3_600_000;
  const rest = distance % hour;
  return distance > hour / 2 && Math.min(rest, hour - rest) < 2 * 60_000;
}

function span(distance: number): string {
  const seconds = Math.round(distance / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
