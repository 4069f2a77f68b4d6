import {
  header,
  type InterleavedFrame,
  parseHeaders,
  parseStartLine,
  type RtspRequest,
  type RtspResponse,
} from './rtsp-message.ts';

export type RtspItem = RtspResponse | RtspRequest | InterleavedFrame;

const maximumHeadBytes = 64 * 1024;
const maximumHeadLines = 256;
const maximumBodyBytes = 1024 * 1024;
const maximumGarbageBytes = 64 * 1024;
/** Parts of an unfinished item that are kept apart before they are joined: a camera may send it byte by byte. */
const maximumParts = 1024;

const dollar = 0x24;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const frameHeaderBytes = 4;
/** How a message can begin: an answer, or a request with one of the methods of RFC 2326 and RFC 7826. */
const messageStarts = [
  'RTSP/',
  'HTTP/',
  'OPTIONS ',
  'ANNOUNCE ',
  'GET_PARAMETER ',
  'SET_PARAMETER ',
  'REDIRECT ',
  'PLAY_NOTIFY ',
  'TEARDOWN ',
  'DESCRIBE ',
  'SETUP ',
  'PLAY ',
  'PAUSE ',
  'RECORD ',
];
const longestStart = Math.max(...messageStarts.map((start) => start.length));

/** The stream of bytes cannot be read any further. The message goes on after the camera's name. */
export class FramingError extends Error {}

/** What the bytes at some place begin. */
type Kind = 'frame' | 'message' | 'blank' | 'garbage' | 'undecided';
/** How much an unfinished item lacks at least: a number of bytes, or the rest of a line. */
type Lack = number | 'line';
type Step = { readonly end: number; readonly item?: RtspItem } | { readonly lacks: Lack };

/**
 * Cuts a stream of bytes into RTSP messages and interleaved frames, wherever it was split. Holds one unfinished item at
 * most: 64 kB of head, 1 MB of body or 64 kB of frame. Bodies and frames are views into what was pushed, so that the
 * caller must never write to it again (a socket's chunks are fresh); only an item that came in several chunks is copied.
 */
export class RtspFramer {
  readonly #wants: (channel: number) => boolean;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #lacks: Lack = 0;
  /** The bytes before were neither message nor frame: now a `$` begins a frame only where RTP or RTCP follows. */
  #isLost = false;
  #garbageBytes = 0;

  /** @param wants which channels are of use: frames of the others are passed over where they begin; all when left out */
  constructor(wants: (channel: number) => boolean = () => true) {
    this.#wants = wants;
  }

  /** @throws FramingError when the bytes are not RTSP, or a message is larger than any */
  push(chunk: Buffer): RtspItem[] {
    const items: RtspItem[] = [];
    let offset = 0;
    // No more than the unfinished item lacks is joined with it, so that the rest of the chunk is not copied.
    while (this.#heldBytes > 0 && offset < chunk.length) {
      const lacks = this.#lacks;
      const end = lacks === 'line' ? endOfLine(chunk, offset) : Math.min(offset + lacks, chunk.length);
      this.#hold(chunk.subarray(offset, end));
      if (lacks !== 'line') this.#lacks = lacks - (end - offset);
      offset = end;
      const isReady = lacks === 'line' ? chunk[end - 1] === lineFeed : this.#lacks === 0;
      if (isReady || (lacks === 'line' && this.#heldBytes > maximumHeadBytes)) {
        this.#read(this.#release(), 0, items);
      }
    }
    this.#read(chunk, offset, items);
    return items;
  }

  /** Reads items until the data ends; what is left of it begins an unfinished one. */
  #read(data: Buffer, start: number, items: RtspItem[]): void {
    let offset = start;
    while (offset < data.length) {
      const step = this.#step(data, offset);
      if ('lacks' in step) {
        this.#hold(data.subarray(offset));
        this.#lacks = step.lacks;
        return;
      }
      if (step.item !== undefined) items.push(step.item);
      offset = step.end;
    }
  }

  #step(data: Buffer, offset: number): Step {
    const kind = kindAt(data, offset, this.#isLost);
    switch (kind) {
      case 'frame':
      case 'message': {
        const step = kind === 'frame' ? readFrame(data, offset, this.#wants) : readMessage(data, offset);
        this.#isLost = false;
        this.#garbageBytes = 0;
        return step;
      }
      case 'blank':
        return { end: offset + 1 };
      case 'undecided':
        return { lacks: 1 };
      case 'garbage':
        return { end: this.#skipGarbage(data, offset) };
      default:
        return kind satisfies never;
    }
  }

  /** Some cameras send a few bytes that belong to nothing between frames: where they end. */
  #skipGarbage(data: Buffer, offset: number): number {
    this.#isLost = true;
    let end = offset + 1;
    while (end < data.length && kindAt(data, end, true) === 'garbage') end++;
    this.#garbageBytes += end - offset;
    if (this.#garbageBytes > maximumGarbageBytes) throw new FramingError('it sends something else than RTSP');
    return end;
  }

  #hold(part: Buffer): void {
    this.#held.push(part);
    this.#heldBytes += part.length;
    if (this.#held.length === maximumParts) this.#held = [Buffer.concat(this.#held)];
  }

  #release(): Buffer {
    const [first] = this.#held;
    const data = this.#held.length === 1 && first !== undefined ? first : Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    return data;
  }
}

function kindAt(data: Buffer, offset: number, isLost: boolean): Kind {
  const first = data[offset] ?? 0;
  if (first === dollar) {
    if (!isLost) return 'frame';
    const payload = data[offset + frameHeaderBytes];
    if (payload === undefined) return 'undecided';
    // RTP and RTCP both begin with their version, 2.
    return payload >> 6 === 2 ? 'frame' : 'garbage';
  }
  // Some cameras end a body with a line end that its length does not count.
  if (first === carriageReturn || first === lineFeed) return 'blank';
  const isCapital = first >= 0x41 && first <= 0x5a;
  if (!isCapital) return 'garbage';
  const word = data.toString('latin1', offset, offset + longestStart);
  if (messageStarts.some((start) => word.startsWith(start))) return 'message';
  return messageStarts.some((start) => start.startsWith(word)) ? 'undecided' : 'garbage';
}

function readFrame(data: Buffer, offset: number, wants: (channel: number) => boolean): Step {
  const start = offset + frameHeaderBytes;
  if (data.length < start) return { lacks: start - data.length };
  const end = start + data.readUInt16BE(offset + 2);
  if (data.length < end) return { lacks: end - data.length };
  const channel = data.readUInt8(offset + 1);
  if (!wants(channel)) return { end };
  return { end, item: { type: 'frame', channel, data: data.subarray(start, end) } };
}

/** A message that turns out to have no valid first line is left out. */
function readMessage(data: Buffer, offset: number): Step {
  const bodyStart = endOfHead(data, offset);
  if (bodyStart === undefined) return { lacks: 'line' };
  const head = data.toString('latin1', offset, bodyStart);
  const [firstLine = '', ...lines] = head.split(/\r?\n/);
  if (/^HTTP\//.test(firstLine)) throw new FramingError('it answers in HTTP, like the port of its web page');
  const headers = parseHeaders(lines);
  const bodyBytes = contentLength(header(headers, 'content-length'));
  if (bodyBytes > maximumBodyBytes) throw new FramingError('it announces an endless message');
  const end = bodyStart + bodyBytes;
  if (data.length < end) return { lacks: end - data.length };
  const startLine = parseStartLine(firstLine);
  if (startLine === undefined) return { end };
  return { end, item: { ...startLine, headers, head, body: data.subarray(bodyStart, end) } };
}

/** Behind the empty line that ends a head; lines end with CR LF, those of some cameras with LF alone. */
function endOfHead(data: Buffer, offset: number): number | undefined {
  let lineStart = offset;
  for (let lines = 0; lines < maximumHeadLines; lines++) {
    const lineEnd = data.indexOf(lineFeed, lineStart);
    if ((lineEnd === -1 ? data.length : lineEnd) - offset > maximumHeadBytes) break;
    if (lineEnd === -1) return undefined;
    const isEmpty =
      lineEnd === lineStart || (lineEnd === lineStart + 1 && data[lineStart] === carriageReturn);
    if (isEmpty) return lineEnd + 1;
    lineStart = lineEnd + 1;
  }
  throw new FramingError('it sends a message whose head does not end');
}

/** Absent, negative or no number: no body. */
function contentLength(value: string | undefined): number {
  return Math.max(Number.parseInt(value ?? '', 10) || 0, 0);
}

function endOfLine(data: Buffer, offset: number): number {
  const lineEnd = data.indexOf(lineFeed, offset);
  return lineEnd === -1 ? data.length : lineEnd + 1;
}
