import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { loadClip, scenes } from './clip.ts';
import { type CameraCredentials, CredentialCheck } from './credentials.ts';
import { LiveSource } from './live-source.ts';
import { type Profile, RtspClientConnection, type ServedCamera } from './rtsp-client-connection.ts';

/** One packet in so many is damaged while `corrupt` is on. */
const damagedShare = 20;

export interface VirtualCameraOptions {
  /** From 0; decides scene and name. */
  readonly index: number;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly gopSeconds: 2 | 10;
  readonly credentials: CameraCredentials | undefined;
  /** `performance.now()` at which the clips began; the cameras of a fleet are spread over the time of one frame. */
  readonly startedAt: number;
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
  #server: net.Server | undefined;
  #port: number;
  #connections = 0;
  #isSilent = false;
  #isCorrupt = false;
  #damageCounter = 0;

  private constructor(options: VirtualCameraOptions) {
    const { index, gopSeconds, credentials, startedAt } = options;
    const scene = scenes[index % scenes.length] ?? scenes[0];
    const round = Math.floor(index / scenes.length);
    this.name = round === 0 ? scene : `${scene} ${round + 1}`;
    this.#options = options;
    this.#port = options.port;
    // Cameras that show the same scene show it at different moments.
    const ahead = round * 3_000;
    this.#sources = {
      main: new LiveSource(loadClip(index, 'main', gopSeconds), startedAt - ahead),
      sub: new LiveSource(loadClip(index, 'sub', gopSeconds), startedAt - ahead),
    };
    this.#served = {
      name: this.name,
      credentials: credentials === undefined ? undefined : new CredentialCheck(credentials),
      source: (profile) => this.#sources[profile],
      sessions: new Set(),
    };
  }

  static async start(options: VirtualCameraOptions): Promise<VirtualCamera> {
    const camera = new VirtualCamera(options);
    await camera.#listen();
    return camera;
  }

  get mainUrl(): string {
    return `rtsp://${this.#options.host}:${this.#port}/main`;
  }

  get subUrl(): string {
    return `rtsp://${this.#options.host}:${this.#port}/sub`;
  }

  /** Dials so far, sockets that are open, sessions that play. */
  get statistics(): {
    connections: number;
    openConnections: number;
    playing: { main: number; sub: number };
  } {
    const playing = { main: 0, sub: 0 };
    for (const { profile } of this.#served.sessions) playing[profile]++;
    return { connections: this.#connections, openConnections: this.#sockets.size, playing };
  }

  /** Sends the pictures that are due; the fleet's clock calls it. */
  tick(now: number): void {
    for (const profile of ['main', 'sub'] as const) {
      for (const frame of this.#sources[profile].due(now)) {
        if (this.#isSilent) continue;
        for (const entry of this.#served.sessions) {
          if (entry.profile === profile) entry.session.send(frame, (payload) => this.#damage(payload));
        }
      }
    }
  }

  millisecondsToNextKeyFrame(profile: Profile): number {
    return this.#sources[profile].millisecondsToNextKeyFrame(performance.now());
  }

  /** New connections are refused; those that are open stay. */
  async refuse(on: boolean): Promise<void> {
    if (on) await this.#stopListening();
    else await this.#listen();
  }

  /** Cuts every open connection. */
  drop(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Connections stay open, nothing is sent. */
  silence(on: boolean): void {
    this.#isSilent = on;
  }

  /** Packets go on, the picture stands still. */
  freeze(on: boolean): void {
    for (const source of Object.values(this.#sources)) source.freeze(on);
  }

  /** Only for a camera with credentials; who is connected stays so, as on real cameras. */
  changePassword(password: string): void {
    this.#served.credentials?.changePassword(password);
  }

  /** The nonce of Digest is stale from now on. */
  expireNonce(): void {
    this.#served.credentials?.expireNonce();
  }

  /** Gone for so many seconds; resolves when it listens again, or when it was disposed meanwhile. */
  async reboot(seconds: number): Promise<void> {
    await this.#stopListening();
    this.drop();
    try {
      await delay(seconds * 1_000, undefined, { signal: this.#disposing.signal });
    } catch {
      return;
    }
    await this.#listen();
  }

  /** Flips bytes in a share of the packets. */
  corrupt(on: boolean): void {
    this.#isCorrupt = on;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposing.abort();
    const stopped = this.#stopListening();
    for (const socket of this.#sockets) socket.destroy();
    await stopped;
  }

  async #listen(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = net.createServer((socket) => {
      this.#connections++;
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      new RtspClientConnection(this.#served, socket);
    });
    this.#server = server;
    server.listen(this.#port, this.#options.host);
    await once(server, 'listening');
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  async #stopListening(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    // The callback comes when the last connection has ended too: that is not waited for.
    server?.close();
  }

  #damage(payload: Buffer): Buffer {
    if (!this.#isCorrupt || this.#damageCounter++ % damagedShare !== 0 || payload.length < 8) return payload;
    const damaged = Buffer.from(payload);
    for (let offset = 4; offset < damaged.length; offset += 97)
      damaged[offset] = (damaged[offset] ?? 0) ^ 0x5a;
    return damaged;
  }
}
