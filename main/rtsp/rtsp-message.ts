/** Header names in lower case; values as they came, one for each line of that name. */
export type RtspHeaders = ReadonlyMap<string, readonly string[]>;

/** What a server sends: an answer, a request of its own, or a frame of media (RFC 2326 section 10.12). */
export type RtspItem =
  | {
      readonly type: 'response';
      readonly status: number;
      readonly reason: string;
      readonly headers: RtspHeaders;
      readonly body: Buffer;
    }
  | {
      readonly type: 'request';
      readonly method: string;
      readonly headers: RtspHeaders;
      readonly body: Buffer;
    }
  | { readonly type: 'frame'; readonly channel: number; readonly data: Buffer };

const maximumHeadBytes = 64 * 1024;
const maximumBodyBytes = 1024 * 1024;
const dollar = 0x24;
const empty = Buffer.alloc(0);
const responsePrefix = Buffer.from('RTSP/');

/** The stream of bytes cannot be read any further. */
export class FramingError extends Error {}

/**
 * Cuts a stream of bytes into RTSP messages and interleaved frames, at whatever byte it was split. Holds at most one
 * incomplete item (64 kB of head, 1 MB of body, 64 kB of frame). Data of frames are views into what was pushed, or a copy
 * where a frame came in pieces; nothing writes to them again.
 */
export class RtspFramer {
  #pending: Buffer = empty;
  /** Bytes that belonged to nothing: some cameras send garbage between frames. */
  skippedBytes = 0;

  /** @throws FramingError when the bytes are no RTSP at all or larger than any message */
  push(chunk: Buffer): RtspItem[] {
    let data = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = empty;
    const items: RtspItem[] = [];
    while (data.length > 0) {
      const step = data[0] === dollar ? readFrame(data) : this.#readMessage(data);
      if (step === undefined) {
        this.#pending = data;
        break;
      }
      if (step.item !== undefined) items.push(step.item);
      data = data.subarray(step.bytes);
    }
    return items;
  }

  #readMessage(data: Buffer): Step | undefined {
    const skip = bytesBeforeMessage(data);
    if (skip > 0) {
      this.skippedBytes += skip;
      return { bytes: skip };
    }
    const head = findHead(data);
    if (head === undefined) {
      if (data.length > maximumHeadBytes) throw new FramingError('the head of a message does not end');
      return undefined;
    }
    const lines = data.toString('latin1', 0, head.textEnd).split(/\r?\n/);
    const headers = parseHeaders(lines.slice(1));
    const length = contentLength(headers);
    if (length > maximumBodyBytes) throw new FramingError(`a body of ${length} bytes is announced`);
    const bytes = head.end + length;
    if (data.length < bytes) return undefined;
    const body = data.subarray(head.end, bytes);
    const item = parseStartLine(lines[0] ?? '', headers, body);
    // A line that is neither answer nor request is garbage as well.
    if (item === undefined) this.skippedBytes += bytes;
    return item === undefined ? { bytes } : { bytes, item };
  }
}

interface Step {
  readonly bytes: number;
  readonly item?: RtspItem;
}

function readFrame(data: Buffer): Step | undefined {
  if (data.length < 4) return undefined;
  const bytes = 4 + data.readUInt16BE(2);
  if (data.length < bytes) return undefined;
  return { bytes, item: { type: 'frame', channel: data.readUInt8(1), data: data.subarray(4, bytes) } };
}

/**
 * How many bytes to skip until a message or a frame may begin; 0 when the data may begin with one already. Line ends
 * before a message are skipped too.
 */
function bytesBeforeMessage(data: Buffer): number {
  const first = data[0] ?? 0;
  const isLetter = (first >= 0x41 && first <= 0x5a) || (first >= 0x61 && first <= 0x7a);
  if (isLetter && looksLikeStartLine(data)) return 0;
  const nextFrame = data.indexOf(dollar);
  const nextMessage = data.indexOf(responsePrefix, 1);
  const candidates = [nextFrame, nextMessage].filter((index) => index > 0);
  if (candidates.length > 0) return Math.min(...candidates);
  // The start of "RTSP/" may still be at the end of the data.
  for (let keep = Math.min(responsePrefix.length - 1, data.length - 1); keep > 0; keep--) {
    if (data.subarray(-keep).equals(responsePrefix.subarray(0, keep))) return data.length - keep;
  }
  return data.length;
}

/** Letters, then " " or "/": "RTSP/1.0 200 OK" or "ANNOUNCE rtsp://… RTSP/1.0". True while it can still become one. */
function looksLikeStartLine(data: Buffer): boolean {
  for (let index = 0; index < Math.min(data.length, 24); index++) {
    const byte = data[index] ?? 0;
    if (byte === 0x20 || byte === 0x2f) return index > 0;
    const isWord = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f;
    if (!isWord) return false;
  }
  return data.length < 24;
}

/** The empty line that ends a head; cameras end lines with CR LF, some with LF alone. */
function findHead(data: Buffer): { textEnd: number; end: number } | undefined {
  for (let from = 0; ; ) {
    const lineEnd = data.indexOf(0x0a, from);
    if (lineEnd === -1 || lineEnd > maximumHeadBytes) return undefined;
    if (data[lineEnd + 1] === 0x0a) return { textEnd: lineEnd, end: lineEnd + 2 };
    if (data[lineEnd + 1] === 0x0d && data[lineEnd + 2] === 0x0a)
      return { textEnd: lineEnd, end: lineEnd + 3 };
    from = lineEnd + 1;
  }
}

function parseHeaders(lines: readonly string[]): RtspHeaders {
  const headers = new Map<string, string[]>();
  let last: string[] | undefined;
  for (const line of lines) {
    // A line that starts with a blank continues the one before it (RFC 2326 section 15 takes this from HTTP/1.0).
    if (/^[ \t]/.test(line) && last !== undefined) {
      last.push(`${last.pop() ?? ''} ${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    // Longse sends blanks after the names of headers, others write them in any case.
    const name = line.slice(0, colon).trim().toLowerCase();
    last = headers.get(name) ?? [];
    last.push(line.slice(colon + 1).trim());
    headers.set(name, last);
  }
  return headers;
}

function contentLength(headers: RtspHeaders): number {
  const length = Number.parseInt(headers.get('content-length')?.[0] ?? '0', 10);
  return Number.isSafeInteger(length) && length > 0 ? length : 0;
}

function parseStartLine(line: string, headers: RtspHeaders, body: Buffer): RtspItem | undefined {
  const response = /^RTSP\/\d\.\d\s+(\d{3})\s*(.*)$/i.exec(line);
  if (response !== null) {
    const [, status = '0', reason = ''] = response;
    return { type: 'response', status: Number(status), reason: reason.trim(), headers, body };
  }
  const request = /^([A-Z_]+)\s+\S+\s+RTSP\/\d\.\d$/i.exec(line.trim());
  if (request === null) return undefined;
  return { type: 'request', method: (request[1] ?? '').toUpperCase(), headers, body };
}
