import { isIPv4 } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUsableCandidate, withoutUnusableCandidates } from '../../../main/viewers/remote-candidate.ts';

const candidate = (address: string, transport = 'udp') =>
  `candidate:842163049 1 ${transport} 1677729535 ${address} 46154 typ srflx raddr 10.0.0.5 rport 50002 generation 0`;

test.each([
  ['an IPv4 address', candidate('192.0.2.7'), true],
  ['in capitals', candidate('192.0.2.7', 'UDP'), true],
  ['a name that hides an address', candidate('2ab0b6b9-0001-4bd7-8f42-1f6a2f0e7b11.local'), false],
  ['a host name', candidate('camera.example.org'), false],
  ['an IPv6 address', candidate('2001:db8::7'), false],
  ['TCP', candidate('192.0.2.7', 'tcp'), false],
])('of %s', (_what, line, usable) => {
  expect(isUsableCandidate(line)).toBe(usable);
  expect(withoutUnusableCandidates(`v=0\r\na=${line}\r\na=end-of-candidates\r\na=mid:0\r\n`)).toBe(
    usable ? `v=0\r\na=${line}\r\na=mid:0\r\n` : 'v=0\r\na=mid:0\r\n',
  );
});

test('what is no candidate is refused, and no text is a reason to throw', () => {
  expect(() => isUsableCandidate('candidate:')).toThrow('not an ICE candidate');
  const text = fc.string().map((line) => line.replaceAll(/[\r\n]/g, ''));
  const host = fc.oneof(fc.ipV4(), fc.domain(), fc.ipV6(), text);
  fc.assert(
    fc.property(host, text, (address, end) => {
      const line = `a=candidate:1 1 udp 1 ${address} 50000 typ host ${end}`;
      const kept = withoutUnusableCandidates(line);
      expect(kept).toBe(isIPv4(address) ? line : '');
    }),
  );
});
