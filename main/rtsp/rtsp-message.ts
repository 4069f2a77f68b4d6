/** Names in lower case; one value for each line of that name. One character is one byte as it came over the wire. */
export type RtspHeaders = ReadonlyMap<string, readonly string[]>;

/** An answer (RFC 2326 section 7). */
export interface RtspResponse {
  readonly type: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: RtspHeaders;
  /** First line and headers as they came, up to the empty line. */
  readonly head: string;
  readonly body: Buffer;
}

/** A request that the server sends by itself (RFC 2326 section 6). */
export interface RtspRequest {
  readonly type: 'request';
  readonly method: string;
  readonly headers: RtspHeaders;
  /** First line and headers as they came, up to the empty line. */
  readonly head: string;
  readonly body: Buffer;
}

/** Media on the RTSP connection (RFC 2326 section 10.12). */
export interface InterleavedFrame {
  readonly type: 'frame';
  /** 0 … 255. */
  readonly channel: number;
  /** At most 65,535 bytes, a view that stays valid. */
  readonly data: Buffer;
}

type StartLine =
  | Omit<RtspResponse, 'headers' | 'head' | 'body'>
  | Omit<RtspRequest, 'headers' | 'head' | 'body'>;

/** The first value of a header, undefined when it is absent. */
export function header(headers: RtspHeaders, lowerCaseName: string): string | undefined {
  return headers.get(lowerCaseName)?.[0];
}

/** The first line of a message; undefined when it is none. */
export function parseStartLine(line: string): StartLine | undefined {
  const [, status, reason = ''] = /^RTSP\/\d\.\d\s+(\d{3})(?!\d)(.*)$/i.exec(line) ?? [];
  if (status !== undefined) return { type: 'response', status: Number(status), reason: printable(reason) };
  const [, method] = /^([A-Z_]+)\s+\S+\s+RTSP\/\d\.\d\s*$/.exec(line) ?? [];
  return method === undefined ? undefined : { type: 'request', method };
}

/** The header lines of a message, without its first line. Lines that are none are left out. */
export function parseHeaders(lines: readonly string[]): RtspHeaders {
  const headers = new Map<string, string[]>();
  let values: string[] | undefined;
  for (const line of lines) {
    // A line that starts with a blank continues the one before it (RFC 2326 section 4.2).
    if (/^[ \t]/.test(line)) {
      values?.push(`${values.pop() ?? ''} ${printable(line)}`);
      continue;
    }
    const colon = line.indexOf(':');
    // Longse and others send blanks behind the names of headers, and any mixture of cases.
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    values = headers.get(name) ?? [];
    if (name === '') continue;
    values.push(printable(line.slice(colon + 1)));
    headers.set(name, values);
  }
  return headers;
}

/**
 * The bytes of a request without body. CSeq is the first header and written exactly so, which some cameras insist on.
 * Control characters never get through: they would begin a header of their own.
 */
export function formatRequest(
  method: string,
  uri: string,
  sequence: number,
  headers: Readonly<Record<string, string>>,
): Buffer {
  const lines = [`${method} ${uri} RTSP/1.0`, `CSeq: ${sequence}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  return Buffer.from(`${lines.map(printable).join('\r\n')}\r\n\r\n`, 'latin1');
}

/** The bytes of an answer to a request of the server. */
export function formatResponse(status: '200 OK' | '501 Not Implemented', sequence: string): Buffer {
  return Buffer.from(`RTSP/1.0 ${status}\r\nCSeq: ${printable(sequence)}\r\n\r\n`, 'latin1');
}

/** Without blanks around it and without control characters. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through.
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
}
