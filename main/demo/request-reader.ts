const maximumHeadBytes = 16 * 1024;
const maximumBodyBytes = 16 * 1024;
const headEnd = Buffer.from('\r\n\r\n');
const interleavedHeaderBytes = 4;

/** A request as it came (RFC 2326 section 6). */
export interface RtspRequest {
  readonly method: string;
  readonly url: string;
  /** By names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Bytes of a connection in, requests out. Bodies and interleaved RTCP are read over: there is nothing to learn from them. */
export class RequestReader {
  #pending: Buffer = Buffer.alloc(0);

  /**
   * The requests that are complete now.
   * @throws Error for what is no RTSP and for what is too long: the connection is not worth keeping
   */
  *read(chunk: Buffer): Generator<RtspRequest> {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const found = this.#next();
      if (found === undefined) return;
      this.#pending = this.#pending.subarray(found.bytes);
      if (found.request !== undefined) yield found.request;
    }
  }

  #next(): { readonly bytes: number; readonly request?: RtspRequest } | undefined {
    const data = this.#pending;
    const [first] = data;
    if (first === undefined) return undefined;
    // Empty lines between requests are allowed.
    if (first === 0x0d || first === 0x0a) return { bytes: 1 };
    if (first === 0x24) {
      if (data.length < interleavedHeaderBytes) return undefined;
      const bytes = interleavedHeaderBytes + data.readUInt16BE(2);
      return data.length < bytes ? undefined : { bytes };
    }
    const end = data.indexOf(headEnd);
    if ((end === -1 ? data.length : end) > maximumHeadBytes) throw new Error('a request is too long');
    if (end === -1) return undefined;
    const request = parseRequest(data.toString('utf8', 0, end));
    const bodyBytes = Number(request.headers.get('content-length') ?? 0);
    if (!(bodyBytes >= 0 && bodyBytes <= maximumBodyBytes)) throw new Error('a request has a bad length');
    const bytes = end + headEnd.length + bodyBytes;
    return data.length < bytes ? undefined : { bytes, request };
  }
}

function parseRequest(text: string): RtspRequest {
  const [start = '', ...lines] = text.split('\r\n');
  const [, method, url] = /^([A-Za-z_]+) +(\S+) +RTSP\/1\.0 *$/.exec(start) ?? [];
  if (method === undefined || url === undefined) throw new Error('that is no RTSP request');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { method: method.toUpperCase(), url, headers };
}
