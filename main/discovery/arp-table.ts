import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { parseMac } from './mac-vendor.ts';

/** MAC addresses by IPv4 address. */
export type ArpTable = ReadonlyMap<string, string>;

const maximumCharacters = 512 * 1_024;
const timeoutMilliseconds = 2_000;

/**
 * Reads Linux's /proc/net/arp and what `arp -a` prints on Windows and macOS: lines that hold an IPv4 address and behind it a
 * MAC address. Entries that are not complete have none, or zeros. Pure.
 */
export function parseArpTable(text: string): ArpTable {
  const table = new Map<string, string>();
  for (const line of text.slice(0, maximumCharacters).split(/\r?\n/)) {
    const words = line.trim().split(/\s+/);
    // macOS: `? (192.168.1.1) at 0:40:8c:1:2:3 on en0`.
    const at = words.findIndex((word) => isIPv4(word.replace(/^\((.*)\)$/, '$1')));
    if (at === -1) continue;
    const mac = words.slice(at + 1).reduce<string | null>((found, word) => found ?? parseMac(word), null);
    const address = words[at]?.replace(/[()]/g, '') ?? '';
    // Of groups, not of devices: the lowest bit of the first byte.
    if (mac !== null && (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0) table.set(address, mac);
  }
  return table;
}

/** The neighbours that this computer knows; none where they cannot be read. */
export async function readArpTable(): Promise<ArpTable> {
  if (process.platform === 'linux')
    return parseArpTable(await readFile('/proc/net/arp', 'utf8').catch(() => ''));
  const options = { timeout: timeoutMilliseconds, maxBuffer: maximumCharacters, windowsHide: true };
  return await new Promise((resolve) => {
    // A fixed command of the system's without anything from outside.
    execFile('arp', ['-a'], options, (_error, stdout) => resolve(parseArpTable(stdout)));
  });
}
