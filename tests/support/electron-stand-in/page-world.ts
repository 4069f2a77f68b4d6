import type { Codec, makeCodec } from './codec.ts';
import type { PortMessage } from './message-port.ts';

/*
 * What runs inside pages: both functions are sent there as source, so they use nothing from around them.
 */

/** From the main process to a preload script. */
export type ToPage =
  | { readonly type: 'send'; readonly channel: string; readonly parameters: readonly unknown[] }
  | {
      readonly type: 'post';
      readonly channel: string;
      readonly message: unknown;
      readonly ports: readonly number[];
    }
  | { readonly type: 'reply'; readonly call: number; readonly error: string | null; readonly value: unknown }
  | PortMessage;

/** From a preload script to the main process. */
export type FromPage =
  | { readonly type: 'send'; readonly channel: string; readonly parameters: readonly unknown[] }
  | {
      readonly type: 'invoke';
      readonly call: number;
      readonly channel: string;
      readonly parameters: readonly unknown[];
    }
  | PortMessage
  | { readonly type: 'preload-error'; readonly message: string };

export interface IsolatedWorldOptions {
  /** The function that takes text to the main process; it is taken away from the page. */
  readonly binding: string;
  /** The function that the main process calls. */
  readonly entry: string;
  /** The event that carries what is exposed into the page's own world. */
  readonly exposeEvent: string;
  readonly platform: string;
  readonly versions: Readonly<Record<string, string | undefined>>;
}

type Listener = (event: { ports: MessagePort[] }, ...parameters: unknown[]) => void;

/** The world of the preload script: `ipcRenderer`, `contextBridge`, and the script itself. */
export function isolatedWorld(
  options: IsolatedWorldOptions,
  makeTheCodec: typeof makeCodec,
  preload: (require: unknown, module: unknown, exports: unknown, process: unknown) => void,
): void {
  if (window.parent !== window) return;
  const world = globalThis as unknown as Record<string, unknown>;
  const native = world[options.binding] as (text: string) => void;
  delete world[options.binding];
  const codec: Codec = makeTheCodec();
  const post = (message: FromPage) => native(codec.encode(message));
  const missing = (name: string): never => {
    throw new Error(`The Electron stand-in does not implement ${name}.`);
  };
  const strict = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get: (object, key) => (key in object ? Reflect.get(object, key) : missing(`${name}.${String(key)}`)),
    });

  const ports = new Map<number, MessagePort>();
  const listeners = new Map<string, Set<Listener>>();
  const calls = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastCall = 0;

  const adopt = (number: number): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    ports.set(number, port2);
    port2.addEventListener('message', ({ data }) => post({ type: 'port', port: number, data }));
    port2.addEventListener('close', () => {
      ports.delete(number);
      post({ type: 'port-closed', port: number });
    });
    port2.start();
    return port1;
  };
  const emit = (channel: string, sent: MessagePort[], parameters: readonly unknown[]) => {
    for (const listener of [...(listeners.get(channel) ?? [])]) listener({ ports: sent }, ...parameters);
  };
  world[options.entry] = (text: string) => {
    const message = codec.decode(text) as ToPage;
    switch (message.type) {
      case 'send':
        emit(message.channel, [], message.parameters);
        break;
      case 'post':
        emit(message.channel, message.ports.map(adopt), [message.message]);
        break;
      case 'reply': {
        const call = calls.get(message.call);
        calls.delete(message.call);
        if (message.error === null) call?.resolve(message.value);
        else call?.reject(new Error(message.error));
        break;
      }
      case 'port':
        ports.get(message.port)?.postMessage(message.data);
        break;
      case 'port-closed':
        ports.get(message.port)?.close();
        ports.delete(message.port);
        break;
    }
  };

  const ipcRenderer = strict('ipcRenderer', {
    on(channel: string, listener: Listener) {
      listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener));
    },
    removeListener(channel: string, listener: Listener) {
      listeners.get(channel)?.delete(listener);
    },
    send: (channel: string, ...parameters: unknown[]) => post({ type: 'send', channel, parameters }),
    invoke: (channel: string, ...parameters: unknown[]) =>
      new Promise((resolve, reject) => {
        calls.set(++lastCall, { resolve, reject });
        post({ type: 'invoke', call: lastCall, channel, parameters });
      }),
  });
  const contextBridge = strict('contextBridge', {
    exposeInMainWorld(key: string, api: unknown) {
      // Data alone: `encode` throws for functions.
      const detail = codec.encode({ key, api });
      document.dispatchEvent(new CustomEvent(options.exposeEvent, { detail }));
    },
  });
  const modules: Record<string, unknown> = { electron: strict('electron', { ipcRenderer, contextBridge }) };
  const require = (name: string) => modules[name] ?? missing(`require('${name}') in a preload script`);
  const script = { exports: {} };
  const { platform, versions } = options;
  try {
    preload(
      require,
      script,
      script.exports,
      strict('process', { platform, versions, contextIsolated: true, sandboxed: true, type: 'renderer' }),
    );
  } catch (error) {
    post({ type: 'preload-error', message: String(error) });
  }
}

/** The page's own world, before its scripts: takes what the preload script exposes. */
export function mainWorld(exposeEvent: string, makeTheCodec: typeof makeCodec): void {
  if (window.parent !== window) return;
  const codec = makeTheCodec();
  const freeze = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    Object.values(value).forEach(freeze);
    return Object.freeze(value);
  };
  document.addEventListener(exposeEvent, (event) => {
    event.stopImmediatePropagation();
    const { key, api } = codec.decode((event as CustomEvent<string>).detail) as { key: string; api: unknown };
    Object.defineProperty(globalThis, key, { value: freeze(api), enumerable: true });
  });
}
