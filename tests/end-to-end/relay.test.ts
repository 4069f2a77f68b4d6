import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { canMakeNamespace, runInNamespace } from '../support/network-namespace.ts';

const script = path.resolve(import.meta.dirname, '../support/namespace-relay.ts');

function hasTurnServer(): boolean {
  try {
    execFileSync('turnserver', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!canMakeNamespace() || !hasTurnServer())(
  'a window that reaches nothing but a TURN server gets pictures through it, over UDP and TCP, also from an engine that reaches nothing else, and its test of the connection says so (needs coturn, iproute2 and unshare)',
  async () => {
    expect(await runInNamespace(script)).toEqual({
      windowOnly: { problems: [null], ways: ['relay udp host'] },
      both: { problems: [null], ways: ['relay udp relay'] },
      bothOverTcp: {
        problems: [null],
        ways: ['relay tcp relay'],
        said: [
          expect.stringMatching(/^Directly: No UDP packet/),
          expect.stringMatching(/^Through a relay: Pictures reach this window/),
          'turn:…?transport=tcp, seen from this window: It answers, and takes packets for this window at ….',
          'turn:…?transport=tcp, seen from Gatehouse: It answers, and takes packets for Gatehouse at ….',
        ],
      },
      wrongSecret: ['wrong-credentials'],
      expired: 'wrong-credentials',
    });
  },
);
