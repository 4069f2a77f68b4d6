import type { PublishLink } from './publish-link.ts';
import type { PublishState } from './publish-words.ts';

/** Addresses of this device are known at once; nobody else is asked. */
const gatherMilliseconds = 1_500;
const answerMilliseconds = 8_000;

/** What is sent by one peer connection. */
export interface Session {
  /** Whether the engine has it still. */
  isHere(signal: AbortSignal): Promise<'yes' | 'gone' | 'link-ended' | 'unknown'>;
  /** What has happened since it was asked last. `still`: connected, and no picture has left. */
  flow(): Promise<'connecting' | 'sending' | 'still' | 'broken'>;
  /** Sends these from now on. */
  replace(stream: MediaStream): Promise<void>;
  /** Says goodbye, without waiting for an answer. */
  close(): void;
}

/** WHIP (RFC 9725) of a browser, to the engine that its page came from. */
export class WhipClient {
  readonly #endpoint: string;
  readonly #authorization: string;

  constructor({ cameraId, token }: PublishLink) {
    this.#endpoint = new URL(`whip/${cameraId}`, location.href).href;
    this.#authorization = `Bearer ${token}`;
  }

  /** @returns why it was not opened: `away` and `full` may pass by themselves. Never rejects. */
  async open(
    stream: MediaStream,
    bitsPerSecond: number,
    signal: AbortSignal,
  ): Promise<Session | PublishState> {
    const connection = new RTCPeerConnection();
    const [video] = stream.getVideoTracks();
    const [audio] = stream.getAudioTracks();
    try {
      const sound =
        audio === undefined ? null : connection.addTransceiver(audio, { direction: 'sendonly' }).sender;
      const sender = connection.addTransceiver(video ?? 'video', {
        direction: 'sendonly',
        sendEncodings: [{ maxBitrate: bitsPerSecond }],
      }).sender;
      await connection.setLocalDescription();
      await gathered(connection, signal);
      const response = await this.#ask(
        'POST',
        this.#endpoint,
        signal,
        connection.localDescription?.sdp ?? '',
      );
      const location = response?.headers.get('location') ?? '';
      if (response?.status !== 201 || location === '') {
        connection.close();
        return refusalOf(response?.status);
      }
      await connection.setRemoteDescription({ type: 'answer', sdp: await response.text() });
      return this.#session(connection, { sender, sound }, new URL(location, this.#endpoint).href);
    } catch {
      connection.close();
      return 'away';
    }
  }

  #session(
    connection: RTCPeerConnection,
    { sender, sound }: { readonly sender: RTCRtpSender; readonly sound: RTCRtpSender | null },
    url: string,
  ): Session {
    let frames = 0;
    return {
      isHere: async (signal) => {
        const response = await this.#ask('GET', url, signal);
        if (response?.status === 204) return 'yes';
        if (response?.status === 404) return 'gone';
        return response?.status === 401 ? 'link-ended' : 'unknown';
      },
      flow: async () => {
        const { connectionState } = connection;
        if (connectionState === 'failed' || connectionState === 'closed') return 'broken';
        if (connectionState !== 'connected') return 'connecting';
        const before = frames;
        for (const report of (await sender.getStats()).values()) {
          if (report.type === 'outbound-rtp') frames = report.framesSent ?? 0;
        }
        return frames > before ? 'sending' : 'still';
      },
      replace: async (stream) => {
        await sender.replaceTrack(stream.getVideoTracks()[0] ?? null);
        await sound?.replaceTrack(stream.getAudioTracks()[0] ?? null);
      },
      close: () => {
        connection.close();
        void this.#ask('DELETE', url, new AbortController().signal);
      },
    };
  }

  /** Undefined: it was not reached. Never rejects. */
  async #ask(
    method: string,
    url: string,
    signal: AbortSignal,
    offer?: string,
  ): Promise<Response | undefined> {
    try {
      return await fetch(url, {
        method,
        // A goodbye outlives its page.
        keepalive: method === 'DELETE',
        cache: 'no-store',
        credentials: 'omit',
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerMilliseconds)]),
        headers: {
          authorization: this.#authorization,
          ...(offer === undefined ? {} : { 'content-type': 'application/sdp' }),
        },
        ...(offer === undefined ? {} : { body: offer }),
      });
    } catch {
      return undefined;
    }
  }
}

function refusalOf(status: number | undefined): PublishState {
  switch (status) {
    case 400:
      return 'no-format';
    case 401:
      return 'link-ended';
    case 404:
      return 'no-such-camera';
    case 409:
      return 'taken';
    case 429:
    case 503:
      return 'full';
    default:
      return 'away';
  }
}

async function gathered(connection: RTCPeerConnection, signal: AbortSignal): Promise<void> {
  if (connection.iceGatheringState === 'complete') return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  const look = () => {
    if (connection.iceGatheringState === 'complete') stop();
  };
  connection.addEventListener('icegatheringstatechange', look);
  signal.addEventListener('abort', stop);
  const timer = setTimeout(stop, gatherMilliseconds);
  await promise;
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
  connection.removeEventListener('icegatheringstatechange', look);
}
