/** What the address of the page says behind its `#`, which no server gets to see. */
export interface PublishLink {
  readonly cameraId: string;
  readonly token: string;
  /** Whether sound may be sent, too. */
  readonly sound: boolean;
}

/** @param fragment `#CAMERA/TOKEN`, `#CAMERA/TOKEN/sound`. @returns null: it is no such link, or not all of it */
export function readPublishLink(fragment: string): PublishLink | null {
  const [, cameraId = '', token = '', sound] =
    /^#([0-9a-f-]{36})\/([\w-]{16,128})(\/sound)?$/.exec(fragment) ?? [];
  return cameraId === '' ? null : { cameraId, token, sound: sound !== undefined };
}
