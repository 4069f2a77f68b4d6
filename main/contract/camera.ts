import * as z from 'zod';
import { audioCodecs } from './codecs.ts';
import { errorCodes } from './error-codes.ts';
import { maximumCameraNumber, maximumCameras } from './limits.ts';
import { filledLine, line } from './text.ts';

export const cameraId = z.uuid();

/** Which of a camera's two streams: `main` for a large tile, `sub` for a small one. */
export const streamProfile = z.enum(['main', 'sub']);
export type StreamProfile = z.infer<typeof streamProfile>;

/**
 * What Gatehouse does with a camera that nobody watches. `on-demand`: it is asked every 30 s whether it would play;
 * `always`: the stream that walls show stays open, so that its picture is there at once.
 */
export const cameraConnection = z.enum(['on-demand', 'always']);
export type CameraConnection = z.infer<typeof cameraConnection>;

/**
 * How the packets of a camera come: `automatic` tries TCP, which loses nothing, and UDP where the camera refuses it; the
 * way that works is remembered.
 */
export const cameraTransport = z.enum(['automatic', 'tcp', 'udp']);
export type CameraTransport = z.infer<typeof cameraTransport>;

/** SHA-256 over a certificate: 32 bytes in hexadecimal, upper case, with colons. */
const fingerprint = z
  .string()
  .regex(/^[0-9A-F]{2}(?::[0-9A-F]{2}){31}$/, 'must be a SHA-256 fingerprint: 32 bytes such as 4F:A0:…');

/** A certificate that a camera shows and nobody vouches for. */
export const cameraCertificate = z.object({
  /** Whom it names; may be empty. */
  name: z.string(),
  fingerprint,
  /** The one that was trusted for this camera until now; null: none. */
  trusted: fingerprint.nullable(),
});
export type CameraCertificate = z.infer<typeof cameraCertificate>;

/** A source is chosen by the scheme of its address; there are no others than these, and none starts a program. */
const cameraUrl = z
  .string()
  .trim()
  .max(2048, 'must be at most 2048 characters long')
  .regex(
    /^(?:rtsp|http|whep)s?:\/\/\S/i,
    'must be an address that starts with rtsp://, rtsps://, http://, https://, whep:// or wheps://',
  );
const onvifUrl = z
  .string()
  .trim()
  .max(2048, 'must be at most 2048 characters long')
  .regex(
    /^https?:\/\/[^\s@/?#]+(?:[/?#]\S*)?$/i,
    'must be an address that starts with http:// or https://, without user and password',
  );
const cameraNumber = z
  .int('must be a whole number')
  .min(1, 'must be 1 or more')
  .max(maximumCameraNumber, `must be at most ${maximumCameraNumber}`);
const userName = z
  .string()
  .max(256, 'must be at most 256 characters long')
  .regex(/^\P{Cc}*$/u, 'must be one line without control characters');
const typedPassword = z.string().max(256, 'must be at most 256 characters long');

/** A camera as the console sees it. The password never leaves the engine. */
export const camera = z.object({
  id: cameraId,
  /** The number a guard types to select it; unique. */
  number: cameraNumber,
  name: z.string(),
  /** Empty: in no group. */
  group: z.string(),
  /**
   * Address of the main stream, without user and password: RTSP, HTTP for MJPEG and snapshots, or WHEP, whose token is the password.
   * `whip://` where somebody publishes it here: no address on a network, and none that can be typed.
   */
  mainUrl: z.string(),
  /** That of the sub-stream; null when the camera has only one stream. */
  subUrl: z.string().nullable(),
  /** Where its ONVIF service is; null when it has none, or nobody said. */
  onvifUrl: z.string().nullable(),
  username: z.string().nullable(),
  hasPassword: z.boolean(),
  connection: cameraConnection,
  transport: cameraTransport,
  /** Of the certificate that is trusted for `rtsps://` and `https://`; null: those that an authority vouches for. */
  certificate: fingerprint.nullable(),
  /** Its picture may be the same for long: windows do not say that it hangs. */
  mayStandStill: z.boolean(),
});
export type Camera = z.infer<typeof camera>;

/** User and password may also be written inside the addresses; they are taken out and kept encrypted. */
export const cameraInput = z.object({
  name: filledLine(100),
  /** Left out: the next free number. */
  number: cameraNumber.optional(),
  group: line(100).default(''),
  mainUrl: cameraUrl,
  subUrl: cameraUrl.nullable().default(null),
  onvifUrl: onvifUrl.nullable().optional(),
  username: userName.optional(),
  password: typedPassword.optional(),
  /** Left out: what the settings say. */
  connection: cameraConnection.optional(),
  transport: cameraTransport.optional(),
  certificate: fingerprint.nullable().optional(),
  mayStandStill: z.boolean().optional(),
});
export type CameraInput = z.infer<typeof cameraInput>;

/** A camera without an address: somebody publishes its pictures here over WHIP, such as the browser of a phone. */
export const publishedCameraInput = cameraInput.pick({
  name: true,
  number: true,
  group: true,
  connection: true,
  mayStandStill: true,
});
export type PublishedCameraInput = z.infer<typeof publishedCameraInput>;

/** Whether the pictures of a camera are published here. */
export function isPublished({ mainUrl }: Pick<Camera, 'mainUrl'>): boolean {
  return mainUrl.startsWith('whip://');
}

/** Cameras that are added together. */
export const cameraInputs = z.object({
  cameras: z.array(cameraInput).min(1, 'must be at least one').max(maximumCameras),
});

/** What is left out stays as it is; null takes user or password away. */
export const cameraEdit = z.object({
  id: cameraId,
  name: filledLine(100).optional(),
  number: cameraNumber.optional(),
  group: line(100).optional(),
  mainUrl: cameraUrl.optional(),
  subUrl: cameraUrl.nullable().optional(),
  onvifUrl: onvifUrl.nullable().optional(),
  username: userName.nullable().optional(),
  password: typedPassword.nullable().optional(),
  connection: cameraConnection.optional(),
  transport: cameraTransport.optional(),
  certificate: fingerprint.nullable().optional(),
  mayStandStill: z.boolean().optional(),
});
export type CameraEdit = z.infer<typeof cameraEdit>;

export const cameraIds = z.array(cameraId).min(1, 'must name at least one camera').max(maximumCameras);

/** The same for many cameras at once. */
export const camerasChange = z.object({
  ids: cameraIds,
  group: line(100).optional(),
  connection: cameraConnection.optional(),
});
export type CamerasChange = z.infer<typeof camerasChange>;

/** Puts these cameras, in this order, in front of another one; null: behind all others. */
export const camerasReorder = z.object({ ids: cameraIds, before: cameraId.nullable() });

/** A stream that is not stored yet. */
export const streamInput = z.object({
  mainUrl: cameraUrl,
  username: userName.optional(),
  password: typedPassword.optional(),
  /** Of the camera that is being edited: its stored user and password serve where none are given. */
  cameraId: cameraId.optional(),
  transport: cameraTransport.optional(),
  certificate: fingerprint.nullable().optional(),
});
export type StreamInput = z.infer<typeof streamInput>;

/** A camera of which only the address is known: its streams are asked for over ONVIF, else looked for under the paths of the big makers. */
export const cameraAddress = z.object({
  /**
   * Name or IP address, with a port if it is not 554: `192.168.1.20`, `gate.local:8554`, `[fe80::1]`. With port or path, ONVIF is
   * asked only at `onvifUrl`.
   */
  address: filledLine(300),
  /** Where its ONVIF service is, on the same host, as it announced it. Left out: the usual ports are tried. */
  onvifUrl: onvifUrl.optional(),
  username: userName.optional(),
  password: typedPassword.optional(),
  cameraId: cameraId.optional(),
});
export type CameraAddress = z.infer<typeof cameraAddress>;

const pictureSize = z.object({ width: z.int(), height: z.int() });

/** One picture of a recorder, or of a camera with several lenses. */
const foundChannel = z.object({
  /** In the order of the device, from 1. */
  number: z.int(),
  mainUrl: z.string(),
  subUrl: z.string().nullable(),
  /** Pixels; null: it did not say, or there is no such stream. */
  main: pictureSize.nullable(),
  sub: pictureSize.nullable(),
});
export type FoundChannel = z.infer<typeof foundChannel>;

/** The streams that a camera has, without user and password. */
export const foundStreams = z.object({
  mainUrl: z.string(),
  subUrl: z.string().nullable(),
  /** What its ONVIF device said; null: the streams were found under the usual paths. */
  onvif: z
    .object({
      /** Of the device service, to be stored with the camera. */
      url: z.string(),
      /** One line, at most 100 characters; null: it has none. */
      name: z.string().nullable(),
      /** Pixels; null: it did not say, or there is no such stream. */
      main: pictureSize.nullable(),
      sub: pictureSize.nullable(),
    })
    .nullable(),
  /** Of a device with several pictures: all of them, each to be added as a camera of its own; none where it has one. */
  channels: z.array(foundChannel),
});
export type FoundStreams = z.infer<typeof foundStreams>;

/** What a stream turned out to be. Pixels; null while the camera has not said it. */
export const streamFacts = z.object({
  codec: z.string(),
  width: z.int().nullable(),
  height: z.int().nullable(),
});
export type StreamFacts = z.infer<typeof streamFacts>;

/**
 * What is worth knowing of a stream that plays: `b-frames`: pictures come out of their order, which WebRTC cannot show
 * smoothly; `old-encryption`: its TLS is one that is not secure any more.
 */
export const streamRemark = z.enum(['b-frames', 'old-encryption']);
export type StreamRemark = z.infer<typeof streamRemark>;

/**
 * What there is to hear of a stream that plays. `refused`: the camera describes it and does not send it; `unsupported`: it
 * is in a format that is not understood, named as the camera names it.
 */
export const streamAudio = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('playable'), codec: z.enum(audioCodecs) }),
  z.object({ kind: z.literal('refused'), codec: z.enum(audioCodecs) }),
  z.object({ kind: z.literal('unsupported'), codecs: z.array(z.string()) }),
]);
export type StreamAudio = z.infer<typeof streamAudio>;

/** What has stopped coming from a camera that plays, for some seconds now: all of it, or whole pictures. */
export const missing = z.enum(['packets', 'pictures']);
export type Missing = z.infer<typeof missing>;

/** State of one stream of one camera. Times are milliseconds since 1970. */
export const streamStatus = z.discriminatedUnion('state', [
  /** Nobody watches it, and nothing is known of it. */
  z.object({ state: z.literal('idle') }),
  /** Nobody watches it; it answered when it was asked last, at most 30 s ago. */
  z.object({ state: z.literal('standby'), since: z.number() }),
  z.object({ state: z.literal('connecting'), since: z.number() }),
  z.object({
    state: z.literal('playing'),
    since: z.number(),
    /** Left out: none. */
    remarks: z.array(streamRemark).optional(),
    /** Width through height as the pictures are to be shown, where their pixels are not square; left out: as they are. */
    shape: z.number().positive().optional(),
    /** Left out: it sends no sound. */
    audio: streamAudio.optional(),
    /** Left out: nothing. */
    missing: missing.optional(),
  }),
  z.object({
    state: z.literal('waiting'),
    since: z.number(),
    /** When the next attempt starts. */
    until: z.number(),
    error: z.object({
      code: z.enum(errorCodes),
      message: z.string(),
      /** With `camera-certificate-untrusted`. */
      certificate: cameraCertificate.optional(),
    }),
  }),
]);
export type StreamStatus = z.infer<typeof streamStatus>;

export const cameraStatus = z.object({ cameraId, profile: streamProfile, status: streamStatus });
export type CameraStatus = z.infer<typeof cameraStatus>;

/** Who moves a camera. The same `id` for all windows of one person. */
export const cameraDriver = z.object({ id: z.string(), name: z.string() });
export type CameraDriver = z.infer<typeof cameraDriver>;

/** First everything (cameras and the state of their streams), then what changed, coalesced for a slow reader. */
export const cameraEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), cameras: z.array(camera), statuses: z.array(cameraStatus) }),
  z.object({ type: z.literal('camera'), camera }),
  z.object({ type: z.literal('removed'), cameraId }),
  /** All cameras in their new order. */
  z.object({ type: z.literal('order'), cameraIds: z.array(cameraId) }),
  z.object({ type: z.literal('status'), status: cameraStatus }),
  /** Somebody turns or zooms it through Gatehouse, for about so long: what it sees changes. */
  z.object({ type: z.literal('steered'), cameraId, seconds: z.number() }),
  /** Somebody has it for so long, counted from now, and nobody else moves it; told again while it goes on. */
  z.object({ type: z.literal('driven'), cameraId, driver: cameraDriver, seconds: z.number() }),
]);
export type CameraEvent = z.infer<typeof cameraEvent>;

/** A stream that is looked at before it is stored: its id can be shown in a slot like that of a camera. */
export const previewEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('opened'), previewId: cameraId }),
  z.object({ type: z.literal('status'), status: streamStatus }),
  z.object({ type: z.literal('facts'), facts: streamFacts }),
]);
export type PreviewEvent = z.infer<typeof previewEvent>;
