import table from './mac-vendors.json' with { type: 'json' };

const makers = new Map(
  Object.entries(table).flatMap(([maker, prefixes]) =>
    prefixes.split(' ').map((prefix): [string, string] => [prefix, maker]),
  ),
);
/** Digits of the blocks that IEEE hands out (MA-S, MA-M, MA-L), the smallest block first. */
const prefixLengths = [9, 7, 6];

/** A MAC address as `00:40:8c:12:34:56`; null when the text is none, or belongs to nobody (all zeros, all ones). */
export function parseMac(text: string): string | null {
  const digits = text.trim().toLowerCase();
  const groups = /^[\da-f]{12}$/.test(digits)
    ? (digits.match(/../g) ?? [])
    : /^[\da-f]{1,2}([:-][\da-f]{1,2}){5}$/.test(digits)
      ? // macOS leaves leading zeros out.
        digits.split(/[:-]/).map((group) => group.padStart(2, '0'))
      : [];
  const mac = groups.join(':');
  return mac === '' || mac === '00:00:00:00:00:00' || mac === 'ff:ff:ff:ff:ff:ff' ? null : mac;
}

/** Who makes devices with such a MAC address, if it is a maker of cameras; null otherwise. Source: IEEE's registry. */
export function makerOfMac(mac: string): string | null {
  const digits = mac.replaceAll(':', '');
  for (const length of prefixLengths) {
    const maker = makers.get(digits.slice(0, length));
    if (maker !== undefined) return maker;
  }
  return null;
}
