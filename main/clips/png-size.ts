const signature = Buffer.from('89504e470d0a1a0a', 'hex');
/** The largest picture that a screen or a camera has. */
const maximumSide = 32_768;

/** Reads the size out of a PNG file (RFC 2083 section 4.1.1); undefined when it is none. */
export function pngSize(file: Buffer): { width: number; height: number } | undefined {
  if (file.length < 24 || !file.subarray(0, 8).equals(signature)) return undefined;
  const width = file.readUInt32BE(16);
  const height = file.readUInt32BE(20);
  return width > 0 && height > 0 && width <= maximumSide && height <= maximumSide
    ? { width, height }
    : undefined;
}
