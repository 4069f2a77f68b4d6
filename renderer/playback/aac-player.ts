import type { SoundMessage } from '../../main/contract/sound-message.ts';
import { loudnessOf } from './loudness.ts';

/** What comes is played so much later, seconds: packets of a camera come in bursts. */
const delaySeconds = 0.12;
/** More than this behind and it is no live sound any more: what comes is dropped until it is nearer. */
const maximumDelaySeconds = 0.5;
/** Access units that the decoder has taken and not given back: more, and it is too slow. */
const maximumDecoding = 32;
/** A context that may run runs by then. */
const patienceMilliseconds = 1_000;

/** Whether this browser decodes AAC. */
export async function playsAac(): Promise<boolean> {
  try {
    const config = { codec: 'mp4a.40.2', sampleRate: 16_000, numberOfChannels: 1 };
    return (await AudioDecoder.isConfigSupported(config)).supported === true;
  } catch {
    return false;
  }
}

/** AAC from the data channel, decoded and played: close to live, at the price of gaps where it comes too late. */
export class AacPlayer {
  readonly #context = new AudioContext({ latencyHint: 'interactive' });
  #decoder: AudioDecoder | undefined;
  #output: GainNode | undefined;
  #volume = 1;
  readonly #analyser = new AnalyserNode(this.#context, { fftSize: 1_024 });
  /** What the present decoder was made for. */
  #key = '';
  /** When the next piece begins, seconds of the context. */
  #nextAt = 0;
  #played = 0;
  #begunAt = 0;

  /** How many pieces were played since it was made. */
  get played(): number {
    return this.#played;
  }

  /** The browser plays nothing before somebody has clicked into the page. @param now of `performance.now()` */
  isBlocked(now: number): boolean {
    return (
      this.#key !== '' && this.#context.state !== 'running' && now - this.#begunAt > patienceMilliseconds
    );
  }

  /** 0 … 1. */
  set volume(volume: number) {
    this.#volume = volume;
    if (this.#output !== undefined) this.#output.gain.value = volume;
  }

  /** How loud it is now, as it is played: 0 … 1, the root of the mean square. */
  get level(): number {
    const samples = new Float32Array(this.#analyser.fftSize);
    this.#analyser.getFloatTimeDomainData(samples);
    return loudnessOf(samples);
  }

  /** To be called when somebody has done something. */
  resume(): void {
    // Refused where it was nobody: `isBlocked` tells.
    if (this.#key !== '') this.#context.resume().catch(() => {});
  }

  push(message: SoundMessage): void {
    const key = `${message.assignment} ${message.config.join()}`;
    if (key !== this.#key) this.#configure(message, key);
    const decoder = this.#decoder;
    if (decoder === undefined || decoder.decodeQueueSize > maximumDecoding) return;
    decoder.decode(
      new EncodedAudioChunk({
        type: 'key',
        timestamp: Math.round((message.timestamp / message.clockRate) * 1_000_000),
        data: message.data as Uint8Array<ArrayBuffer>,
      }),
    );
  }

  /** Silence at once. */
  stop(): void {
    this.#key = '';
    this.#output?.disconnect();
    this.#output = undefined;
    if (this.#decoder?.state === 'configured') this.#decoder.close();
    this.#decoder = undefined;
    // Else it goes on computing silence.
    this.#context.suspend().catch(() => {});
  }

  #configure({ clockRate, channels, config }: SoundMessage, key: string): void {
    this.stop();
    this.#key = key;
    this.#nextAt = 0;
    this.#begunAt = performance.now();
    this.resume();
    const output = new GainNode(this.#context, { gain: this.#volume });
    output.connect(this.#context.destination);
    output.connect(this.#analyser);
    this.#output = output;
    const decoder = new AudioDecoder({
      output: (data) => {
        if (this.#output === output) this.#play(data, output);
        data.close();
      },
      // It is closed by then: the next access unit begins with another one.
      error: () => {
        if (this.#decoder === decoder) this.#key = '';
      },
    });
    this.#decoder = decoder;
    decoder.configure({
      // The object type is in the first five bits.
      codec: `mp4a.40.${(config[0] ?? 0) >> 3}`,
      sampleRate: clockRate,
      numberOfChannels: channels,
      description: config as Uint8Array<ArrayBuffer>,
    });
  }

  #play(data: AudioData, output: GainNode): void {
    const { numberOfChannels, numberOfFrames, sampleRate } = data;
    const { currentTime } = this.#context;
    if (this.#nextAt < currentTime) this.#nextAt = currentTime + delaySeconds;
    if (this.#nextAt - currentTime > maximumDelaySeconds) return;
    const buffer = new AudioBuffer({ numberOfChannels, length: numberOfFrames, sampleRate });
    for (let channel = 0; channel < numberOfChannels; channel++) {
      data.copyTo(buffer.getChannelData(channel), { planeIndex: channel, format: 'f32-planar' });
    }
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    source.connect(output);
    source.start(this.#nextAt);
    this.#nextAt += numberOfFrames / sampleRate;
    this.#played++;
  }
}
