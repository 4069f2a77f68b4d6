import { createHash, verify } from 'node:crypto';
import * as z from 'zod';
import type { Audit } from './audit.ts';
import { type AuditPublicKey, publicKeyOf, type Verdict, verifyTrail } from './audit-chain.ts';

/*
 * The audit as a file: a line of JSON that says what signs it, the lines of the audit as they are, and a line with a signature over all
 * bytes before.
 */

const hex = (characters: number) => z.string().regex(new RegExp(`^[0-9a-f]{${characters}}$`));
const head = z.strictObject({
  format: z.literal('gatehouse-audit'),
  version: z.literal(1),
  /** Milliseconds since 1970. */
  madeAt: z.int(),
  keys: z.array(z.strictObject({ id: z.int(), publicKey: z.string().regex(/^(?:[0-9a-f]{2})+$/) })).min(1),
  checkpoints: z
    .array(z.strictObject({ seq: z.int().min(0), hash: hex(64), keyId: z.int(), signature: hex(128) }))
    .min(1),
});
const end = z.strictObject({ sha256: hex(64), keyId: z.int(), signature: hex(128) });

/** The file as its lines, each with its line break. @throws GatehouseError limit-reached when the audit is cut meanwhile */
export async function* exportLines(audit: Audit, now: number): AsyncGenerator<string> {
  const { key, keys, checkpoints, lines } = audit.trail();
  const hash = createHash('sha256');
  const said = (text: string) => {
    hash.update(`${text}\n`);
    return `${text}\n`;
  };
  yield said(JSON.stringify({ format: 'gatehouse-audit', version: 1, madeAt: now, keys, checkpoints }));
  for await (const line of lines) yield said(line);
  const sha256 = hash.digest('hex');
  yield `${JSON.stringify({ sha256, keyId: key.id, signature: key.sign(exportBytes(sha256)) })}\n`;
}

/** Undefined: this is no such file. */
export function verifyExport(text: string): { verdict: Verdict; keys: AuditPublicKey[] } | undefined {
  const lines = text.split('\n');
  const first = readAs(head, lines[0]);
  if (first === undefined) return undefined;
  const { keys, checkpoints } = first;
  const last = readAs(end, lines.at(-2));
  const verdict = verifyTrail({ keys, checkpoints, lines: lines.slice(1, -2) }, false);
  if (!verdict.isSound) return { verdict, keys };
  const whole = (reason: string) => ({ verdict: { isSound: false, seq: null, reason } as const, keys });
  if (last === undefined || lines.at(-1) !== '')
    return whole('its last line is not the one with the signature');
  const sha256 = createHash('sha256')
    .update(text.slice(0, text.length - (lines.at(-2)?.length ?? 0) - 1))
    .digest('hex');
  const key = keys.find(({ id }) => id === last.keyId);
  const publicKey = key && publicKeyOf(key);
  const isRight =
    last.sha256 === sha256 &&
    publicKey !== undefined &&
    verify(null, exportBytes(sha256), publicKey, Buffer.from(last.signature, 'hex'));
  return isRight ? { verdict, keys } : whole('its entries are whole, but the file was changed around them');
}

/** Undefined: it is none, or written in another way. */
function readAs<Schema extends z.ZodType>(
  schema: Schema,
  line: string | undefined,
): z.infer<Schema> | undefined {
  try {
    const read = schema.safeParse(JSON.parse(line ?? ''));
    return read.success && JSON.stringify(read.data) === line ? read.data : undefined;
  } catch {
    return undefined;
  }
}

function exportBytes(sha256: string): Buffer {
  return Buffer.from(`gatehouse audit export 1\n${sha256}\n`);
}
