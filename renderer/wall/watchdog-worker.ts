import { type VeilLook, Watchdog, type WatchdogMessage } from './watchdog.ts';

/* A thread beside the page's own: while that has no time, this one draws a veil over its pictures. */

const lineHeight = 1.35;
const mostLines = 3;

interface Veil {
  readonly wash: OffscreenCanvas;
  readonly panel: OffscreenCanvas;
  readonly look: VeilLook;
}

let veil: Veil | null = null;
/** What it says; null: it is not there. */
let said: string | null = null;

const watchdog = new Watchdog((seconds) => {
  if (veil === null) return;
  const now = seconds === null ? null : veil.look.words.replace('{seconds}', String(seconds));
  if (now === said) return;
  said = now;
  if (now === null) clear(veil);
  else draw(veil, now);
});

globalThis.addEventListener('message', ({ data }: MessageEvent<WatchdogMessage>) => {
  switch (data.kind) {
    case 'beat':
      watchdog.beat();
      break;
    case 'rest':
      watchdog.rest();
      break;
    case 'cover':
      veil = data;
      // A page shows nothing of a canvas without its own thread that it has not shown something of before.
      clear(veil);
      break;
    default:
      data satisfies never;
  }
});

function clear({ wash, panel }: Veil): void {
  for (const canvas of [wash, panel]) canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height);
}

function draw(veil: Veil, words: string): void {
  const { wash, look } = veil;
  clear(veil);
  const context = wash.getContext('2d');
  if (context === null) return;
  context.fillStyle = look.scrim;
  context.fillRect(0, 0, wash.width, wash.height);
  say(veil, words);
}

function say({ panel, look }: Veil, words: string): void {
  const context = panel.getContext('2d');
  if (context === null) return;
  const { width, height } = panel;
  context.fillStyle = look.ground;
  context.beginPath();
  context.roundRect(0, 0, width, height, height / 16);
  context.fill();
  context.fillStyle = look.text;
  context.direction = look.direction;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const size = height / (mostLines * lineHeight + 1);
  context.font = `500 ${size}px ${look.font}`;
  const lines = wrapped(words, width - 2 * size, (text) => context.measureText(text).width);
  for (const [index, line] of lines.entries()) {
    const fromMiddle = index - (lines.length - 1) / 2;
    context.fillText(line, width / 2, height / 2 + fromMiddle * size * lineHeight, width - size);
  }
}

/** The last line takes what is left. */
function wrapped(words: string, room: number, widthOf: (text: string) => number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || lines.length === mostLines - 1 || widthOf(longer) <= room) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
