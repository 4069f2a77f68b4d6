/** A picture larger than this is none. */
export const maximumPartBytes = 8 * 1024 * 1024;
const maximumHeadBytes = 16 * 1024;
/** What lies between two parts: cameras put an empty line or two there. */
const maximumGapBytes = 16 * 1024;
const headEnd = /\r?\n\r?\n/;

/** What a stream of parts does that no stream of pictures does. */
export class MultipartError extends Error {}

/**
 * Takes a stream of pictures apart (multipart/x-mixed-replace, RFC 2046 section 5.1), in whatever chunks it comes. Parts with
 * a Content-Length end where it says, others at the next boundary.
 */
export class MultipartParser {
  readonly #boundary: Buffer;
  /** Bytes that came and were not used: `#length` of them are filled. */
  #buffer: Buffer = Buffer.alloc(4 * 1024);
  #length = 0;
  /** Up to here there is no boundary: it is not looked for twice. */
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

  #append(chunk: Buffer): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    chunk.copy(this.#buffer, this.#length);
    this.#length = needed;
  }

  /** Takes so many bytes from the front. */
  #drop(bytes: number): void {
    this.#buffer.copy(this.#buffer, 0, bytes, this.#length);
    this.#length -= bytes;
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
    const text = this.#buffer.toString('latin1', 0, Math.min(this.#length, maximumHeadBytes));
    const end = headEnd.exec(text);
    if (end === null) {
      if (this.#length >= maximumHeadBytes)
        throw new MultipartError('sends a picture whose head does not end');
      return false;
    }
    const [, length] =
      /^content-length[ \t]*:[ \t]*(\d{1,10})[ \t]*\r?$/im.exec(text.slice(0, end.index)) ?? [];
    // Some say 0 and send a picture all the same.
    this.#contentLength = length === undefined || Number(length) === 0 ? undefined : Number(length);
    if ((this.#contentLength ?? 0) > maximumPartBytes) throw tooLarge();
    this.#drop(end.index + end[0].length);
    this.#state = 'body';
    return true;
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
      if (end > 0 && this.#buffer[end - 1] === 0x0a) end--;
      if (end > 0 && this.#buffer[end - 1] === 0x0d) end--;
    } else if (this.#length < end) {
      return false;
    }
    parts.push(Buffer.from(this.#buffer.subarray(0, end)));
    this.#drop(end);
    this.#state = 'before';
    return true;
  }

  #indexOfBoundary(): number {
    const at = this.#buffer.subarray(0, this.#length).indexOf(this.#boundary, this.#searched);
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
