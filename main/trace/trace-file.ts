import * as z from 'zod';
import { finding } from '../contract/examination.ts';

/** Beyond these a file is no trace: the recorder writes far less. */
const maximumCharacters = 64 * 1024 * 1024;
const maximumLineCharacters = 2 * 1024 * 1024;
const maximumEntries = 400_000;
const maximumPacketBytes = 65_535;
const maximumConnections = 64;

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const moment = {
  /** Milliseconds since the recording began. */
  at: z.number().min(0).max(3_600_000),
  /** Counts from 0, in the order in which they were opened. */
  connection: z
    .int()
    .min(0)
    .max(maximumConnections - 1),
};
/** First line, headers and body; one character is one byte. */
const text = z.string();
const sequence = z.int().min(0);

const traceEntry = z.discriminatedUnion('type', [
  /** Of ours. `sequence` is its CSeq. */
  z.object({ ...moment, type: z.literal('request'), sequence, text }),
  /** Of the camera. `sequence` of the request that it answers; null: of none. */
  z.object({ ...moment, type: z.literal('response'), sequence: sequence.nullable(), text }),
  /** The camera asks by itself. */
  z.object({ ...moment, type: z.literal('camera-request'), text }),
  z.object({
    ...moment,
    type: z.literal('packet'),
    /** Interleaved channel; over UDP `rtp` or `rtcp`. */
    way: z.union([z.int().min(0).max(255), z.enum(['rtp', 'rtcp'])]),
    /** Length of the whole packet. */
    bytes: z.int().min(0).max(maximumPacketBytes),
    /** How it begins, Base64; all that is missing are zeros. */
    data: z.string().regex(base64, 'must be Base64'),
  }),
  z.object({ ...moment, type: z.literal('ended'), by: z.enum(['camera', 'us']) }),
]);
export type TraceEntry = z.infer<typeof traceEntry>;
export type TracePacket = Extract<TraceEntry, { type: 'packet' }>;

const traceHead = z.object({
  format: z.literal('gatehouse-trace'),
  version: z.literal(1),
  /** Of Gatehouse. */
  madeBy: z.string(),
  /** Milliseconds since 1970. */
  recordedAt: z.number(),
  /** Whether packets are whole; else what they show was taken out. */
  withPictures: z.boolean(),
  /** What found no place any more. */
  dropped: z.object({ packets: z.int().min(0), bytes: z.int().min(0), messages: z.int().min(0) }),
  /** What the examination found, without its words. */
  findings: z.array(finding.omit({ meaning: true, advice: true })).max(256),
});
export type TraceHead = z.infer<typeof traceHead>;

/** What was said with a camera, as one file holds it. */
export interface Trace {
  readonly head: TraceHead;
  /** In the order of their times. */
  readonly entries: readonly TraceEntry[];
}

/** A file is no trace; the message says which line is wrong with what. */
export class TraceError extends Error {}

/** JSON Lines: the head, then an entry a line. */
export function formatTrace({ head, entries }: Trace): string {
  return [head, ...entries].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** @throws TraceError */
export function parseTrace(file: string): Trace {
  if (file.length > maximumCharacters) throw new TraceError('The file is too large for a trace.');
  const [first = '', ...lines] = file.split(/\r?\n/);
  const head = readLine(traceHead, first, 1);
  if (lines.length > maximumEntries) throw new TraceError(`It has more than ${maximumEntries} lines.`);
  const entries = lines.flatMap((line, index) =>
    line === '' ? [] : [readLine(traceEntry, line, index + 2)],
  );
  for (const [index, entry] of entries.entries()) {
    const before = entries[index - 1]?.at ?? 0;
    if (entry.at < before) throw new TraceError(`Line ${index + 2}: at must not be before the line above.`);
    if (entry.type === 'packet' && Buffer.byteLength(entry.data, 'base64') > entry.bytes)
      throw new TraceError(`Line ${index + 2}: data is longer than bytes says.`);
  }
  return { head, entries };
}

/** The packet with its zeros. */
export function packetOf({ bytes, data }: TracePacket): Buffer {
  const packet = Buffer.alloc(bytes);
  packet.write(data, 'base64');
  return packet;
}

function readLine<Schema extends z.ZodType>(schema: Schema, line: string, number: number): z.infer<Schema> {
  if (line.length > maximumLineCharacters) throw new TraceError(`Line ${number} is too long.`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new TraceError(`Line ${number} is no JSON.`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new TraceError(`Line ${number}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}`);
}
