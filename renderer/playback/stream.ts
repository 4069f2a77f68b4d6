import type { StreamProfile } from '../../main/contract/camera.ts';

/** One stream of one camera, as a tile asks for it. */
export interface Stream {
  readonly cameraId: string;
  readonly profile: StreamProfile;
}

export function sameStream(a: Stream | null, b: Stream | null): boolean {
  return a === b || (a !== null && b !== null && a.cameraId === b.cameraId && a.profile === b.profile);
}

/** Names it among all. */
export function streamKey({ cameraId, profile }: Stream): string {
  return `${cameraId} ${profile}`;
}
