/*
 * The tables that JPEG over RTP leaves out because both sides know them: quantisation by quality (RFC 2435 section 4.2 and
 * appendix A), Huffman codes (ITU-T T.81 annex K.3, RFC 2435 appendix B).
 */

/** T.81 tables K.1 and K.2, row by row. */
const luminance = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
const chrominance = [
  17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/** Places of an 8x8 block in the order in which a JPEG writes them (T.81 figure A.6): along the diagonals, to and fro. */
const zigzag = Array.from({ length: 64 }, (_, place) => place).sort((a, b) => {
  const [rowA, rowB] = [a >> 3, b >> 3];
  const [diagonalA, diagonalB] = [rowA + (a & 7), rowB + (b & 7)];
  if (diagonalA !== diagonalB) return diagonalA - diagonalB;
  return diagonalA % 2 === 0 ? rowB - rowA : rowA - rowB;
});

/** The two quantisation tables of a quality, 64 bytes each. @param quality 1 … 99 */
export function quantisationTables(quality: number): readonly [Buffer, Buffer] {
  const factor = quality < 50 ? Math.floor(5_000 / quality) : 200 - quality * 2;
  const scaled = (table: readonly number[]) =>
    Buffer.from(
      zigzag.map((place) => {
        const value = Math.floor(((table[place] ?? 0) * factor + 50) / 100);
        return Math.min(Math.max(value, 1), 255);
      }),
    );
  return [scaled(luminance), scaled(chrominance)];
}

/** A Huffman table: class (0 DC, 1 AC) and destination, how many codes of each length from 1 to 16, and what they mean. */
function huffmanTable(identifier: number, counts: readonly number[], symbols: Buffer): Buffer {
  return Buffer.concat([Buffer.from([identifier, ...counts]), symbols]);
}

const directCurrentSymbols = Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
const luminanceSymbols = Buffer.from(
  `01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a343536
   3738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999a
   a2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7
   f8f9fa`.replace(/\s/g, ''),
  'hex',
);
const chrominanceSymbols = Buffer.from(
  `0001020311040521310612415107617113223281081442 91a1b1c109233352f0156272d10a162434e125f11718191a262728292a3536
   3738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a9293949596979899
   9aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8
   f9fa`.replace(/\s/g, ''),
  'hex',
);

/** All four Huffman tables, one behind the other, as a DHT segment holds them. */
export const huffmanTables: Buffer = Buffer.concat([
  huffmanTable(0x00, [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], directCurrentSymbols),
  huffmanTable(0x10, [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d], luminanceSymbols),
  huffmanTable(0x01, [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], directCurrentSymbols),
  huffmanTable(0x11, [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77], chrominanceSymbols),
]);
