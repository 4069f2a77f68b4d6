import type { contract } from '../contract/contract.ts';

/** What of a call is said in the audit; null: it changes nothing and shows nobody anything that is not theirs to look up. */
export type AuditRule = null | {
  /**
   * Fields of the input that are written as they are, none of which can hold a secret. Of every other field that was given only its
   * name is written.
   */
  readonly fields: readonly string[];
  /** At most one entry in so many seconds for the same person and the same fields. */
  readonly everySeconds?: number;
  /** One entry for all that follow each other within so many seconds, for the same person and the same fields. */
  readonly quietSeconds?: number;
  /** It answers whether a secret is the right one: `false` is a refusal. */
  readonly isCheck?: true;
};

type Contract = typeof contract;
type RulesOf<Part> = { readonly [Name in keyof Part]: AuditRule };

const all = (...fields: string[]): AuditRule => ({ fields });
const nothing: AuditRule = { fields: [] };

/** Every procedure is here: one that is new does not compile until somebody has said what of it belongs into the audit. */
export const auditRules: { readonly [Part in keyof Contract]: RulesOf<Contract[Part]> } = {
  cameras: {
    list: null,
    watch: null,
    add: all('name', 'number', 'group', 'connection', 'transport', 'certificate', 'mayStandStill'),
    addPublished: all('name', 'number', 'group', 'connection', 'mayStandStill'),
    addAll: all('cameras.name', 'cameras.group'),
    edit: all('id', 'name', 'number', 'group', 'connection', 'transport', 'certificate', 'mayStandStill'),
    change: all('ids', 'group', 'connection'),
    follow: all('noticeId'),
    remove: all('ids'),
    restore: all('ids'),
    reorder: all('ids', 'before'),
    find: all('cameraId'),
    test: all('cameraId'),
    preview: all('cameraId'),
    examine: all('camera.cameraId', 'camera.stream.cameraId', 'withPictures'),
    history: null,
    export: all('format'),
    import: nothing,
  },
  ptz: {
    capabilities: null,
    // One for each drive: the lease of a camera is as long.
    move: { fields: ['cameraId'], quietSeconds: 5 },
    stop: null,
    home: { fields: ['cameraId'], everySeconds: 60 },
    presets: null,
    goPreset: { fields: ['cameraId', 'token'], everySeconds: 60 },
    savePreset: all('cameraId', 'name', 'token'),
    removePreset: all('cameraId', 'token'),
    presetPictures: null,
    keepPresetPicture: { fields: ['cameraId', 'token'], everySeconds: 60 },
  },
  events: { list: null, watch: null, acknowledge: all('ids', 'note') },
  clips: {
    watch: null,
    saveLast: all('cameraId', 'seconds', 'ago'),
    // What comes of it is said by `savePicture`.
    still: null,
    // What is looked back at is written by `audit/watch-record.ts`.
    glimpse: null,
    sendPicture: null,
    savePicture: all('cameraId', 'at'),
    record: all('cameraId'),
    endRecording: all('id'),
    rename: all('id', 'name'),
    remove: all('ids'),
    // What leaves the console begins with its first bytes.
    read: { fields: ['id'], everySeconds: 600 },
    thumbnail: null,
    manifest: all('ids'),
  },
  health: { read: null },
  shares: {
    list: null,
    add: all('cameraId', 'kind', 'name', 'hours', 'profile', 'sound'),
    remove: all('id'),
  },
  discovery: { watch: null, scan: nothing },
  layouts: {
    list: null,
    watch: null,
    save: all('id', 'name', 'grid', 'tiles', 'tourSeconds'),
    rename: all('id', 'name'),
    duplicate: all('id'),
    remove: all('id'),
    restore: all('id'),
    reorder: all('ids'),
  },
  site: {
    watch: null,
    changeSettings: all(
      'siteName',
      'pictureFit',
      'tileNames',
      'clock',
      'newCameraConnection',
      'lockAfterMinutes',
      'replayMegabytes',
      'clipMegabytes',
    ),
    changeAlarms: all('lostSeconds', 'picture', 'sound', 'rules'),
    dismissNotice: all('id'),
    backUp: nothing,
    saveDiagnostics: nothing,
    readReplayMemory: null,
    readMediaNetwork: null,
    changeMediaNetwork: all('interfaces', 'ports'),
    readIceServers: null,
    changeIceServers: all('servers.url', 'servers.login'),
    readLanHost: null,
    changeLanHost: all('open', 'port', 'interfaces', 'names'),
    useLanCertificate: nothing,
    useOwnLanCertificate: nothing,
    readViewerLimits: null,
    changeViewerLimits: all('windows', 'windowsOfUser', 'megabits', 'megabitsOfUser'),
    showDemo: all('count'),
    hideDemo: nothing,
    check: null,
    import: nothing,
    export: nothing,
  },
  people: {
    watch: null,
    add: all('name', 'roleId'),
    edit: all('id', 'name', 'roleId', 'disabled', 'secondFactor'),
    remove: all('id'),
    saveRole: all('id', 'name', 'rights', 'hours'),
    removeRole: all('id'),
    setStationRole: all('roleId'),
    endSession: all('id'),
  },
  account: {
    watch: null,
    changePassword: nothing,
    offerSecondFactor: null,
    confirmSecondFactor: nothing,
    removeSecondFactor: nothing,
    changePin: nothing,
    changeKeys: null,
    lock: all('layoutId'),
    unlock: all('by'),
    endSession: all('id'),
    // Its name may be a password that was typed into the wrong field.
    signIn: nothing,
    signOut: nothing,
  },
  policy: {
    read: null,
    changeKiosk: all('enabled', 'displays', 'startAtLogin'),
    changeUpdates: all('feed', 'installAt'),
    checkPin: { fields: [], isCheck: true },
  },
  audit: {
    list: null,
    read: null,
    change: all('keepDays'),
    export: nothing,
  },
  viewer: {
    open: null,
    answer: null,
    candidate: null,
    checkIceServers: null,
    // What is watched is written by `audit/watch-record.ts`.
    show: null,
    replay: null,
    restart: null,
    showKeyFrames: null,
    listen: null,
    reportStale: null,
  },
};
