import { createPublicKey, verify } from 'node:crypto';
import { load } from 'js-yaml';
import { valid } from 'semver';
import * as z from 'zod';
import { GatehouseError } from '../../base/gatehouse-error.ts';

/*
 * A feed is a `latest*.yml` as electron-builder writes it, beside a `latest*.yml.sig`: the Ed25519 signature over its bytes
 * (RFC 8032), 64 bytes as Base64.
 */

/** A feed names a handful of files; one of a megabyte is none. */
export const maximumFeedBytes: number = 1024 * 1024;
export const maximumSignatureBytes = 1_024;
const maximumPackageBytes = 2 * 1024 ** 3;

const feedFile = z.object({
  /** Beside the feed: a name, never a path or an address. */
  url: z.string().regex(/^\w[\w.+-]{0,199}$/, 'must be the plain name of a file'),
  /** Base64. */
  sha512: z.string().regex(/^[A-Za-z0-9+/]{86}==$/, 'must be a SHA-512 as Base64'),
  /** Bytes. */
  size: z.int().min(1).max(maximumPackageBytes),
  /** Windows: its installer has to ask for an administrator. */
  isAdminRightsRequired: z.boolean().default(false),
});
/** A package that a feed names. */
export type FeedFile = z.infer<typeof feedFile>;

const feed = z.object({
  version: z.string().refine((text) => valid(text) === text, 'must be a version such as 1.2.3'),
  files: z.array(feedFile).min(1).max(64),
  /** Of the operating system, as its kernel counts. */
  minimumSystemVersion: z.string().max(64).optional(),
});
export type Feed = z.infer<typeof feed>;

/**
 * Reads a feed whose signature is right; nothing of another one is looked at.
 * @param signature the text of the `.sig`
 * @param publicKey as PEM
 * @throws GatehouseError update-refused
 */
export function readSignedFeed(bytes: Uint8Array, signature: string, publicKey: string): Feed {
  const trimmed = signature.trim();
  if (!/^[A-Za-z0-9+/]{86}==$/.test(trimmed)) throw refused('its signature is no Ed25519 signature');
  const key = createPublicKey(publicKey);
  if (key.asymmetricKeyType !== 'ed25519') throw refused('the key of this Gatehouse is no Ed25519 key');
  if (!verify(null, bytes, key, Buffer.from(trimmed, 'base64'))) {
    throw refused(
      'its signature does not fit: it was changed, or signed by somebody whose key this Gatehouse does not know',
    );
  }
  return readFeed(bytes);
}

/** Reads a feed. @throws GatehouseError update-refused */
export function readFeed(bytes: Uint8Array): Feed {
  let content: unknown;
  try {
    content = load(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw refused('it cannot be read as YAML', error);
  }
  const parsed = feed.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refused(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is not as it must be'}`);
}

function refused(why: string, cause?: unknown): GatehouseError {
  return new GatehouseError('update-refused', `The update feed was refused: ${why}.`, { cause });
}
