import manifest from '../../package.json' with { type: 'json' };

/** Of Gatehouse. */
export const version: string = manifest.version;
