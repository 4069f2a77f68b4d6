/** Two tones of a minor third, twice: heard over talk, and no phone sounds like it. Hz, and when each begins: seconds. */
const notes: readonly (readonly [frequency: number, at: number])[] = [
  [880, 0],
  [1_046.5, 0.16],
  [880, 0.4],
  [1_046.5, 0.56],
];
const noteSeconds = 0.14;
const volume = 0.25;

/** The sound of an alarm, made here: no file has to be loaded first. */
export class AlarmTone {
  #context: AudioContext | undefined;

  /** @returns whether it was heard: browsers play nothing before somebody has clicked or typed into the page */
  play(): boolean {
    this.#context ??= new AudioContext();
    const context = this.#context;
    if (context.state !== 'running') {
      void context.resume();
      return false;
    }
    for (const [frequency, at] of notes) note(context, frequency, context.currentTime + at);
    return true;
  }

  /** Somebody has clicked or typed. @returns whether it can be heard now */
  async resume(): Promise<boolean> {
    await this.#context?.resume();
    return this.#context?.state === 'running';
  }
}

function note(context: AudioContext, frequency: number, at: number): void {
  const oscillator = new OscillatorNode(context, { type: 'triangle', frequency });
  const gain = new GainNode(context, { gain: 0 });
  oscillator.connect(gain).connect(context.destination);
  // Without a slope at both ends each of them clicks.
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(volume, at + 0.01);
  gain.gain.setValueAtTime(volume, at + noteSeconds - 0.03);
  gain.gain.linearRampToValueAtTime(0, at + noteSeconds);
  oscillator.start(at);
  oscillator.stop(at + noteSeconds);
}
