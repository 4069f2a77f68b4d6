import type { ViewerEvent } from '../../main/contract/viewer.ts';
import type { ApiClient } from './api-harness.ts';
import { WeriftWindow } from './werift-window.ts';

/** A window that has opened its viewer over the API, as every window does: only its own client may bind its slots. */
export async function openWindow(client: ApiClient, slots = 1): Promise<WeriftWindow> {
  const stop = new AbortController();
  const events = await client.viewer.open({ slots, h265: 'none' }, { signal: stop.signal });
  let viewerId = '';
  async function* noted(): AsyncGenerator<ViewerEvent> {
    for await (const event of events) {
      if (event.type === 'offer') viewerId = event.viewerId;
      yield event;
    }
  }
  return new WeriftWindow({
    events: (signal) => {
      signal.addEventListener('abort', () => stop.abort());
      return noted();
    },
    answer: async (sdp) => await client.viewer.answer({ viewerId, sdp }),
  });
}
