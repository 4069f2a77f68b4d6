import { framesPerSecond } from './clip.ts';
import type { CameraCredentials } from './credentials.ts';
import type { QuirkName } from './quirks.ts';
import type { SoundCodec } from './sound-clip.ts';
import { VirtualCamera, type VirtualCameraOptions, type VirtualOnvifOptions } from './virtual-camera.ts';

export type { VirtualCamera };

export interface VirtualFleetOptions {
  readonly count: number;
  /** 127.0.0.1 when left out. */
  readonly host?: string;
  /** Camera i listens on `port + i`; 0 or left out: each takes a free one. With addresses of their own all on `port`. */
  readonly port?: number;
  /** Each on a loopback address of its own, from 127.1.0.1 on, as cameras are in a network; Linux has them all. */
  readonly ownAddresses?: boolean;
  /** Each has an ONVIF device, whose ports are like those of RTSP; none when left out. */
  readonly onvif?: VirtualOnvifOptions;
  /** Seconds from key frame to key frame; 2 when left out. */
  readonly gopSeconds?: 2 | 10;
  /** Open to everybody when left out. */
  readonly credentials?: CameraCredentials;
  /** What all of them do wrong; nothing when left out. */
  readonly quirk?: QuirkName | undefined;
  /** By camera; H.264 where left out. */
  readonly codecs?: readonly VirtualCameraOptions['codecs'][];
  /** By camera, again and again; none where left out. */
  readonly sounds?: readonly (SoundCodec | undefined)[];
}

/** Of the cameras of the demo: they can be found, moved, and report what moves. */
export const demoOnvif: VirtualOnvifOptions = { port: 0, motion: true };

/** In the demo there are cameras with G.711, with AAC, and without sound. */
export const demoSounds: readonly (SoundCodec | undefined)[] = ['PCMU', 'MPEG4-GENERIC', undefined];

/** Fine enough that a picture is late by no more than this. */
const tickMilliseconds = 4;
/** A clock that stood for longer was asleep with its machine. */
const sleepMilliseconds = 1_000;

/** Virtual cameras on one clock. */
export class VirtualFleet implements AsyncDisposable {
  readonly cameras: readonly VirtualCamera[];
  readonly #clock: NodeJS.Timeout;

  constructor(cameras: readonly VirtualCamera[]) {
    this.cameras = cameras;
    let last = performance.now();
    this.#clock = setInterval(() => {
      const now = performance.now();
      const pause = now - last;
      last = now;
      for (const camera of cameras) {
        // A live camera does not send what it should have sent while it slept.
        if (pause > sleepMilliseconds) camera.postpone(pause);
        camera.tick(now);
      }
    }, tickMilliseconds);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#clock);
    await Promise.all(this.cameras.map((camera) => camera[Symbol.asyncDispose]()));
  }
}

/** Starts cameras in this process; they send their pictures at different moments within the time of one frame. */
export async function startVirtualCameras(options: VirtualFleetOptions): Promise<VirtualFleet> {
  const { count, port = 0, gopSeconds = 2, credentials, quirk, onvif, codecs, sounds = [] } = options;
  const now = performance.now();
  const cameras: VirtualCamera[] = [];
  try {
    for (let index = 0; index < count; index++) {
      const startedAt = now + (index / count) * (1_000 / framesPerSecond);
      const host = options.ownAddresses === true ? ownAddress(index) : (options.host ?? '127.0.0.1');
      const portOf = (first: number) =>
        first === 0 || options.ownAddresses === true ? first : first + index;
      cameras.push(
        await VirtualCamera.start({
          index,
          host,
          port: portOf(port),
          gopSeconds,
          credentials,
          codecs: codecs?.[index],
          sound: sounds[index % sounds.length],
          startedAt,
          quirk,
          onvif: onvif === undefined ? undefined : { ...onvif, port: portOf(onvif.port) },
        }),
      );
    }
  } catch (error) {
    await Promise.all(cameras.map((camera) => camera[Symbol.asyncDispose]()));
    throw error;
  }
  return new VirtualFleet(cameras);
}

/** 127.1.0.1 … 127.1.0.250, 127.1.1.1 … */
function ownAddress(index: number): string {
  return `127.1.${Math.floor(index / 250)}.${1 + (index % 250)}`;
}
