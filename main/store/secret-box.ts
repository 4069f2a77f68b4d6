import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { closeSync, constants, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { errorCode } from '../base/error-code.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { plainKeyFile, sealedKeyFile, secretKeyBytes } from '../base/key-files.ts';
import { keepForOwner } from '../base/operating-system.ts';
import { Secret } from '../base/secret.ts';

const nonceBytes = 12;
const tagBytes = 16;

/** Encrypts what must not be readable on the disk: AES-256-GCM, bound to where it belongs. */
export class SecretBox {
  readonly #key: KeyObject;

  private constructor(key: Uint8Array) {
    this.#key = createSecretKey(key);
  }

  /** With a key that somebody else keeps: the keychain. @param key 32 bytes */
  static withKey(key: Uint8Array): SecretBox {
    return new SecretBox(key);
  }

  /**
   * Takes the key from `secret.key` in the folder (mode 0600), which is made when it is not there.
   * @throws GatehouseError database-failed
   */
  static open(folder: string): SecretBox {
    const file = path.join(folder, plainKeyFile);
    if (existsSync(path.join(folder, sealedKeyFile)) && !existsSync(file)) {
      throw new GatehouseError(
        'database-failed',
        `The passwords in ${folder} belong to the desktop app: their key is in the keychain of the user who runs it. Start the desktop app there (with --headless it shows no window), or save a site file with passwords there (Settings, “Export site file”) and import it into a folder of its own here.`,
      );
    }
    try {
      const key = createKey(file) ?? readFileSync(file);
      if (key.length !== secretKeyBytes)
        throw new Error(`it has ${key.length} bytes instead of ${secretKeyBytes}`);
      // Somebody may have copied the folder with wider rights.
      keepForOwner(file);
      return new SecretBox(key);
    } catch (error) {
      throw new GatehouseError(
        'database-failed',
        `The key file ${file} cannot be used. Put the right one back, or remove it and enter the cameras' passwords again.`,
        { cause: error },
      );
    }
  }

  /** @param owner what the secret belongs to; it cannot be opened for anything else */
  seal(secret: Secret, owner: string): Buffer {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(owner));
    const sealed = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]);
  }

  /** @throws GatehouseError database-failed when the key is another one or the bytes were changed */
  open(sealed: Buffer, owner: string): Secret {
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      })
        .setAAD(Buffer.from(owner))
        .setAuthTag(sealed.subarray(-tagBytes));
      const opened = [decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()];
      return new Secret(Buffer.concat(opened).toString('utf8'));
    } catch (error) {
      throw new GatehouseError(
        'database-failed',
        'A stored password cannot be decrypted: secret.key is not the one it was written with. Put the right file back.',
        { cause: error },
      );
    }
  }
}

/** Makes the key file; undefined when there is one already. Durable before anything is encrypted with it. */
function createKey(file: string): Buffer | undefined {
  const key = randomBytes(secretKeyBytes);
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return undefined;
    throw error;
  }
  try {
    writeSync(descriptor, key);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return key;
}
