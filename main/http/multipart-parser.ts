/** A picture larger than this is none. */
export const maximumPartBytes = 8 * 1024 * 1024;
const maximumHeadBytes = 16 * 1024;
/** What lies between two parts: cameras put an empty line or two there. */
const maximumGapBytes = 16 * 1024;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** What a stream of parts does that no stream of pictures does. */
export class MultipartError extends Error {}

/**
 * Takes a stream of pictures apart (multipart/x-mixed-replace, RFC 2046 section 5.1), in whatever chunks it comes. Parts with
 * a Content-Length end where it says, others at the next boundary.
 */
export class MultipartParser {
  readonly #boundary: Buffer;
  /** Bytes that came: those from `#start` to `#end` were not used yet. Moved only for room: a chunk may hold thousands of parts. */
  #buffer: Buffer = Buffer.alloc(4 * 1024);
  #start = 0;
  #end = 0;
  /** So many of them hold no boundary, or no end of a head: it is not looked for twice. */
  #searched = 0;
  #state: 'before' | 'head' | 'body' = 'before';
  #contentLength: number | undefined;

  /** @param boundary the parameter of the Content-Type; some cameras write its two dashes into it, others do not */
  constructor(boundary: string) {
    this.#boundary = Buffer.from(`--${boundary.replace(/^--/, '')}`, 'latin1');
  }

  /** The bodies of the parts that this chunk ended. @throws MultipartError when a bound is exceeded */
  push(chunk: Buffer): Buffer[] {
    this.#append(chunk);
    const parts: Buffer[] = [];
    while (this.#step(parts));
    return parts;
  }

  get #length(): number {
    return this.#end - this.#start;
  }

  #append(chunk: Buffer): void {
    if (this.#end + chunk.length > this.#buffer.length) {
      const needed = this.#length + chunk.length;
      const isLarge = needed > this.#buffer.length;
      const target = isLarge ? Buffer.alloc(Math.max(needed, this.#buffer.length * 2)) : this.#buffer;
      this.#buffer.copy(target, 0, this.#start, this.#end);
      this.#buffer = target;
      this.#end -= this.#start;
      this.#start = 0;
    }
    chunk.copy(this.#buffer, this.#end);
    this.#end += chunk.length;
  }

  /** Takes so many bytes from the front. */
  #drop(bytes: number): void {
    this.#start += bytes;
    this.#searched = 0;
  }

  /** Whether there may be more to do. */
  #step(parts: Buffer[]): boolean {
    switch (this.#state) {
      case 'before':
        return this.#findBoundary();
      case 'head':
        return this.#readHead();
      case 'body':
        return this.#readBody(parts);
      default:
        return this.#state satisfies never;
    }
  }

  #findBoundary(): boolean {
    const at = this.#indexOfBoundary();
    if (at === -1) {
      if (this.#length > maximumGapBytes) throw new MultipartError('sends no boundary between its pictures');
      return false;
    }
    this.#drop(at + this.#boundary.length);
    this.#state = 'head';
    return true;
  }

  #readHead(): boolean {
    const end = this.#findHeadEnd();
    if (end === undefined) {
      if (this.#length >= maximumHeadBytes)
        throw new MultipartError('sends a picture whose head does not end');
      return false;
    }
    const head = this.#buffer.toString('latin1', this.#start, this.#start + end);
    const [, length] = /^content-length[ \t]*:[ \t]*(\d{1,10})[ \t]*\r?$/im.exec(head) ?? [];
    // Some say 0 and send a picture all the same.
    this.#contentLength = length === undefined || Number(length) === 0 ? undefined : Number(length);
    if ((this.#contentLength ?? 0) > maximumPartBytes) throw tooLarge();
    this.#drop(end);
    this.#state = 'body';
    return true;
  }

  /** Where the empty line behind the head ends, counted from its first byte; undefined when it has not come. */
  #findHeadEnd(): number | undefined {
    const buffer = this.#buffer;
    const end = Math.min(this.#end, this.#start + maximumHeadBytes);
    for (let at = this.#start + this.#searched; at + 1 < end; at++) {
      if (buffer[at] !== lineFeed) continue;
      const next = buffer[at + 1] === carriageReturn ? at + 2 : at + 1;
      // The rest of the empty line is still to come.
      if (next >= end) break;
      if (buffer[next] === lineFeed) return next + 1 - this.#start;
    }
    // Two bytes short of the end: they may be the beginning of the empty line.
    this.#searched = Math.max(0, end - this.#start - 2);
    return undefined;
  }

  #readBody(parts: Buffer[]): boolean {
    let end = this.#contentLength;
    if (end === undefined) {
      const at = this.#indexOfBoundary();
      if (at === -1) {
        if (this.#length > maximumPartBytes) throw tooLarge();
        return false;
      }
      // The line break belongs to the boundary.
      end = at;
      if (end > 0 && this.#buffer[this.#start + end - 1] === lineFeed) end--;
      if (end > 0 && this.#buffer[this.#start + end - 1] === carriageReturn) end--;
    } else if (this.#length < end) {
      return false;
    }
    parts.push(Buffer.from(this.#buffer.subarray(this.#start, this.#start + end)));
    this.#drop(end);
    this.#state = 'before';
    return true;
  }

  #indexOfBoundary(): number {
    const at = this.#buffer.subarray(this.#start, this.#end).indexOf(this.#boundary, this.#searched);
    if (at === -1) this.#searched = Math.max(0, this.#length - this.#boundary.length + 1);
    return at;
  }
}

function tooLarge(): MultipartError {
  return new MultipartError(`sends a picture of more than ${maximumPartBytes / 1024 / 1024} MB`);
}

/** The boundary of a Content-Type `multipart/…`; undefined for another type or without one. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^\s*multipart\//i.test(contentType)) return undefined;
  const [, quoted, token] =
    /;\s*boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType) ?? [];
  return quoted ?? token;
}
