/*
 * In the data folder: the key that encrypts stored passwords. Either one is there, or none yet.
 */

/** As it is, mode 0600. */
export const plainKeyFile = 'secret.key';
/** Wrapped by the operating system's keychain: only the desktop app of the same user can open it. */
export const sealedKeyFile = 'secret.key.sealed';
export const secretKeyBytes = 32;
