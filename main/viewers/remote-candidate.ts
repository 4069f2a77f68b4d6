import { isIPv4 } from 'node:net';

const candidateLine = /^candidate:\S+ \d+ (\S+) \d+ (\S+) (\d+) typ (\S+)/;

/**
 * Whether an ICE candidate of a window (RFC 8839 section 5.1) is handed to the ICE agent: UDP to an IPv4 address in numbers.
 * werift would ask the network for names: `.local` ones, behind which Chromium hides its addresses, by mDNS, all others by DNS.
 * A window with such a name is found nevertheless: its own authentic checks show from where it comes (RFC 8445 section 7.3.1.3).
 * @throws Error when it is no candidate
 */
export function isUsableCandidate(candidate: string): boolean {
  const [, transport, address, port] = candidateLine.exec(candidate) ?? [];
  if (transport === undefined || address === undefined) throw new Error('not an ICE candidate');
  return transport.toLowerCase() === 'udp' && isIPv4(address) && Number(port) > 0;
}

/**
 * A description without the candidates that are not used. The word that there are no more goes, too: werift would give up
 * when it has none, before a window's own checks come.
 */
export function withoutUnusableCandidates(sdp: string): string {
  return sdp
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('a=end-of-candidates') && !isUnusable(line))
    .join('\r\n');
}

function isUnusable(line: string): boolean {
  if (!line.startsWith('a=candidate:')) return false;
  try {
    return !isUsableCandidate(line.slice('a='.length));
  } catch {
    return true;
  }
}
