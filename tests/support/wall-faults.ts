import type { VirtualCamera } from '../../main/demo/virtual-fleet.ts';
import type { LossyRelay } from './lossy-relay.ts';
import type { TileWords } from './wall-witness.ts';

/** A camera behind a relay, and what can happen to it. */
export interface FaultyCamera {
  readonly camera: VirtualCamera;
  readonly relay: LossyRelay;
}

export interface WallFault {
  readonly name: string;
  begin(target: FaultyCamera): void;
  end(target: FaultyCamera): void;
  /** Whether a tile says what is wrong. */
  isSaid(words: TileWords): boolean;
  /** A veil lies over the picture; else it is a warning beside a live one. */
  readonly veil: boolean;
  /** In how many seconds it is to be said. */
  readonly within: number;
  /** Seconds until the picture is back, at most. */
  readonly back: number;
  /** At most so often with one camera. */
  readonly rounds?: number;
}

const notLive = ({ state }: TileWords) => state !== 'live';

/** What happens to cameras and to the way to them. */
export const cameraFaults = {
  frozen: {
    name: 'frozen picture',
    begin: ({ camera }) => camera.freeze(true),
    end: ({ camera }) => camera.freeze(false),
    isSaid: ({ state, cause, text }) =>
      state === 'stale' && cause === 'same-picture' && /Same picture for \d+ s/.test(text),
    veil: true,
    within: 5,
    back: 3,
  },
  silent: {
    name: 'silent camera',
    begin: ({ camera }) => camera.silence(true),
    end: ({ camera }) => camera.silence(false),
    isSaid: notLive,
    veil: true,
    within: 5,
    back: 10,
  },
  black: {
    name: 'black picture',
    begin: ({ camera }) => camera.look('black'),
    end: ({ camera }) => camera.look('usual'),
    isSaid: ({ state, cause, text }) =>
      state === 'stale' && cause === 'blank-picture' && /Black picture for \d+ s/.test(text),
    veil: true,
    within: 5,
    back: 3,
  },
  covered: {
    name: 'covered camera',
    begin: ({ camera }) => camera.look('covered'),
    end: ({ camera }) => camera.look('usual'),
    isSaid: ({ state, view, text }) =>
      state === 'live' && view === 'covered' && text.includes('View covered'),
    veil: false,
    within: 5,
    back: 5,
  },
  turned: {
    name: 'turned camera',
    begin: ({ camera }) => camera.look('turned'),
    end: ({ camera }) => camera.look('usual'),
    isSaid: ({ state, view, text }) =>
      state === 'live' && view === 'moved' && text.includes('View has changed'),
    veil: false,
    within: 12,
    back: 5,
    rounds: 3,
  },
  reboot: {
    name: 'rebooting camera',
    begin: ({ camera }) => {
      void camera.refuse(true);
      camera.drop();
    },
    end: ({ camera }) => void camera.refuse(false),
    isSaid: notLive,
    veil: true,
    within: 5,
    back: 10,
  },
  'half-open': {
    name: 'half-open connection',
    begin: ({ relay }) => relay.lose(),
    end: ({ relay }) => relay.restore(),
    isSaid: notLive,
    veil: true,
    within: 5,
    back: 10,
  },
} as const satisfies Readonly<Record<string, WallFault>>;

/** Live, and nothing odd about it. */
export function isWell({ state, view }: TileWords): boolean {
  return state === 'live' && view === null;
}
