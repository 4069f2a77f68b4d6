import type { IceServerCheck, IceServerProblem } from '../../main/contract/ice-server.ts';

/** How this window itself reaches a STUN or TURN server. */
export interface WindowCheck {
  readonly url: string;
  /** How the server sees this window, an address and a port; null: it did not say. */
  readonly reflexive: string | null;
  /** Where it takes packets for this window; null: nowhere. */
  readonly relayed: string | null;
  /** Of the browser (`RTCPeerConnectionIceErrorEvent`): 300 to 699 from the server, 701 when it was not reached. Null: none came. */
  readonly errorCode: number | null;
  readonly errorText: string;
}

/** What was tried; undefined: not yet, or not at all. */
export interface ConnectionFacts {
  /** Whether pictures could reach this window without a server. */
  readonly direct?: boolean;
  /** Whether they could through a relay alone; null: there is no TURN server. */
  readonly relay?: boolean | null;
  readonly fromWindow: readonly WindowCheck[];
  readonly fromEngine: readonly IceServerCheck[];
}

export interface ConnectionLine {
  readonly good: boolean;
  readonly title: string;
  readonly words: string;
}

const engineWords: Readonly<Record<IceServerProblem, string>> = {
  'unknown-name': 'Nobody knows this name: look whether it is written right, and whether DNS works there.',
  'no-answer': 'It does not answer: it does not run, its port is another one, or a firewall is between.',
  'connection-refused': 'Nothing listens there: it does not run, or its port is another one.',
  certificate: 'Its certificate is not trusted.',
  'wrong-credentials': 'It refuses user and password, or the shared secret (401): type them again.',
  refused: 'It refuses to help.',
  'network-not-chosen':
    'The way there leads over a network that pictures may not use (Settings, Pictures on the network).',
};

function isTurn(url: string): boolean {
  return url.startsWith('turn');
}

function foundWords(who: string, { reflexive, relayed }: Pick<WindowCheck, 'reflexive' | 'relayed'>): string {
  if (relayed !== null) return `It answers, and takes packets for ${who} at ${relayed}.`;
  return reflexive === null ? 'It answers.' : `It answers, and sees ${who} as ${reflexive}.`;
}

/** What one server is to Gatehouse itself. */
function engineLine(check: IceServerCheck): ConnectionLine {
  const { url, problem, detail } = check;
  const more = detail === '' ? '' : ` (${detail})`;
  return {
    good: problem === null,
    title: `${url}, seen from Gatehouse`,
    words: problem === null ? foundWords('Gatehouse', check) : `${engineWords[problem]}${more}`,
  };
}

/** What one server is to this window. */
function windowLine(check: WindowCheck): ConnectionLine {
  const { url, relayed, reflexive, errorCode, errorText } = check;
  const good = isTurn(url) ? relayed !== null : reflexive !== null;
  const title = `${url}, seen from this window`;
  if (good) return { good, title, words: foundWords('this window', check) };
  if (errorCode === 401) return { good, title, words: engineWords['wrong-credentials'] };
  if (errorCode !== null && errorCode < 700) {
    return { good, title, words: `It refuses to help (${`${errorCode} ${errorText}`.trim()}).` };
  }
  if (/lookup|resolve/i.test(errorText)) return { good, title, words: engineWords['unknown-name'] };
  if (errorCode === null && !isTurn(url)) {
    return {
      good: true,
      title,
      words: 'It tells this window no other address: nothing translates addresses between.',
    };
  }
  return { good, title, words: engineWords['no-answer'] };
}

/** What was found out, in plain words: the verdict first. */
export function connectionLines(facts: ConnectionFacts): ConnectionLine[] {
  const { direct, relay, fromWindow, fromEngine } = facts;
  const lines: ConnectionLine[] = [];
  if (direct !== undefined) {
    lines.push({
      good: direct,
      title: 'Directly',
      words: direct
        ? 'Pictures reach this window from Gatehouse without help.'
        : 'No UDP packet gets through between this window and an address of Gatehouse: another network, or a firewall, is between.',
    });
  }
  if (relay === null && direct !== undefined) {
    lines.push({
      good: direct,
      title: 'Through a relay',
      words: direct
        ? 'There is no TURN server, and this window needs none.'
        : 'There is no TURN server. Whoever looks after Gatehouse can write one down: Settings, STUN and TURN servers.',
    });
  } else if (relay !== undefined && relay !== null) {
    lines.push({
      good: relay,
      title: 'Through a relay',
      words: relay
        ? 'Pictures reach this window through a TURN server.'
        : 'Pictures do not get through a TURN server: what follows says why.',
    });
  }
  return [...lines, ...fromWindow.map(windowLine), ...fromEngine.map(engineLine)];
}

/** In one sentence; null while it is not known. */
export function connectionVerdict({ direct, relay }: ConnectionFacts): string | null {
  if (direct === undefined || relay === undefined) return null;
  if (direct) {
    return relay === false
      ? 'Pictures reach this window. From elsewhere they would not: the TURN server is of no use.'
      : 'Pictures reach this window.';
  }
  return relay === true
    ? 'Pictures reach this window, through a relay alone.'
    : 'Pictures do not reach this window.';
}
