import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { clipFile, framesPerSecond, scenes } from '../main/demo/clip.ts';
import { launchChromium } from '../tests/support/chromium.ts';

/*
 * Makes the clips of the virtual cameras: `node build/make-clips.ts [scene …]`, with ffmpeg on the PATH and a Chromium. The
 * results in build/clips are committed; run this only after a change of the scenes.
 */

const seconds = 20;
const frames = seconds * framesPerSecond;
const folder = path.join(import.meta.dirname, 'clips');

/** H.264 High, no B-frames, closed GOPs of equal length; an access unit delimiter in front of each picture. */
function encoding(profile: 'main' | 'sub', gopSeconds: 2 | 10): string[] {
  const gop = String(gopSeconds * framesPerSecond);
  return [
    ...(profile === 'sub' ? ['-vf', 'scale=640:360:flags=lanczos'] : []),
    ...['-c:v', 'libx264', '-profile:v', 'high', '-preset', 'veryslow', '-pix_fmt', 'yuv420p'],
    ...['-bf', '0', '-g', gop, '-keyint_min', gop, '-sc_threshold', '0', '-refs', '2', '-threads', '1'],
    ...[
      '-crf',
      profile === 'main' ? '27' : '25',
      '-x264-params',
      'aud=1:open-gop=0:scenecut=0',
      '-f',
      'h264',
    ],
  ];
}

async function render(page: Page, scene: number): Promise<void> {
  const name = scenes[scene] ?? '';
  const outputs = ([2, 10] as const)
    .filter((gopSeconds) => gopSeconds === 2 || scene === 0)
    .flatMap((gopSeconds) =>
      (['main', 'sub'] as const).flatMap((profile) => [
        ...encoding(profile, gopSeconds),
        path.join(folder, clipFile(scene, profile, gopSeconds)),
      ]),
    );
  const input = ['-f', 'image2pipe', '-c:v', 'mjpeg', '-framerate', String(framesPerSecond), '-i', '-'];
  const ffmpeg = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...input, ...outputs], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(ffmpeg, 'exit');
  for (let frame = 0; frame < frames; frame++) {
    const data = await page.evaluate(
      ([sceneIndex, sceneName, index, count]) => window.gatehouseDraw(sceneIndex, sceneName, index, count),
      [scene, name, frame, frames] as const,
    );
    if (!ffmpeg.stdin.write(Buffer.from(data, 'base64'))) await once(ffmpeg.stdin, 'drain');
  }
  ffmpeg.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`ffmpeg ended with ${String(code)}`);
  const sizes = await Promise.all(
    (['main', 'sub'] as const).map(
      async (profile) => (await stat(path.join(folder, clipFile(scene, profile, 2)))).size,
    ),
  );
  console.log(`${name}: ${sizes.map((size) => `${Math.round(size / 1024)} kB`).join(', ')}`);
}

/** The clips in other formats, made of those in H.264: one in MJPEG (Huffman tables as RTP wants them), one in H.265. */
function otherFormats(): void {
  const x265 = 'keyint=30:min-keyint=30:scenecut=0:bframes=0:open-gop=0:aud=1:info=0:log-level=error';
  const jpeg = [
    '-r',
    '5',
    '-t',
    '10',
    '-c:v',
    'mjpeg',
    '-huffman',
    'default',
    '-q:v',
    '10',
    '-pix_fmt',
    'yuvj420p',
  ];
  const hevc = ['-c:v', 'libx265', '-preset', 'slow', '-crf', '30', '-x265-params', x265];
  for (const [input, output, ...encoder] of [
    ['03-corridor-sub.h264', '03-corridor-sub.mjpeg', ...jpeg, '-f', 'mjpeg'],
    ['04-crossroads-main.h264', '04-crossroads-main.h265', ...hevc, '-f', 'hevc'],
  ] as const) {
    const files = [path.join(folder, input), ...encoder, path.join(folder, output)];
    execFileSync('ffmpeg', [
      '-loglevel',
      'error',
      '-y',
      '-framerate',
      String(framesPerSecond),
      '-i',
      ...files,
    ]);
  }
}

/** What a camera sees when something is wrong with it, 640x360, four seconds: see `VirtualCamera.look`. The sensor's noise is in all of them. */
function views(): void {
  const size = `s=640x360:r=${framesPerSecond}:d=4`;
  const still = ['-i', path.join(folder, '05-garden-sub.h264')];
  for (const [name, input, filter] of [
    ['black', ['-f', 'lavfi', '-i', `color=c=0x0a0a0a:${size}`], 'noise=alls=3:allf=t'],
    [
      'covered',
      ['-f', 'lavfi', '-i', `color=c=gray:${size}`],
      "geq=lum='50+40*X/W':cb=130:cr=126,noise=alls=6:allf=t",
    ],
    ['still', still, 'select=eq(n\\,0),loop=loop=59:size=1:start=0,setpts=N/15/TB,noise=alls=5:allf=t'],
  ] as const) {
    const encoder = encoding('main', 2).with(-5, '28');
    const output = ['-vf', filter, '-r', String(framesPerSecond), '-t', '4', ...encoder];
    const file = path.join(folder, 'quirks', `${name}.h264`);
    execFileSync('ffmpeg', ['-loglevel', 'error', '-y', ...input, ...output, file]);
  }
}

/** A chime every second, as `main/demo/sound-clip.ts` makes it for G.711. */
function sound(): void {
  const chime = '0.3*min(1\\,mod(t\\,1)*100)*exp(-4*mod(t\\,1))*sin(2*PI*587.33*mod(t\\,1))';
  const input = ['-f', 'lavfi', '-i', `aevalsrc=${chime}:d=2:s=16000`];
  const aac = ['-c:a', 'aac', '-b:a', '24k', '-ac', '1', '-f', 'adts', path.join(folder, 'chime.aac')];
  const g722 = ['-c:a', 'g722', '-ac', '1', '-f', 'g722', path.join(folder, 'chime.g722')];
  for (const output of [aac, g722]) execFileSync('ffmpeg', ['-loglevel', 'error', '-y', ...input, ...output]);
}

declare global {
  interface Window {
    /** A JPEG of the frame, base64. */
    gatehouseDraw(scene: number, name: string, frame: number, frames: number): string;
  }
}

await mkdir(folder, { recursive: true });
const browser = await launchChromium({});
try {
  const page = await browser.newPage();
  const source = stripTypeScriptTypes(
    await readFile(path.join(import.meta.dirname, 'clip-scenes.ts'), 'utf8'),
  );
  await page.addScriptTag({
    type: 'module',
    content: `${source}
      const canvas = document.createElement('canvas');
      canvas.width = ${1280};
      canvas.height = ${720};
      const context = canvas.getContext('2d', { willReadFrequently: true });
      window.gatehouseDraw = (scene, name, frame, frames) => {
        drawFrame(context, scene, name, frame, frames);
        return canvas.toDataURL('image/jpeg', 0.98).split(',')[1];
      };`,
  });
  await page.waitForFunction(() => typeof window.gatehouseDraw === 'function');
  const wanted = process.argv.slice(2).map(Number);
  for (const scene of wanted.length > 0 ? wanted : scenes.keys()) await render(page, scene);
  otherFormats();
  views();
  sound();
} finally {
  await browser.close();
}
