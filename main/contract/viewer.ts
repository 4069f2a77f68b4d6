import * as z from 'zod';
import { cameraId, streamProfile } from './camera.ts';
import { maximumSlots } from './limits.ts';

const viewerId = z.uuid();

const slotNumber = z
  .int()
  .min(0)
  .max(maximumSlots - 1);

/** A slot is one sendonly video transceiver of the window's peer connection; `mid` finds its track in the browser. */
export const viewerEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('offer'),
    viewerId,
    sdp: z.string(),
    slots: z.array(z.object({ slot: slotNumber, mid: z.string() })),
  }),
  /** The engine lost the window's media path; the window opens a new viewer. */
  z.object({ type: z.literal('closed'), reason: z.string() }),
]);
export type ViewerEvent = z.infer<typeof viewerEvent>;

/** `slots` is what the wall needs now; the engine rounds up to 16, 32, …. */
export const viewerOpenInput = z.object({ slots: z.int().min(1).max(maximumSlots) });

export const viewerAnswerInput = z.object({ viewerId, sdp: z.string().max(512 * 1024) });

/** An ICE candidate of the browser as it came from `RTCPeerConnection.onicecandidate`. */
export const viewerCandidateInput = z.object({
  viewerId,
  candidate: z.object({
    /** Empty: there are no more. */
    candidate: z
      .string()
      .max(1024)
      .regex(/^(candidate:[ -~]*)?$/, 'must be an ICE candidate'),
    sdpMid: z.string().max(64).nullable(),
    sdpMLineIndex: z.int().min(0).max(1024).nullable(),
  }),
});

/** What each slot shows from now on; slots that are not named stay as they are. `cameraId: null` empties a slot. */
export const viewerShowInput = z.object({
  viewerId,
  bindings: z
    .array(z.object({ slot: slotNumber, cameraId: cameraId.nullable(), profile: streamProfile }))
    .max(maximumSlots),
});
export type SlotBinding = z.infer<typeof viewerShowInput>['bindings'][number];
