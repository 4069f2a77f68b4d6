/** What a server says about a session in its answer to SETUP (RFC 2326 sections 12.37 and 12.39). */
export interface SessionHeader {
  /** Undefined when there is none: a few cameras keep no sessions. */
  readonly id: string | undefined;
  readonly timeoutSeconds: number;
}

export interface TransportHeader {
  /** Interleaved channel of the RTP packets, undefined when the server names none. */
  readonly channel: number | undefined;
  /** The server means to send over UDP or multicast, whatever it was asked for. */
  readonly isDatagrams: boolean;
  /** UDP port that the server sends RTP from; undefined when it does not say (OpenIPC). */
  readonly serverPort: number | undefined;
  /** Of the packets that will come, as far as the server can be believed. */
  readonly ssrc: number | undefined;
}

const defaultTimeoutSeconds = 60;

export function parseSessionHeader(value: string | undefined): SessionHeader {
  const [id = '', ...parameters] = (value ?? '').split(';').map((part) => part.trim());
  const [, timeout = ''] = /^timeout\s*=\s*"?(\d{1,9})/i.exec(parameters.find(isTimeout) ?? '') ?? [];
  const timeoutSeconds = Number(timeout) > 0 ? Number(timeout) : defaultTimeoutSeconds;
  return { id: id === '' ? undefined : id, timeoutSeconds };
}

/**
 * Only what decides where packets arrive: cameras spoil the rest. Hikvision and Dahua pad `ssrc` with blanks, Escam Q6
 * answers with another channel or with one alone, others leave `/TCP` or `unicast` out.
 */
export function parseTransportHeader(value: string | undefined): TransportHeader {
  const parameters = (value ?? '').split(';').map((part) => part.trim());
  const first = (pattern: RegExp) =>
    parameters.map((part) => pattern.exec(part)?.[1]).find((found) => found !== undefined);
  const number = Number(first(/^interleaved\s*=\s*(\d{1,3})(?!\d)/i) ?? Number.NaN);
  const channel = number <= 255 ? number : undefined;
  const isDatagrams =
    channel === undefined &&
    parameters.some((part) => /^(?:(?:client_|server_)?port\s*=|multicast$)/i.test(part));
  const port = Number(first(/^server_port\s*=\s*(\d{1,5})(?!\d)/i) ?? 0);
  const ssrc = first(/^ssrc\s*=\s*(?:0x)?([0-9a-f]{1,8})$/i);
  return {
    channel,
    isDatagrams,
    serverPort: port > 0 && port < 65_535 ? port : undefined,
    ssrc: ssrc === undefined ? undefined : Number.parseInt(ssrc, 16),
  };
}

function isTimeout(parameter: string): boolean {
  return /^timeout\s*=/i.test(parameter);
}
