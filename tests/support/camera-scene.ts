import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { CameraRegistry } from '../../main/cameras/camera-registry.ts';
import type { Camera, CameraStatus, StreamProfile, StreamStatus } from '../../main/contract/camera.ts';
import { startVirtualCameras, type VirtualCamera } from '../../main/demo/virtual-fleet.ts';
import type { LiveStream } from '../../main/media/live-stream.ts';

/** Virtual cameras in this process. */
export async function virtualCameras(
  owned: AsyncDisposableStack,
  options: Parameters<typeof startVirtualCameras>[0],
): Promise<readonly VirtualCamera[]> {
  return owned.use(await startVirtualCameras(options)).cameras;
}

export async function virtualCamera(
  owned: AsyncDisposableStack,
  options: Partial<Parameters<typeof startVirtualCameras>[0]> = {},
): Promise<VirtualCamera> {
  const [camera] = await virtualCameras(owned, { count: 1, ...options });
  if (camera === undefined) throw new Error('no camera');
  return camera;
}

/** `host:port` of a virtual camera. */
export function addressOf({ mainUrl }: VirtualCamera): string {
  return new URL(mainUrl).host;
}

/** Resolves after so many more frames. */
export async function untilFrames(stream: LiveStream, count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let frames = 0;
  using _reading = stream.read(() => {
    frames++;
    if (frames >= count) resolve();
  });
  await promise;
}

/** Looks once a millisecond, and leaves the processor to what is waited for. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(1);
}

/** A stored camera that plays, to see whether what happens to others disturbs it. */
export class PlayingNeighbour implements Disposable {
  readonly camera: Camera;
  readonly #virtual: VirtualCamera;
  readonly #stream: LiveStream;
  readonly #lease: Disposable;

  private constructor(camera: Camera, virtual: VirtualCamera, lease: Disposable & { stream: LiveStream }) {
    this.camera = camera;
    this.#virtual = virtual;
    this.#stream = lease.stream;
    this.#lease = lease;
  }

  static async start(owned: AsyncDisposableStack, registry: CameraRegistry): Promise<PlayingNeighbour> {
    const virtual = await virtualCamera(owned);
    const { mainUrl, subUrl } = virtual;
    const camera = registry.add({ name: 'Neighbour', group: '', mainUrl, subUrl });
    const neighbour = owned.use(
      new PlayingNeighbour(camera, virtual, registry.lease(camera.id, 'sub') as never),
    );
    await untilFrames(neighbour.#stream, 1);
    return neighbour;
  }

  /** Resolves when more pictures came. @throws Error when it had to be dialled again */
  async playsOn(): Promise<void> {
    await untilFrames(this.#stream, 3);
    const { connections } = this.#virtual.statistics;
    if (connections > 2) throw new Error(`the neighbour was dialled ${connections} times`);
  }

  [Symbol.dispose](): void {
    this.#lease[Symbol.dispose]();
  }
}

/** Follows what the registry tells about the state of streams. */
export class StatusWatch implements AsyncDisposable {
  /** All that was told, in its order. */
  readonly told: CameraStatus[] = [];
  readonly #stop = new AbortController();
  readonly #following: Promise<void>;
  #wake: (() => void)[] = [];

  constructor(registry: CameraRegistry) {
    this.#following = this.#follow(registry);
  }

  /** What was told about one stream. */
  of(cameraId: string, profile: StreamProfile): StreamStatus[] {
    return this.told
      .filter((entry) => entry.cameraId === cameraId && entry.profile === profile)
      .map(({ status }) => status);
  }

  /** Resolves with the stream's status when that is, or was from the beginning, of this state. */
  async until<State extends StreamStatus['state']>(
    cameraId: string,
    profile: StreamProfile,
    state: State,
  ): Promise<Extract<StreamStatus, { state: State }>> {
    for (;;) {
      const status = this.of(cameraId, profile).at(-1);
      if (status?.state === state) return status as Extract<StreamStatus, { state: State }>;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  async #follow(registry: CameraRegistry): Promise<void> {
    for await (const event of registry.watch(this.#stop.signal)) {
      if (event.type === 'snapshot') this.told.push(...event.statuses);
      if (event.type === 'status') this.told.push(event.status);
      for (const wake of this.#wake.splice(0)) wake();
    }
  }
}

/** A TCP server that is no camera. */
export class RawServer implements AsyncDisposable {
  /** Connections so far. */
  connections = 0;
  /** Most connections that were open when something was received. */
  peak = 0;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();

  private constructor(serve: (socket: net.Socket) => void) {
    this.#server = net.createServer((socket) => {
      this.connections++;
      this.#sockets.add(socket);
      const gone = () => this.#sockets.delete(socket);
      socket.on('error', () => {});
      socket.on('end', gone);
      socket.on('close', gone);
      socket.on('data', () => {
        this.peak = Math.max(this.peak, this.#sockets.size);
      });
      serve(socket);
    });
  }

  static async start(owned: AsyncDisposableStack, serve: (socket: net.Socket) => void): Promise<RawServer> {
    const server = owned.use(new RawServer(serve));
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get address(): string {
    const address = this.#server.address();
    return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** An address of this machine where nobody listens. */
export async function closedPort(): Promise<string> {
  await using owned = new AsyncDisposableStack();
  const server = await RawServer.start(owned, () => {});
  return server.address;
}
