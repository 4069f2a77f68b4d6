/**
 * Values that Electron's structured clone carries, as JSON: what a DevTools message can hold. The function is self-contained,
 * since its source also runs inside pages.
 */
export interface Codec {
  encode(value: unknown): string;
  decode(text: string): unknown;
}

type Views = Record<string, new (buffer: ArrayBuffer) => ArrayBufferView>;

/** @returns a codec whose `encode` throws for what cannot be cloned: functions, symbols, promises, circles */
export function makeCodec(): Codec {
  const toBase64 = (bytes: Uint8Array) => {
    let text = '';
    for (let at = 0; at < bytes.length; at += 8_192) {
      text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
    }
    return btoa(text);
  };
  const fromBase64 = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const tagOf = (value: object) => Object.prototype.toString.call(value).slice(8, -1);
  const refuse = (): never => {
    throw new Error('An object could not be cloned.');
  };

  function pack(value: unknown, above: readonly object[]): unknown {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'undefined') return { $: 'undefined' };
    if (typeof value === 'bigint') return { $: 'bigint', value: String(value) };
    if (typeof value === 'number') {
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return { $: 'number', value: Object.is(value, -0) ? '-0' : String(value) };
    }
    if (typeof value !== 'object' || above.includes(value)) return refuse();
    const inside = [...above, value];
    const tag = tagOf(value);
    if (Array.isArray(value)) return value.map((item) => pack(item, inside));
    if (value instanceof Date) return { $: 'date', value: value.getTime() };
    if (value instanceof Map) {
      return { $: 'map', value: [...value].map((pair) => pair.map((item) => pack(item, inside))) };
    }
    if (value instanceof Set) return { $: 'set', value: [...value].map((item) => pack(item, inside)) };
    if (tag === 'ArrayBuffer') return { $: 'buffer', value: toBase64(new Uint8Array(value as ArrayBuffer)) };
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      return { $: 'view', kind: tag, value: toBase64(bytes) };
    }
    if (tag === 'Error') {
      const { name, message } = value as Error;
      return { $: 'error', name, value: message };
    }
    if (tag !== 'Object') return refuse();
    const packed = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pack(item, inside)]));
    return '$' in packed ? { $: 'object', value: packed } : packed;
  }

  function unpackObject(packed: object): Record<string, unknown> {
    return Object.fromEntries(Object.entries(packed).map(([key, item]) => [key, unpack(item)]));
  }

  function unpack(packed: unknown): unknown {
    if (packed === null || typeof packed !== 'object') return packed;
    if (Array.isArray(packed)) return packed.map(unpack);
    if (!('$' in packed)) return unpackObject(packed);
    const { $: kind, ...rest } = packed as { $: string; value?: never; kind?: string; name?: string };
    switch (kind) {
      case 'undefined':
        return undefined;
      case 'bigint':
        return BigInt(rest.value ?? 0);
      case 'number':
        return Number(rest.value);
      case 'date':
        return new Date(rest.value ?? 0);
      case 'map':
        return new Map(
          (rest.value as unknown as [unknown, unknown][]).map(([a, b]) => [unpack(a), unpack(b)]),
        );
      case 'set':
        return new Set((rest.value as unknown as unknown[]).map(unpack));
      case 'buffer':
        return fromBase64(rest.value ?? '').buffer;
      case 'view': {
        const bytes = fromBase64(rest.value ?? '');
        const view = (globalThis as unknown as Views)[rest.kind ?? ''];
        if (rest.kind === 'Uint8Array' || view === undefined) return bytes;
        return new view(bytes.buffer);
      }
      case 'error':
        return Object.assign(new Error(rest.value), { name: rest.name });
      case 'object':
        return unpackObject(rest.value ?? {});
      default:
        throw new Error(`not a packed value: ${kind}`);
    }
  }

  return {
    encode: (value) => JSON.stringify(pack(value, [])),
    decode: (text) => unpack(JSON.parse(text)),
  };
}
