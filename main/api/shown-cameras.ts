import type { Caller } from '../access/callers.ts';
import type { Viewer } from '../viewers/viewer.ts';

/** Which cameras the windows of each caller show. */
export class ShownCameras {
  /** By slot. */
  readonly #shown = new WeakMap<Viewer, { readonly caller: Caller; readonly cameras: Map<number, string> }>();

  open(viewer: Viewer, caller: Caller): void {
    this.#shown.set(viewer, { caller, cameras: new Map() });
  }

  /** Whose window it is; undefined: nobody's any more. */
  ownerOf(viewer: Viewer): Caller | undefined {
    return this.#shown.get(viewer)?.caller;
  }

  /** @param cameraId null: nothing */
  bind(viewer: Viewer, slot: number, cameraId: string | null): void {
    const cameras = this.#shown.get(viewer)?.cameras;
    if (cameraId === null) cameras?.delete(slot);
    else cameras?.set(slot, cameraId);
  }

  /** What a slot of a window shows; undefined: nothing. */
  cameraAt(viewer: Viewer, slot: number): string | undefined {
    return this.#shown.get(viewer)?.cameras.get(slot);
  }

  /** In all windows that are locked together with that of this caller. @param viewers those that are open */
  beside({ credential, principal }: Caller, viewers: Iterable<Viewer>): Set<string> {
    const shown = [...viewers].flatMap((viewer) => {
      const { caller, cameras } = this.#shown.get(viewer) ?? {};
      if (caller === undefined || cameras === undefined) return [];
      const isSame =
        credential.kind === 'session'
          ? caller.principal.sessionId === principal.sessionId
          : caller.credential.kind !== 'session';
      return isSame ? [...cameras.values()] : [];
    });
    return new Set(shown);
  }
}
