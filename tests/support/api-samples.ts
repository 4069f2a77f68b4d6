import type * as z from 'zod';
import { contract } from '../../main/contract/contract.ts';

/** Must be in no answer. */
export const samplePassword = 'hunter2';
/** Of nothing that there is. */
export const unknownId = '6f1c1d2e-7c1b-4b53-9a70-0123456789ab';

const sampleFingerprint = `${'4F:A0:'.repeat(15)}4F:A0`;

const stream = {
  mainUrl: 'rtsp://127.0.0.1:1/x',
  username: 'guard',
  password: samplePassword,
  cameraId: unknownId,
  transport: 'udp',
  certificate: sampleFingerprint,
};

const camera = {
  name: 'Gate',
  number: 9,
  group: 'Yard',
  mainUrl: 'rtsp://127.0.0.1:1/x',
  subUrl: 'rtsp://127.0.0.1:1/y',
  onvifUrl: 'http://127.0.0.1:1/onvif/device_service',
  username: 'guard',
  password: samplePassword,
  connection: 'always',
  transport: 'udp',
  certificate: sampleFingerprint,
  mayStandStill: true,
};

/** For each procedure an input that its schema takes, with every field; undefined: it takes none. */
export const samples: Record<string, unknown> = {
  'cameras.list': undefined,
  'cameras.watch': undefined,
  'cameras.add': camera,
  'cameras.addAll': { cameras: [camera] },
  'cameras.edit': { id: unknownId, ...camera },
  'cameras.change': { ids: [unknownId], group: 'Yard', connection: 'always' },
  'cameras.follow': { noticeId: unknownId },
  'cameras.remove': { ids: [unknownId] },
  'cameras.restore': { ids: [unknownId] },
  'cameras.reorder': { ids: [unknownId], before: unknownId },
  'cameras.find': {
    address: '127.0.0.1:1',
    onvifUrl: 'http://127.0.0.1:1/onvif/device_service',
    username: 'guard',
    password: samplePassword,
    cameraId: unknownId,
  },
  'cameras.test': stream,
  'cameras.preview': stream,
  'cameras.examine': { camera: { cameraId: unknownId }, withPictures: true },
  'cameras.history': { cameraId: unknownId },
  'cameras.export': { format: 'csv' },
  'cameras.import': { text: 'name,address', username: 'guard', password: samplePassword },
  'ptz.capabilities': { cameraId: unknownId },
  'ptz.move': { cameraId: unknownId, pan: 0.5, tilt: -0.5, zoom: 1, seconds: 2 },
  'ptz.stop': { cameraId: unknownId },
  'ptz.home': { cameraId: unknownId },
  'ptz.presets': { cameraId: unknownId },
  'ptz.goPreset': { cameraId: unknownId, token: '1' },
  'ptz.savePreset': { cameraId: unknownId, name: 'Gate', token: '1' },
  'ptz.removePreset': { cameraId: unknownId, token: '1' },
  'events.list': {
    cameraId: unknownId,
    kind: 'motion',
    open: true,
    from: 0,
    until: 1,
    cursor: { at: 1, id: 1 },
    limit: 10,
  },
  'events.watch': undefined,
  'events.acknowledge': { ids: [1], note: 'Seen to' },
  'health.read': undefined,
  'clips.watch': undefined,
  'clips.saveLast': { cameraId: unknownId, seconds: 30, ago: 1_000 },
  'clips.still': { cameraId: unknownId, ago: 0 },
  'clips.glimpse': { cameraId: unknownId, ago: 1_000 },
  'clips.sendPicture': { cameraId: unknownId, from: 0, part: 'eA==' },
  'clips.savePicture': { cameraId: unknownId, at: 1, bytes: 1 },
  'clips.record': { cameraId: unknownId },
  'clips.endRecording': { id: unknownId },
  'clips.rename': { id: unknownId, name: 'At the gate' },
  'clips.remove': { ids: [unknownId] },
  'clips.read': { id: unknownId, from: 0, bytes: 1_024 },
  'clips.thumbnail': { id: unknownId },
  'clips.manifest': { ids: [unknownId] },
  'shares.list': { cameraId: unknownId },
  'shares.add': { cameraId: unknownId, name: 'Gate house', hours: 24, profile: 'sub', sound: true },
  'shares.remove': { id: unknownId },
  'discovery.watch': undefined,
  'discovery.scan': undefined,
  'layouts.list': undefined,
  'layouts.watch': undefined,
  'layouts.save': { id: unknownId, name: 'Night', grid: '4', tiles: [unknownId, null] },
  'layouts.rename': { id: unknownId, name: 'Night' },
  'layouts.duplicate': { id: unknownId },
  'layouts.remove': { id: unknownId },
  'layouts.restore': { id: unknownId },
  'layouts.reorder': { ids: [unknownId] },
  'site.watch': undefined,
  'site.changeSettings': {
    siteName: 'Harbour',
    pictureFit: 'fill',
    tileNames: 'selected',
    clock: 'hidden',
    newCameraConnection: 'always',
    lockAfterMinutes: 10,
    replayMegabytes: 256,
    clipMegabytes: 1_024,
  },
  'site.changeAlarms': {
    lostSeconds: 60,
    picture: 'whole',
    sound: false,
    rules: [
      { kind: 'motion', scope: { type: 'all' }, alarm: true },
      { kind: 'motion', scope: { type: 'group', group: 'Yard' }, alarm: false },
      { kind: 'motion', scope: { type: 'camera', cameraId: unknownId }, alarm: true },
    ],
  },
  'site.dismissNotice': { id: unknownId },
  'site.backUp': undefined,
  'site.saveDiagnostics': undefined,
  'site.readReplayMemory': undefined,
  'site.readMediaNetwork': undefined,
  'site.changeMediaNetwork': { interfaces: ['eth0'], ports: { first: 42_000, last: 42_063 } },
  'site.readLanHost': undefined,
  'site.changeLanHost': { open: false, port: 9443, interfaces: ['eth0'], names: ['gate.lan'] },
  'site.useLanCertificate': { certificate: 'none', privateKey: 'none' },
  'site.useOwnLanCertificate': undefined,
  'site.readViewerLimits': undefined,
  'site.changeViewerLimits': { windows: 100, windowsOfUser: 10, megabits: null, megabitsOfUser: 40 },
  'site.showDemo': { count: 1 },
  'site.hideDemo': undefined,
  'site.check': { text: '{}', passphrase: samplePassword },
  'site.import': { text: '{}', passphrase: samplePassword },
  'site.export': { passphrase: 'long enough' },
  'people.watch': undefined,
  'people.add': { name: 'Erika', roleId: 'viewer', password: samplePassword },
  'people.edit': {
    ...{ id: unknownId, name: 'Erika', roleId: 'viewer', disabled: true },
    ...{ password: samplePassword, secondFactor: false },
  },
  'people.remove': { id: unknownId },
  'people.saveRole': {
    id: unknownId,
    name: 'Night guard',
    rights: {
      console: ['layouts'],
      cameras: [
        { scope: 'all', rights: ['live'] },
        { scope: 'group', group: 'Yard', rights: ['ptz'] },
        { scope: 'camera', cameraId: unknownId, rights: ['listen'] },
      ],
    },
    hours: [{ days: [1, 7], from: '22:00', until: '06:00' }],
  },
  'people.removeRole': { id: unknownId },
  'people.setStationRole': { roleId: 'viewer' },
  'people.endSession': { id: unknownId },
  'account.watch': undefined,
  'account.changePassword': { currentPassword: samplePassword, newPassword: samplePassword },
  'account.offerSecondFactor': undefined,
  'account.confirmSecondFactor': { code: '123456' },
  'account.removeSecondFactor': { currentPassword: samplePassword },
  'account.changePin': { currentPassword: samplePassword, newPin: '2468' },
  'account.lock': { layoutId: unknownId },
  'account.unlock': { by: 'pin', secret: '2468' },
  'account.endSession': { id: unknownId },
  'account.signIn': { name: 'Erika', password: samplePassword, code: '123456' },
  'account.signOut': undefined,
  'policy.read': undefined,
  'policy.changeKiosk': {
    enabled: false,
    displays: [1],
    startAtLogin: false,
    newPin: null,
    currentPin: '2468',
  },
  'policy.changeUpdates': { feed: 'http://127.0.0.1:1/updates', installAt: '03:00' },
  'policy.checkPin': { pin: '0000' },
  'audit.list': {
    ...{ who: unknownId, did: 'cameras.', done: true, text: 'gate' },
    ...{ from: 0, until: 1, before: 10, limit: 10 },
  },
  'audit.read': undefined,
  'audit.change': { keepDays: 90 },
  'audit.export': undefined,
  'viewer.open': { slots: 1, h265: 'none' },
  'viewer.answer': { viewerId: unknownId, sdp: 'v=0' },
  'viewer.candidate': { viewerId: unknownId, candidate: { candidate: '', sdpMid: '0', sdpMLineIndex: 0 } },
  'viewer.show': {
    viewerId: unknownId,
    bindings: [{ slot: 0, cameraId: unknownId, profile: 'main', assignment: 1 }],
  },
  'viewer.showKeyFrames': { viewerId: unknownId, slots: [0] },
  'viewer.replay': {
    viewerId: unknownId,
    slot: 0,
    assignment: 1,
    command: { kind: 'skip', milliseconds: -10_000 },
  },
  'viewer.restart': { viewerId: unknownId },
  'viewer.listen': { viewerId: unknownId, cameraId: unknownId, profile: 'sub', assignment: 1 },
  'viewer.reportStale': { viewerId: unknownId, cameras: [{ cameraId: unknownId, cause: 'no-decode' }] },
};

/** A procedure of the contract. */
export interface ListedProcedure {
  /** `cameras.add` */
  readonly path: string;
  /** Undefined: it takes nothing. */
  readonly schema: z.ZodType | undefined;
}

/** Every procedure of the contract. */
export const procedures: readonly ListedProcedure[] = Object.entries(contract).flatMap(([router, members]) =>
  Object.entries(members).map(([name, procedure]) => ({
    path: `${router}.${name}`,
    schema: procedure['~orpc'].inputSchema,
  })),
);
