/** Telephone sound, 8,000 samples a second, one channel. */
export type TelephoneCodec = 'PCMU' | 'PCMA';

const lengthenMuLaw = table((byte) => {
  const inverted = ~byte & 0xff;
  const magnitude = ((((inverted & 0x0f) << 3) + 132) << ((inverted >> 4) & 7)) - 132;
  return (inverted & 0x80) === 0 ? magnitude : -magnitude;
});

const lengthenALaw = table((byte) => {
  const even = byte ^ 0x55;
  const [exponent, mantissa] = [(even >> 4) & 7, even & 0x0f];
  const magnitude = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 264) << (exponent - 1);
  return (even & 0x80) === 0 ? -magnitude : magnitude;
});

/** What the bytes mean (ITU-T G.711), as samples of 16 bits. */
export function decodeG711(codec: TelephoneCodec, payload: Buffer): Int16Array {
  const meaning = codec === 'PCMU' ? lengthenMuLaw : lengthenALaw;
  return Int16Array.from(payload, (byte) => meaning[byte] ?? 0);
}

function table(meaning: (byte: number) => number): Int16Array {
  return Int16Array.from({ length: 256 }, (_, byte) => meaning(byte));
}
