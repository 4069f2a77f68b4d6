/** Put here by the build (build/vite.main.config.ts); tests and other builds have none. */
declare const GATEHOUSE_UPDATE_KEY: string | null | undefined;

/**
 * The public key to which the signatures of feeds must fit, as PEM; null: this build takes no updates. It is part of the
 * code, and so of what the fuse for the archive's integrity protects.
 */
export const updateKey: string | null =
  typeof GATEHOUSE_UPDATE_KEY === 'string' ? GATEHOUSE_UPDATE_KEY : null;
