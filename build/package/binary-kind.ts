/** What a compiled file is for, in Node's words. */
export interface BinaryKind {
  readonly platform: 'linux' | 'win32' | 'darwin';
  readonly arch: 'x64' | 'arm64';
}

/** e_machine of ELF, Machine of PE, cputype of Mach-O. */
const processors: Readonly<Record<BinaryKind['platform'], Readonly<Record<number, BinaryKind['arch']>>>> = {
  linux: { 62: 'x64', 183: 'arm64' },
  win32: { 34404: 'x64', 43620: 'arm64' },
  darwin: { 16777223: 'x64', 16777228: 'arm64' },
};

/** Reads it from the header of a 64-bit little-endian ELF, PE or Mach-O file; undefined when it is none, or cut off. */
export function binaryKind(file: Buffer): BinaryKind | undefined {
  const header = readHeader(file);
  if (header === undefined) return undefined;
  const arch = processors[header.platform][header.processor];
  return arch === undefined ? undefined : { platform: header.platform, arch };
}

function readHeader(file: Buffer): { platform: BinaryKind['platform']; processor: number } | undefined {
  if (file.length < 64) return undefined;
  if (file.readUInt32BE(0) === 0x7f454c46 && file.readUInt16BE(4) === 0x0201) {
    return { platform: 'linux', processor: file.readUInt16LE(18) };
  }
  if (file.readUInt32LE(0) === 0xfeedfacf) return { platform: 'darwin', processor: file.readUInt32LE(4) };
  if (file.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const at = file.readUInt32LE(60);
  if (at + 6 > file.length || file.toString('latin1', at, at + 4) !== 'PE\0\0') return undefined;
  return { platform: 'win32', processor: file.readUInt16LE(at + 4) };
}
