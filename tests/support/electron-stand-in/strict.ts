import { EventEmitter } from 'node:events';

/** What the language, promises, inspectors and test runners ask any object for. */
const askedOfAnything = new Set([
  ...[
    'then',
    'toJSON',
    'constructor',
    'inspect',
    'domain',
    'nodeType',
    'asymmetricMatch',
    '$$typeof',
    '__esModule',
  ],
]);

/** @throws always: the app uses something of Electron that the stand-in does not have */
export function notImplemented(name: string): never {
  throw new Error(`The Electron stand-in does not implement ${name}.`);
}

/** The same object, of which everything that it does not have throws by its name. */
export function strict<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      if (key in object) return Reflect.get(object, key, receiver) as unknown;
      if (typeof key === 'symbol' || askedOfAnything.has(key)) return undefined;
      return notImplemented(`${name}.${key}`);
    },
  });
}

/** @throws Error that names an option which the stand-in does not know */
export function checkOptions(name: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) if (!known.includes(key)) notImplemented(`${name} { ${key} }`);
}

const emitterMethods = ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'] as const;

/**
 * The base of a class: its instances throw, by name, for members that the class does not have and for listeners to events
 * that it does not know. Stands between the class and EventEmitter, so that private fields work as ever.
 * @param events that the class emits, or that Electron emits and a test may emit
 */
export function strictEmitter(name: string, events: readonly string[]): new () => EventEmitter {
  const known = new Set([...events, 'newListener', 'removeListener']);
  class Strict extends EventEmitter {}
  for (const method of emitterMethods) {
    Object.defineProperty(Strict.prototype, method, {
      value(this: EventEmitter, event: string | symbol, listener: (...parameters: unknown[]) => void) {
        if (typeof event === 'string' && !known.has(event)) notImplemented(`the event '${event}' of ${name}`);
        return EventEmitter.prototype[method].call(this, event, listener);
      },
    });
  }
  Object.setPrototypeOf(
    Strict.prototype,
    new Proxy(EventEmitter.prototype, {
      get(object, key, receiver) {
        if (key in object) return Reflect.get(object, key, receiver) as unknown;
        if (typeof key === 'symbol' || askedOfAnything.has(key) || key.startsWith('_')) return undefined;
        return notImplemented(`${name}.${key}`);
      },
    }),
  );
  return Strict;
}

/** Electron's events: a listener may prevent what happens next. */
export class StandInEvent {
  defaultPrevented = false;

  preventDefault(): void {
    this.defaultPrevented = true;
  }
}
