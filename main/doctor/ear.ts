import type { RtspResponse } from '../rtsp/rtsp-message.ts';
import type { ConnectionWitness, RtspWitness } from '../rtsp/rtsp-witness.ts';
import { isRtcp } from '../trace/kept-bytes.ts';

/** An answer of the camera. */
export interface Answer {
  readonly method: string;
  readonly response: RtspResponse;
  /** From the request on. */
  readonly milliseconds: number;
}

/** No camera answers more often while it is examined. */
const maximumAnswers = 64;

/** Hears what is judged: answers, and the camera's reports about its clock. Passes everything on to the recorder. */
export class Ear implements RtspWitness {
  readonly #recorder: RtspWitness;
  readonly #answers: Answer[] = [];
  /** Called for every RTCP packet. */
  onRtcp: (packet: Buffer) => void = () => {};

  constructor(recorder: RtspWitness) {
    this.#recorder = recorder;
  }

  /** Of all connections, in their order. */
  get answers(): readonly Answer[] {
    return this.#answers;
  }

  connected(): ConnectionWitness {
    const recorder = this.#recorder.connected();
    const asked = new Map<number, { readonly method: string; readonly at: number }>();
    return {
      ...recorder,
      asked: (sequence, message) => {
        recorder.asked(sequence, message);
        const [method = ''] = message.toString('latin1', 0, 32).split(' ', 1);
        asked.set(sequence, { method, at: performance.now() });
      },
      answered: (response, sequence) => {
        recorder.answered(response, sequence);
        const request = sequence === undefined ? undefined : asked.get(sequence);
        if (request === undefined || this.#answers.length === maximumAnswers) return;
        asked.delete(sequence ?? 0);
        const milliseconds = performance.now() - request.at;
        this.#answers.push({ method: request.method, response, milliseconds });
      },
      frame: (frame) => {
        recorder.frame(frame);
        if (isRtcp(frame.data)) this.onRtcp(frame.data);
      },
      datagram: (kind, data) => {
        recorder.datagram(kind, data);
        if (kind === 'rtcp') this.onRtcp(data);
      },
    };
  }
}
