import type { ForwarderKind } from '../../bench/forwarders/kinds.ts';
import type { Results } from '../../bench/results.ts';
import type { SendFigures } from '../../bench/send.ts';
import { summarize } from '../../bench/statistics.ts';

/** @param rounds microseconds for a packet */
export function sendFigures(kind: ForwarderKind, rounds: readonly number[]): SendFigures {
  return {
    kind,
    cameras: 16,
    viewers: 4,
    microsecondsPerPacket: summarize(rounds),
    srtpProfile: 7,
    decrypted: 640,
    refused: 0,
    lost: 0,
  };
}

/** What a run leaves that measured one section. */
export function someResults(): Results {
  return {
    chromium: '1.2.3',
    werift: '4.5.6',
    skipped: { pion: 'there is no Go' },
    sections: {
      send: {
        measuredAt: '2026-01-02T03:04:05.678Z',
        machine: '2 × some',
        node: 'v24',
        busyBefore: 25,
        seconds: 30,
        figures: [
          sendFigures('floor', [8, 10, 12]),
          sendFigures('gatehouse', [12, 15, 18]),
          sendFigures('werift', [39, 40, 41]),
        ],
      },
    },
  };
}
