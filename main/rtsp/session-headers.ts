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
  const channels = parameters.map((part) => /^interleaved\s*=\s*(\d{1,3})(?!\d)/i.exec(part)?.[1]);
  const number = Number(channels.find((channel) => channel !== undefined) ?? Number.NaN);
  const channel = number <= 255 ? number : undefined;
  const isDatagrams =
    channel === undefined &&
    parameters.some((part) => /^(?:(?:client_|server_)?port\s*=|multicast$)/i.test(part));
  return { channel, isDatagrams };
}

function isTimeout(parameter: string): boolean {
  return /^timeout\s*=/i.test(parameter);
}
