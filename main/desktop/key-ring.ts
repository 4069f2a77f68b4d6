import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { safeStorage } from 'electron';
import { writeDurably } from '../base/durable-file.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { plainKeyFile, sealedKeyFile, secretKeyBytes } from '../base/key-files.ts';

/** Where the key is that encrypts what is stored. */
export type SiteKey =
  /** In the operating system's keychain; `key` for the engine. */
  | { readonly where: 'keychain'; readonly key: Uint8Array }
  /** In a file that the engine reads; `why` is a sentence for the guard. */
  | { readonly where: 'file'; readonly why: string };

/**
 * The key of a data folder, wrapped by the operating system's keychain: a new one, the one that is wrapped already, or the one
 * from the key file of an older Gatehouse or of the headless one, which is wrapped now. Without a keychain that keeps
 * secrets the file stays.
 * @throws GatehouseError database-failed when a wrapped key cannot be opened
 */
export async function openKeyRing(folder: string): Promise<SiteKey> {
  const sealedFile = path.join(folder, sealedKeyFile);
  const plainFile = path.join(folder, plainKeyFile);
  const missing = await missingKeychain();
  if (existsSync(sealedFile)) {
    if (missing !== undefined) throw keychainClosed(sealedFile, missing, undefined);
    return { where: 'keychain', key: await unwrap(sealedFile, plainFile) };
  }
  if (missing !== undefined) return { where: 'file', why: missing };
  const key = existsSync(plainFile) ? readFileSync(plainFile) : randomBytes(secretKeyBytes);
  const sealed = await safeStorage.encryptStringAsync(key.toString('base64'));
  // What was written is what can be read again, before the only other copy goes.
  writeDurably(sealedFile, sealed);
  return { where: 'keychain', key: await unwrap(sealedFile, plainFile, key) };
}

async function unwrap(sealedFile: string, plainFile: string, expected?: Buffer): Promise<Uint8Array> {
  let key: Buffer;
  try {
    const { result } = await safeStorage.decryptStringAsync(readFileSync(sealedFile));
    key = Buffer.from(result, 'base64');
  } catch (error) {
    throw keychainClosed(sealedFile, 'It does not open the key.', error);
  }
  if (key.length !== secretKeyBytes || (expected !== undefined && !key.equals(expected))) {
    throw keychainClosed(sealedFile, 'It gives another key.', undefined);
  }
  rmSync(plainFile, { force: true });
  return key;
}

/** Why there is no keychain worth the name; undefined when there is one. */
async function missingKeychain(): Promise<string | undefined> {
  if (!(await safeStorage.isAsyncEncryptionAvailable())) {
    return 'This system has no keychain, so the key to the cameras’ passwords is in a file beside the data.';
  }
  if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') {
    return 'No keychain (GNOME Keyring or KWallet) is running, so the key to the cameras’ passwords is in a file beside the data.';
  }
  return undefined;
}

function keychainClosed(file: string, why: string, cause: unknown): GatehouseError {
  return new GatehouseError(
    'database-failed',
    `The cameras’ passwords cannot be read: their key is in the system’s keychain, and that is not open. ${why} Log in as the user who set Gatehouse up, unlock the keychain and start again. The key file ${file} stays as it is.`,
    { cause },
  );
}
