import '../tokens.css';
import './publish-page.css';
import { m } from '../language/messages.ts';
import { keepScreenOn } from '../shell/wake-lock.ts';
import { type PublishLink, readPublishLink } from './publish-link.ts';
import { type PublishState, publishWords } from './publish-words.ts';
import { Publisher } from './publisher.ts';

/*
 * The page of a phone that is a camera: no console, no sign-in, and no Svelte, since it has one picture, one state and two buttons.
 */

const video = part('own', HTMLVideoElement);
const act = part('act', HTMLButtonElement);
const flip = part('flip', HTMLButtonElement);
const [title, advice] = [part('title', HTMLElement), part('advice', HTMLElement)];
let screen: AbortController | undefined;

document.title = m.publish_page_title();
flip.textContent = m.publish_flip();

function show(state: PublishState): void {
  const words = publishWords(state);
  document.body.dataset.tone = words.tone;
  document.body.dataset.state = state;
  // Screen readers hear what is new alone.
  if (title.textContent !== words.title) title.textContent = words.title;
  if (advice.textContent !== words.advice) advice.textContent = words.advice;
  act.hidden = words.act === null;
  act.dataset.does = words.act ?? '';
  act.textContent = words.act === 'stop' ? m.publish_stop() : m.publish_start();
}

async function showPicture(stream: MediaStream | null, isMirrored: boolean): Promise<void> {
  video.srcObject = stream;
  video.classList.toggle('mirrored', isMirrored);
  if (stream === null) {
    flip.hidden = true;
    return;
  }
  const devices = await navigator.mediaDevices.enumerateDevices();
  flip.hidden = devices.filter(({ kind }) => kind === 'videoinput').length < 2;
}

const link = readPublishLink(location.hash);
if (link === null) show('bad-link');
else if (window.isSecureContext && navigator.mediaDevices !== undefined) begin(link);
else show('insecure');

function begin(link: PublishLink): void {
  const publisher = new Publisher(link, show, (stream, isMirrored) => void showPicture(stream, isMirrored));
  act.addEventListener('click', () => {
    if (act.dataset.does === 'stop') return publisher.stop();
    screen = new AbortController();
    keepScreenOn(screen.signal);
    void publisher.start().finally(() => screen?.abort());
  });
  flip.addEventListener('click', () => void publisher.flip());
  window.addEventListener('pagehide', () => publisher.leave());
  show('ready');
}

// Another link in the same tab.
window.addEventListener('hashchange', () => location.reload());

function part<Part extends HTMLElement>(id: string, kind: new () => Part): Part {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}
