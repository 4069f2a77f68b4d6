import type { IceServerCheck, IceServerProblem } from '../../main/contract/ice-server.ts';
import { m } from '../language/messages.ts';

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

const engineWords: Readonly<Record<IceServerProblem, () => string>> = {
  'unknown-name': m.settings_server_unknown_name,
  'no-answer': m.settings_server_no_answer,
  'connection-refused': m.settings_server_connection_refused,
  certificate: m.settings_server_certificate,
  'wrong-credentials': m.settings_server_wrong_credentials,
  refused: m.settings_server_refused,
  'network-not-chosen': m.settings_server_network_not_chosen,
};

function isTurn(url: string): boolean {
  return url.startsWith('turn');
}

function foundWords(
  who: 'gatehouse' | 'window',
  { reflexive, relayed }: Pick<WindowCheck, 'reflexive' | 'relayed'>,
): string {
  if (relayed !== null) {
    const relays = { gatehouse: m.settings_server_relays_gatehouse, window: m.settings_server_relays_window };
    return relays[who]({ address: relayed });
  }
  if (reflexive === null) return m.settings_server_answers();
  const sees = { gatehouse: m.settings_server_sees_gatehouse, window: m.settings_server_sees_window };
  return sees[who]({ address: reflexive });
}

/** What one server is to Gatehouse itself. */
function engineLine(check: IceServerCheck): ConnectionLine {
  const { url, problem, detail } = check;
  const title = m.settings_server_from_gatehouse({ url });
  if (problem === null) return { good: true, title, words: foundWords('gatehouse', check) };
  const words = engineWords[problem]();
  return { good: false, title, words: detail === '' ? words : m.settings_server_detail({ words, detail }) };
}

/** What one server is to this window. */
function windowLine(check: WindowCheck): ConnectionLine {
  const { url, relayed, reflexive, errorCode, errorText } = check;
  const good = isTurn(url) ? relayed !== null : reflexive !== null;
  const title = m.settings_server_from_window({ url });
  if (good) return { good, title, words: foundWords('window', check) };
  if (errorCode === 401) return { good, title, words: engineWords['wrong-credentials']() };
  if (errorCode !== null && errorCode < 700) {
    return { good, title, words: m.settings_server_refuses({ error: `${errorCode} ${errorText}`.trim() }) };
  }
  if (/lookup|resolve/i.test(errorText)) return { good, title, words: engineWords['unknown-name']() };
  if (errorCode === null && !isTurn(url)) {
    return {
      good: true,
      title,
      words: m.settings_server_no_translation(),
    };
  }
  return { good, title, words: engineWords['no-answer']() };
}

/** What was found out, in plain words: the verdict first. */
export function connectionLines(facts: ConnectionFacts): ConnectionLine[] {
  const { direct, relay, fromWindow, fromEngine } = facts;
  const lines: ConnectionLine[] = [];
  if (direct !== undefined) {
    lines.push({
      good: direct,
      title: m.settings_way_direct(),
      words: direct ? m.settings_way_direct_good() : m.settings_way_direct_bad(),
    });
  }
  if (relay === null && direct !== undefined) {
    lines.push({
      good: direct,
      title: m.settings_way_relay(),
      words: direct ? m.settings_way_relay_unneeded() : m.settings_way_relay_missing(),
    });
  } else if (relay !== undefined && relay !== null) {
    lines.push({
      good: relay,
      title: m.settings_way_relay(),
      words: relay ? m.settings_way_relay_good() : m.settings_way_relay_bad(),
    });
  }
  return [...lines, ...fromWindow.map(windowLine), ...fromEngine.map(engineLine)];
}

/** In one sentence; null while it is not known. */
export function connectionVerdict({ direct, relay }: ConnectionFacts): string | null {
  if (direct === undefined || relay === undefined) return null;
  if (direct) {
    return relay === false ? m.settings_verdict_no_relay() : m.settings_verdict_good();
  }
  return relay === true ? m.settings_verdict_relay() : m.settings_verdict_bad();
}
