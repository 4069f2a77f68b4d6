import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { implement, ORPCError } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer } from 'ws';
import { ChangeQueue } from '../../main/base/change-queue.ts';
import { GatehouseError } from '../../main/base/gatehouse-error.ts';
import { createLog } from '../../main/base/log.ts';
import type { Camera, CameraEvent, StreamProfile, StreamStatus } from '../../main/contract/camera.ts';
import { contract } from '../../main/contract/contract.ts';
import { defaultLayoutId, type Layout, type WallSize } from '../../main/contract/layout.ts';
import { nalType, nalUnitType, splitAtStartCodes } from '../../main/media/h264.ts';
import { packetizeH264 } from '../../main/media/h264-packetizer.ts';
import { LiveStream } from '../../main/media/live-stream.ts';
import { ViewerService } from '../../main/viewers/viewer-service.ts';

const framesPerSecond = 15;
const contentTypes: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/**
 * The contract with made-up cameras behind it, for looking at the page: any state of any camera can be set, and the
 * pictures are real H.264 from ffmpeg through the real viewers. It signs everybody in.
 */
export class FakeEngine implements AsyncDisposable {
  readonly cameras: Camera[] = [];
  readonly #statuses = new Map<string, StreamStatus>();
  readonly #watchers = new Set<ChangeQueue<string, CameraEvent>>();
  readonly #viewers = new ViewerService({ log: createLog('silent') });
  readonly #streams = new Map<string, FakeStream>();
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #layout: Layout;

  private constructor(options: {
    rendererFolder: string;
    cameras: number;
    size: WallSize;
    pictures: boolean;
  }) {
    this.#layout = {
      id: defaultLayoutId,
      name: 'Wall',
      size: options.size,
      tiles: [],
    };
    for (let index = 0; index < options.cameras; index++) this.#addCamera(index, options.pictures);
    const handler = new RPCHandler(this.#router());
    this.#server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://fake');
      if (pathname === '/session') {
        response.writeHead(204).end();
        return;
      }
      const file = path.join(options.rendererFolder, pathname === '/' ? 'index.html' : pathname);
      try {
        const body = readFileSync(file);
        response.writeHead(200, {
          'content-type': contentTypes[path.extname(file)] ?? 'application/octet-stream',
          'content-security-policy':
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'",
        });
        response.end(body);
      } catch {
        response.writeHead(404).end();
      }
    });
    this.#server.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => void handler.upgrade(webSocket));
    });
  }

  static async start(options: {
    rendererFolder: string;
    cameras: number;
    size: WallSize;
    /** Without, no camera ever sends a frame. */
    pictures: boolean;
    port?: number;
  }): Promise<FakeEngine> {
    const engine = new FakeEngine(options);
    await new Promise<void>((resolve) => engine.#server.listen(options.port ?? 0, '127.0.0.1', resolve));
    return engine;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Announces a state of both streams of a camera. */
  setStatus(index: number, status: StreamStatus): void {
    const camera = this.cameras[index];
    if (camera === undefined) throw new Error(`There is no camera ${index}.`);
    for (const profile of ['main', 'sub'] as const) {
      this.#statuses.set(`${camera.id} ${profile}`, status);
      this.#announce(`status ${camera.id} ${profile}`, {
        type: 'status',
        status: { cameraId: camera.id, profile, status },
      });
    }
  }

  /** Whether frames of a camera flow. */
  setFlowing(index: number, flowing: boolean): void {
    for (const profile of ['main', 'sub'] as const) {
      const stream = this.#streams.get(`${this.cameras[index]?.id} ${profile}`);
      if (stream !== undefined) stream.flowing = flowing;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stream of this.#streams.values()) stream[Symbol.dispose]();
    for (const client of this.#sockets.clients) client.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#viewers[Symbol.asyncDispose]();
  }

  #addCamera(index: number, pictures: boolean): void {
    const places = ['Car park', 'Main entrance', 'Loading dock', 'Stairwell B', 'Reception', 'Server room'];
    const more = [
      'North fence',
      'South gate',
      'Corridor 2nd floor',
      'Cash desk',
      'Warehouse aisle 4',
      'Roof',
    ];
    const names = [...places, ...more];
    const camera: Camera = {
      id: randomUUID(),
      number: index + 1,
      name: names[index % names.length] ?? '',
      group: '',
      mainUrl: `rtsp://10.0.0.${index + 1}/main`,
      subUrl: `rtsp://10.0.0.${index + 1}/sub`,
      username: null,
      hasPassword: false,
    };
    this.cameras.push(camera);
    for (const profile of ['main', 'sub'] as const) {
      this.#statuses.set(`${camera.id} ${profile}`, { state: 'playing', since: Date.now() });
      if (pictures) this.#streams.set(`${camera.id} ${profile}`, new FakeStream(index, profile));
    }
  }

  #announce(key: string, event: CameraEvent): void {
    for (const watcher of this.#watchers) watcher.put(key, event);
  }

  #router() {
    const os = implement(contract);
    const engine = this;
    return os.router({
      cameras: {
        list: os.cameras.list.handler(() => this.cameras),
        add: os.cameras.add.handler(() => {
          throw new ORPCError('bad-input', { message: 'The fake engine takes no cameras.', status: 400 });
        }),
        watch: os.cameras.watch.handler(async function* ({ signal }) {
          const queue = new ChangeQueue<string, CameraEvent>();
          engine.#watchers.add(queue);
          try {
            const statuses = [...engine.#statuses].map(([key, status]) => {
              const [cameraId = '', profile] = key.split(' ');
              return { cameraId, profile: profile as StreamProfile, status };
            });
            yield { type: 'snapshot' as const, cameras: engine.cameras, statuses };
            yield* queue.read(signal ?? new AbortController().signal);
          } finally {
            engine.#watchers.delete(queue);
          }
        }),
      },
      layouts: {
        list: os.layouts.list.handler(() => [this.#layout]),
        save: os.layouts.save.handler(({ input }) => Object.assign(this.#layout, input)),
      },
      viewer: {
        open: os.viewer.open.handler(async function* ({ input, signal }) {
          const viewer = await engine.#viewers.open(input.slots);
          try {
            yield* viewer.events(signal ?? new AbortController().signal);
          } finally {
            await viewer[Symbol.asyncDispose]();
          }
        }),
        answer: os.viewer.answer.handler(({ input }) => this.#viewers.get(input.viewerId).answer(input.sdp)),
        candidate: os.viewer.candidate.handler(({ input }) =>
          this.#viewers.get(input.viewerId).addCandidate(input.candidate),
        ),
        show: os.viewer.show.handler(({ input }) => {
          const viewer = this.#viewers.get(input.viewerId);
          for (const { slot, cameraId, profile } of input.bindings) {
            const stream = this.#streams.get(`${cameraId} ${profile}`);
            viewer.bind(
              slot,
              stream === undefined ? null : { stream: stream.stream, [Symbol.dispose]: () => {} },
            );
          }
        }),
      },
    });
  }
}

/** A looping clip as a live stream. */
class FakeStream implements Disposable {
  readonly stream = new LiveStream();
  flowing = true;
  readonly #timer: NodeJS.Timeout;

  constructor(index: number, profile: StreamProfile) {
    const accessUnits = encode(index, profile === 'main' ? '1280x720' : '640x360');
    let frame = 0;
    let sequenceNumber = 0;
    this.#timer = setInterval(() => {
      frame++;
      const accessUnit = accessUnits[frame % accessUnits.length];
      if (!this.flowing || accessUnit === undefined) return;
      const payloads = packetizeH264(accessUnit);
      payloads.forEach((payload, position) => {
        sequenceNumber = (sequenceNumber + 1) & 0xffff;
        const marker = position === payloads.length - 1;
        const timestamp = (frame * (90_000 / framesPerSecond)) >>> 0;
        const packet = { payloadType: 96, marker, sequenceNumber, timestamp, ssrc: 1, payload };
        this.stream.push(packet, performance.now());
      });
    }, 1_000 / framesPerSecond);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Two seconds of a picture that moves and tells its camera's number. */
function encode(index: number, size: string): Buffer[][] {
  const hue = (index * 47) % 360;
  const picture = `gradients=s=${size}:r=${framesPerSecond}:d=2:speed=0.02:seed=${index + 1}:nb_colors=3`;
  const text = `drawtext=text='CAM ${index + 1}  %{n}':fontcolor=white@0.8:fontsize=h/10:x=w*0.05:y=h*0.8`;
  const arguments_ = `-v error -f lavfi -i ${picture} -vf hue=h=${hue}:s=0.5:b=-1.5,${text.replaceAll(' ', '\\ ')}`;
  const codec =
    '-c:v libx264 -preset ultrafast -bf 0 -g 30 -threads 1 -x264-params aud=1:repeat-headers=1 -f h264 -';
  const parameters = [...arguments_.split(/(?<!\\) /), ...codec.split(' ')].map((word) =>
    word.replaceAll('\\ ', ' '),
  );
  const { stdout, stderr, status } = spawnSync('ffmpeg', parameters, { maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw new GatehouseError('internal', `ffmpeg failed: ${stderr}`);
  const accessUnits: Buffer[][] = [];
  for (const nalUnit of splitAtStartCodes(stdout)) {
    if (nalUnitType(nalUnit) === nalType.accessUnitDelimiter) accessUnits.push([]);
    else accessUnits.at(-1)?.push(nalUnit);
  }
  return accessUnits;
}
