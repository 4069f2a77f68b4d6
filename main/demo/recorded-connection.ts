import type { Trace, TraceEntry } from '../trace/trace-file.ts';

type Request = Extract<TraceEntry, { type: 'request' }>;
type Response = Extract<TraceEntry, { type: 'response' }>;

/** A request and what came of it. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  /** CSeq as it was. */
  readonly sequence: number;
  /** Milliseconds since the recording began. */
  readonly at: number;
  /** Undefined: it was never answered. */
  readonly response: Response | undefined;
  /** What the camera sent by itself from here on. */
  readonly behind: readonly TraceEntry[];
}

/** One connection of a trace, as its camera's side of it. */
export class RecordedConnection {
  readonly exchanges: readonly Exchange[];
  /** With which it began. */
  readonly path: string;
  /** Host of the camera, as the trace calls it. */
  readonly host: string;
  readonly isEndedByCamera: boolean;

  private constructor(entries: readonly TraceEntry[]) {
    this.exchanges = entries.flatMap((entry, index) =>
      entry.type === 'request' ? [exchangeOf(entry, entries.slice(index + 1))] : [],
    );
    const first = entries.find((entry) => entry.type === 'request');
    const { host, path } = placeOf(first?.text ?? '');
    this.path = path;
    this.host = host;
    this.isEndedByCamera = entries.some((entry) => entry.type === 'ended' && entry.by === 'camera');
  }

  /** Those on which something was asked. */
  static all({ entries }: Trace): RecordedConnection[] {
    const byConnection = Map.groupBy(entries, ({ connection }) => connection);
    return [...byConnection.values()]
      .map((own) => new RecordedConnection(own))
      .filter(({ exchanges }) => exchanges.length > 0);
  }

  /**
   * The exchange that answers a request: the next one of this method, of the same path where there is one; else the last one
   * that there was, as for keep-alives beyond the recording.
   * @param from index of the first that was not had yet
   */
  find(method: string, path: string, from: number): number {
    const isSame = (exchange: Exchange) => exchange.method === method && exchange.path === path;
    const exact = this.exchanges.findIndex((exchange, index) => index >= from && isSame(exchange));
    if (exact !== -1) return exact;
    const next = this.exchanges.findIndex((exchange, index) => index >= from && exchange.method === method);
    return next === -1 ? this.exchanges.findLastIndex((exchange) => exchange.method === method) : next;
  }
}

/** Host, with brackets, and path with query of an address. */
export function splitUrl(url: string): { readonly host: string; readonly path: string } {
  const [, host = '', path = ''] = /^[a-z]+:\/\/(\[[^\]]*\]|[^/:?]*)(?::\d*)?(.*)$/i.exec(url) ?? [];
  return { host, path };
}

function placeOf(text: string): { readonly method: string; readonly host: string; readonly path: string } {
  const [, method = '', url = ''] = /^(\S+) (\S+)/.exec(text) ?? [];
  return { method, ...splitUrl(url) };
}

function exchangeOf(request: Request, later: readonly TraceEntry[]): Exchange {
  const { method, path } = placeOf(request.text);
  const { at, sequence } = request;
  const response = later.find((entry) => entry.type === 'response' && entry.sequence === sequence);
  const behind = later.filter(
    (entry) =>
      entry.type !== 'request' &&
      !(entry.type === 'response' && entry.sequence !== null && entry !== response),
  );
  return {
    method,
    path,
    sequence,
    at,
    response: response?.type === 'response' ? response : undefined,
    behind,
  };
}
