import * as z from 'zod';
import { cameraId, streamProfile } from './camera.ts';
import { videoCodecs } from './codecs.ts';
import { staleCause } from './event.ts';
import { browserIceServer } from './ice-server.ts';
import { maximumSlots } from './limits.ts';
import { replayCommand, replayPosition } from './replay.ts';

const viewerId = z.uuid();

const slotNumber = z
  .int()
  .min(0)
  .max(maximumSlots - 1);

/** Counts the bindings of a slot, as the window does: what comes of an earlier one is told apart from what is wanted. */
const assignment = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);

/**
 * By which way the pictures of a slot come: its track, the data channel `pictures` (see picture-message.ts), or none, since
 * this window can show them in no way.
 */
export const pictureWay = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('track') }),
  z.object({ kind: z.literal('channel'), codec: z.enum(videoCodecs) }),
  z.object({ kind: z.literal('none'), codec: z.enum(videoCodecs) }),
]);
export type PictureWay = z.infer<typeof pictureWay>;

/** How a window can show H.265: over its tracks, over the data channel with a decoder of its own, or not at all. */
export const h265Support = z.enum(['track', 'channel', 'none']);
export type H265Support = z.infer<typeof h265Support>;

/**
 * Why pictures are skipped: the network to this window, or the window itself, takes less than the wall sends; or so much waits
 * for the engine's own network card that nothing more is begun; or the user or the site has as much as its limits allow.
 */
export const skipReason = z.enum(['network', 'computer', 'limit']);
export type SkipReason = z.infer<typeof skipReason>;

/** How much of what a window has asked for reaches it. */
export const viewerNetwork = z.object({
  /** Of the bytes that were to leave for it, the share that was skipped: 0 to 1, in tenths, rounded up. */
  short: z.number().min(0).max(1),
  /** No limit is known: more may be tried. */
  hasRoom: z.boolean(),
});
export type ViewerNetwork = z.infer<typeof viewerNetwork>;

/** A slot is one sendonly video transceiver of the window's peer connection; `mid` finds its track in the browser. */
export const viewerEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('offer'),
    viewerId,
    sdp: z.string(),
    slots: z.array(z.object({ slot: slotNumber, mid: z.string() })),
    /** `mid` of the one audio transceiver. */
    sound: z.string(),
    /** What the window may ask for a way; none as long as nobody has written a server down. */
    iceServers: z.array(browserIceServer),
  }),
  /** Another way to the engine, found after the offer: a candidate of its first section (RFC 8839 section 5.1). */
  z.object({ type: z.literal('candidate'), candidate: z.string() }),
  /** A binding begins with its track; this is said when its pictures turn out to come by another way, or change it. */
  z.object({ type: z.literal('way'), slot: slotNumber, assignment, way: pictureWay }),
  /**
   * The picture of a binding is one that was received so long ago, in milliseconds, and stands still: the pictures after it were
   * too many to be kept. Null when the pictures are those of now again.
   */
  z.object({
    type: z.literal('still'),
    slot: slotNumber,
    assignment,
    milliseconds: z.number().min(0).nullable(),
  }),
  /** A binding shows what was, and where in it; null: what is now again. */
  z.object({
    type: z.literal('replay'),
    slot: slotNumber,
    assignment,
    position: replayPosition.nullable(),
  }),
  /**
   * Which slots skip pictures, all of them: each goes on with a key frame. Said at most once a second while it changes, and
   * with no slots when it is over.
   */
  z.object({
    type: z.literal('skipping'),
    slots: z.array(
      z.object({
        slot: slotNumber,
        assignment,
        reason: skipReason,
        /** Pictures of this binding so far. */
        skipped: z.int().min(1),
      }),
    ),
  }),
  /**
   * What the network to this window, and the limits of its user and the site, let through; `free` until something else is said.
   * Said at most once a second, when it is another one.
   */
  z.object({ type: z.literal('network'), network: viewerNetwork }),
  /** The engine lost the window's media path; the window opens a new viewer. */
  z.object({ type: z.literal('closed'), reason: z.string() }),
]);
export type ViewerEvent = z.infer<typeof viewerEvent>;

/** `slots` is what the wall needs now; the engine rounds up to 16, 32, …. */
export const viewerOpenInput = z.object({
  slots: z.int().min(1).max(maximumSlots),
  h265: h265Support.default('none'),
});

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

export const viewerRestartInput = z.object({ viewerId });

/** What each slot shows from now on; slots that are not named stay as they are. `cameraId: null` empties a slot. */
export const viewerShowInput = z.object({
  viewerId,
  bindings: z
    .array(
      z.object({
        slot: slotNumber,
        cameraId: cameraId.nullable(),
        profile: streamProfile,
        assignment: assignment.default(0),
      }),
    )
    .max(maximumSlots),
});
export type SlotBinding = z.infer<typeof viewerShowInput>['bindings'][number];

/** Does nothing when the slot shows something else than `assignment` meanwhile. */
export const viewerReplayInput = z.object({
  viewerId,
  slot: slotNumber,
  assignment,
  command: replayCommand,
});

/**
 * Slots that get key frames only, all of them: one a second at most, and a newer picture at least every 2.5 s. Those in `seldom`
 * get a key frame in four seconds at most, and nothing between. It is a property of the slot, whatever it shows.
 */
export const viewerKeyFramesInput = z.object({
  viewerId,
  slots: z.array(slotNumber).max(maximumSlots),
  seldom: z.array(slotNumber).max(maximumSlots).default([]),
});

/**
 * Which camera is heard from now on: one in each window, or none (null). What browsers know comes over the audio
 * transceiver, AAC over the data channel `sound`.
 */
export const viewerListenInput = z.object({
  viewerId,
  cameraId: cameraId.nullable(),
  profile: streamProfile,
  assignment: assignment.default(0),
});

/** Cameras whose pictures in this window do not move on, all of them: who is not named any more is well again. */
export const viewerStaleInput = z.object({
  viewerId,
  cameras: z.array(z.object({ cameraId, cause: staleCause })).max(maximumSlots),
});
