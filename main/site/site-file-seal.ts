import { createCipheriv, createDecipheriv, randomBytes, type ScryptOptions, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { type SealedSiteFile, siteFileFormat, siteFileVersion } from '../contract/site-file.ts';

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);
const deflate = promisify(gzip);
const inflate = promisify(gunzip);

const keyBytes = 32;
const saltBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** 128 MiB and about half a second a guess: a file lies around for years. */
const defaultCost = 2 ** 17;
/** Of the text of a site file. */
export const maximumSiteFileBytes: number = 8 * 1_024 * 1_024;

/**
 * Closes a text with a passphrase: gzip, AES-256-GCM, its key by scrypt with a salt of its own.
 * @param cost scrypt's N, one that the schema allows
 */
export async function sealText(
  text: string,
  passphrase: string,
  cost = defaultCost,
): Promise<SealedSiteFile> {
  const salt = randomBytes(saltBytes);
  const parameters = { derivation: 'scrypt', cost, blockSize: 8, parallelization: 1 } as const;
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', await keyOf(passphrase, salt, parameters), nonce);
  const data = Buffer.concat([cipher.update(await deflate(text)), cipher.final()]);
  return {
    format: siteFileFormat,
    version: siteFileVersion,
    sealed: {
      ...parameters,
      salt: salt.toString('base64'),
      cipher: 'aes-256-gcm',
      nonce: nonce.toString('base64'),
      tag: cipher.getAuthTag().toString('base64'),
      data: data.toString('base64'),
    },
  };
}

/** @throws GatehouseError bad-input for the field `passphrase` when it is wrong, or the file was changed */
export async function openSealed({ sealed }: SealedSiteFile, passphrase: string): Promise<string> {
  const [salt, nonce, tag, data] = [sealed.salt, sealed.nonce, sealed.tag, sealed.data].map((text) =>
    Buffer.from(text, 'base64'),
  ) as [Buffer, Buffer, Buffer, Buffer];
  const key = await keyOf(passphrase, salt, sealed);
  let packed: Buffer;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAuthTag(tag);
    packed = Buffer.concat([decipher.update(data), decipher.final()]);
  } catch (error) {
    throw wrongPassphrase(error);
  }
  try {
    return (await inflate(packed, { maxOutputLength: maximumSiteFileBytes })).toString('utf8');
  } catch (error) {
    throw new GatehouseError(
      'bad-input',
      'This site file opens, but what is in it cannot be read. Export it again.',
      {
        cause: error,
        issues: [{ path: 'sealed.data', message: 'cannot be read' }],
      },
    );
  }
}

function wrongPassphrase(cause: unknown): GatehouseError {
  const message = 'This is not the passphrase of this file, or the file was changed since. Type it again.';
  return new GatehouseError('bad-input', message, { cause, issues: [{ path: 'passphrase', message }] });
}

async function keyOf(
  passphrase: string,
  salt: Buffer,
  { cost, blockSize, parallelization }: { cost: number; blockSize: number; parallelization: number },
): Promise<Buffer> {
  // The same letters can be typed as different characters: é is one or two.
  return await derive(passphrase.normalize('NFC'), salt, keyBytes, {
    N: cost,
    r: blockSize,
    p: parallelization,
    maxmem: 256 * cost * blockSize,
  });
}
