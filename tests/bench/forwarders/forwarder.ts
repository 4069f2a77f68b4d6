/** How many packets an access unit has at saturation, and bytes of payload in each: a large picture of a sub-stream. */
export const packetsPerAccessUnit = 8;
export const payloadBytes = 1_160;
/** Packets a millisecond: less than what Gatehouse sends to one window (`main/viewers/burst-limit.ts`). */
export const mostToOneViewer = 40;
/** 90 kHz ticks from picture to picture at 15 pictures a second. */
export const ticksPerFrame = 6_000;

export interface ForwarderSize {
  readonly cameras: number;
  readonly viewers: number;
}

/** Something that sends the pictures of cameras to viewers, one connection to each: ours, and what it is compared with. */
export interface Forwarder extends AsyncDisposable {
  /** Datagrams with media that were sent so far. */
  readonly packets: number;
  /** Gets ready for so many. */
  open(size: ForwarderSize): Promise<void>;
  /** Makes a connection with a track for each camera. @returns its SDP offer; empty: datagrams without WebRTC */
  offer(): Promise<string>;
  /** Resolves when media can flow. @param answer SDP, or the port that datagrams without WebRTC go to */
  answer(viewer: number, answer: string): Promise<void>;
  /** One access unit of this camera to every viewer, at once. */
  sendAccessUnit(camera: number): void;
  /** Forwards what these cameras send over RTSP; resolves when all of them play. */
  pull(urls: readonly string[]): Promise<void>;
}

/** What the bench may ask of a forwarder's process, in whatever language. */
export type ForwarderRequest =
  | ({ readonly do: 'open' } & ForwarderSize)
  /** For the next viewer. */
  | { readonly do: 'offer' }
  | { readonly do: 'answer'; readonly viewer: number; readonly sdp: string }
  /** Sends so many access units, one camera after the other, as fast as it goes; answers with what that took. */
  | { readonly do: 'saturate'; readonly accessUnits: number }
  | { readonly do: 'pull'; readonly urls: readonly string[] }
  | { readonly do: 'usage' }
  /** Collects garbage first; answers with `{ rssBytes }`. */
  | { readonly do: 'memory' }
  /** On Node only. */
  | { readonly do: 'start-profile' }
  /** Answers with functions. */
  | { readonly do: 'stop-profile' };

export interface ForwarderUsage {
  /** Of all its threads (getrusage). */
  readonly cpuMicroseconds: number;
  readonly packets: number;
}
