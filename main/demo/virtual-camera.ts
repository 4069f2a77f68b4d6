import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { VideoCodec } from '../contract/codecs.ts';
import { framesPerSecond, loadClip, loadClipIn, loadQuirkClip, scenes } from './clip.ts';
import { Corruption } from './corruption.ts';
import { type CameraCredentials, CredentialCheck } from './credentials.ts';
import type { CameraStatistics, CameraView } from './fleet-command.ts';
import { LiveSource } from './live-source.ts';
import { OnvifDevice, type OnvifDeviceOptions } from './onvif-device.ts';
import { type QuirkName, quirkOf } from './quirks.ts';
import { type Profile, RtspClientConnection, type ServedCamera } from './rtsp-client-connection.ts';
import type { SoundCodec } from './sound-clip.ts';
import { SoundSource } from './sound-source.ts';

/** A camera that moves stands on a mast: to each side of its own scene there are four others, as far as it can turn. */
const scenesToEachSide = 4;
/** In each round of so many milliseconds something moves in front of the camera, at its beginning. */
const motionRound = { milliseconds: 20_000, moving: 8_000 } as const;

/** Of the ONVIF device of a virtual camera. */
export interface VirtualOnvifOptions
  extends Pick<OnvifDeviceOptions, 'port' | 'authentication' | 'quirks' | 'uuid' | 'channels'> {
  /** It reports motion by itself, again and again. */
  readonly motion?: boolean;
}

/** From one camera's place in its clip to the next one's: no two of a wall send key frames or begin the loop together. */
const framesApart = 67;

export interface VirtualCameraOptions {
  /** From 0; decides scene and name. */
  readonly index: number;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly gopSeconds: 2 | 10;
  readonly credentials: CameraCredentials | undefined;
  /** Of each stream; H.264 when left out. */
  readonly codecs?: { readonly main?: VideoCodec; readonly sub?: VideoCodec } | undefined;
  /** Of the sound of both streams; none when left out. */
  readonly sound?: SoundCodec | undefined;
  /** `performance.now()` at which the clips began; the cameras of a fleet are spread over the time of one frame. */
  readonly startedAt: number;
  /** Without an ONVIF device when left out. */
  readonly onvif?: VirtualOnvifOptions | undefined;
  /** What it does wrong; left out: nothing. */
  readonly quirk?: QuirkName | undefined;
}

/**
 * A camera that is none: an RTSP server with a main stream (`/main`, 1280x720) and a sub-stream (`/sub`, 640x360), live on
 * one clock, with the faults that real cameras have at hand.
 */
export class VirtualCamera implements AsyncDisposable {
  readonly name: string;
  readonly #options: VirtualCameraOptions;
  readonly #served: ServedCamera;
  readonly #sources: Readonly<Record<Profile, LiveSource>>;
  readonly #sockets = new Set<net.Socket>();
  readonly #disposing = new AbortController();
  #onvif: OnvifDevice | undefined;
  /** How many scenes it has turned to the right. */
  #turned = 0;
  #isMotion = false;
  #server: net.Server | undefined;
  #port: number;
  #connections = 0;
  #isRefusing = false;
  #isRebooting = false;
  #isSilent = false;
  #hasNoPictures = false;
  #corruption: Corruption | undefined;

  private constructor(options: VirtualCameraOptions) {
    const { index, port, gopSeconds, credentials, startedAt } = options;
    const scene = scenes[index % scenes.length] ?? scenes[0];
    const round = Math.floor(index / scenes.length);
    this.name = round === 0 ? scene : `${scene} ${round + 1}`;
    this.#options = options;
    this.#port = port;
    const quirk = quirkOf(options.quirk);
    const sound = quirk.sound?.codec ?? options.sound;
    const sourceOf = (profile: Profile) => {
      const codec = options.codecs?.[profile] ?? 'H264';
      const h264 = () =>
        quirk.clip === undefined ? loadClip(index, profile, gopSeconds) : loadQuirkClip(quirk.clip);
      return new LiveSource(codec === 'H264' ? h264() : loadClipIn(codec), startedAt, index * framesApart);
    };
    this.#sources = { main: sourceOf('main'), sub: sourceOf('sub') };
    this.#served = {
      name: this.name,
      credentials: credentials === undefined ? undefined : new CredentialCheck(credentials),
      source: (profile) => this.#sources[profile],
      sound: sound && new SoundSource(sound, index, startedAt, quirk.sound?.fault),
      playing: new Map(),
      quirk,
    };
  }

  static async start(options: VirtualCameraOptions): Promise<VirtualCamera> {
    const camera = new VirtualCamera(options);
    await camera.#listenIfAwake();
    await camera.#startOnvif();
    return camera;
  }

  /** Undefined when it has none. */
  get onvif(): OnvifDevice | undefined {
    return this.#onvif;
  }

  /** Of its ONVIF device; null when it has none. */
  get onvifUrl(): string | null {
    return this.#onvif?.url ?? null;
  }

  get mainUrl(): string {
    return `rtsp://${this.#options.host}:${this.#port}/main`;
  }

  get subUrl(): string {
    return `rtsp://${this.#options.host}:${this.#port}/sub`;
  }

  /** Dials so far, sockets that are open, sessions that play. */
  get statistics(): CameraStatistics {
    const playing = { main: 0, sub: 0 };
    for (const profile of this.#served.playing.values()) playing[profile]++;
    return { connections: this.#connections, openConnections: this.#sockets.size, playing };
  }

  /** Sends the pictures that are due; the fleet's clock calls it. */
  tick(now: number): void {
    this.#followMotor(now);
    this.#reportMotion(now);
    for (const profile of ['main', 'sub'] as const) {
      const source = this.#sources[profile];
      // Most ticks are nobody's: this is what makes a camera cheap that nobody watches.
      if (now < source.dueAt) continue;
      for (const frame of source.due(now)) {
        if (this.#isSilent || this.#hasNoPictures) continue;
        for (const [session, wanted] of this.#served.playing) {
          if (wanted === profile) session.send(frame, this.#corruption);
        }
      }
    }
    this.#served.sound?.tick(now, this.#isSilent);
  }

  /** Goes on so much later where it was: the machine slept. */
  postpone(milliseconds: number): void {
    for (const source of Object.values(this.#sources)) source.postpone(milliseconds);
    this.#served.sound?.postpone(milliseconds);
  }

  millisecondsToNextKeyFrame(profile: Profile): number {
    return this.#sources[profile].millisecondsToNextKeyFrame(performance.now());
  }

  /** New connections are refused; those that are open stay. */
  async refuse(on: boolean): Promise<void> {
    this.#isRefusing = on;
    if (on) this.#stopListening();
    else await this.#listenIfAwake();
  }

  /** Cuts every open connection. */
  drop(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Connections stay open, nothing is sent. */
  silence(on: boolean): void {
    this.#isSilent = on;
  }

  /** Its sound goes on, no picture is sent. */
  stopPictures(on: boolean): void {
    this.#hasNoPictures = on;
  }

  /** Packets go on, the picture stands still. */
  freeze(on: boolean): void {
    for (const source of Object.values(this.#sources)) source.freeze(on);
  }

  /** Only for streams in H.264. */
  look(view: CameraView): void {
    const { index, gopSeconds, codecs } = this.#options;
    for (const profile of ['main', 'sub'] as const) {
      if ((codecs?.[profile] ?? 'H264') !== 'H264') continue;
      const scene = index + (view === 'turned' ? scenesToEachSide : 0);
      const isScene = view === 'usual' || view === 'turned';
      this.#sources[profile].show(isScene ? loadClip(scene, profile, gopSeconds) : loadQuirkClip(view));
    }
  }

  /** Somebody sets the small picture to the size of the large one: other parameter sets in the middle of the stream. */
  enlarge(): void {
    const { index, gopSeconds } = this.#options;
    this.#sources.sub.show(loadClip(index, 'main', gopSeconds));
  }

  /** Only for a camera with credentials; who is connected stays so, as on real cameras. */
  changePassword(password: string): void {
    this.#served.credentials?.changePassword(password);
  }

  /** The nonce of Digest is stale from now on. */
  expireNonce(): void {
    this.#served.credentials?.expireNonce();
  }

  /** Gone for so many seconds; resolves when it is back, or when it was disposed meanwhile. */
  async reboot(seconds: number): Promise<void> {
    this.#isRebooting = true;
    this.#stopListening();
    this.drop();
    // Its subscriptions are gone with it.
    this.#onvif?.pullPoints.clear();
    try {
      await delay(seconds * 1_000, undefined, { signal: this.#disposing.signal });
    } catch {
      return;
    }
    this.#isRebooting = false;
    await this.#listenIfAwake();
  }

  /** Flips bytes in a share of the packets, the same in every run. */
  corrupt(on: boolean): void {
    this.#corruption = on ? new Corruption(this.#options.index) : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposing.abort();
    this.#stopListening();
    await this.#onvif?.[Symbol.asyncDispose]();
    await Promise.all(
      [...this.#sockets].map(async (socket) => {
        const closed = once(socket, 'close');
        socket.destroy();
        await closed;
      }),
    );
  }

  async #startOnvif(): Promise<void> {
    const { onvif, host, index, gopSeconds, credentials } = this.#options;
    if (onvif === undefined) return;
    const sources = this.#sources;
    const { name, mainUrl, subUrl } = this;
    const gopFrames = gopSeconds * framesPerSecond;
    const synchronize = (profile: Profile) => sources[profile].synchronize();
    this.#onvif = await OnvifDevice.start({
      ...onvif,
      camera: { name, index, mainUrl, subUrl, gopFrames, synchronize },
      host,
      account: credentials,
    });
  }

  /** Where it looks is what it shows. */
  #followMotor(now: number): void {
    if (this.#onvif === undefined) return;
    const { index, gopSeconds } = this.#options;
    const turned = Math.round(this.#onvif.motor.position(now).pan * scenesToEachSide);
    // Clips with long GOPs exist of one scene only.
    if (turned === this.#turned || gopSeconds !== 2) return;
    this.#turned = turned;
    const scene = index + scenes.length + turned;
    for (const profile of ['main', 'sub'] as const) {
      this.#sources[profile].show(loadClip(scene, profile, gopSeconds));
    }
  }

  #reportMotion(now: number): void {
    const { onvif, startedAt } = this.#options;
    if (onvif?.motion !== true) return;
    const isMotion = (now - startedAt) % motionRound.milliseconds < motionRound.moving;
    if (isMotion === this.#isMotion) return;
    this.#isMotion = isMotion;
    this.#onvif?.report('motion', isMotion);
  }

  /** Not while it refuses or reboots: whichever ends last opens the door. */
  async #listenIfAwake(): Promise<void> {
    if (this.#server !== undefined || this.#isRefusing || this.#isRebooting) return;
    const server = net.createServer((socket) => this.#welcome(socket));
    this.#server = server;
    server.listen(this.#port, this.#options.host);
    try {
      await once(server, 'listening');
    } catch (error) {
      this.#server = undefined;
      throw error;
    }
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  /** The port is closed at once; the server's own end comes with that of its last connection. */
  #stopListening(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  #welcome(socket: net.Socket): void {
    this.#connections++;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    void new RtspClientConnection(this.#served, socket).serve();
  }
}
