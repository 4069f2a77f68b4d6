import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import type { Access } from './access.ts';
import { alarmSettings, alarmSettingsChange } from './alarm.ts';
import { auditChange, auditPage, auditQuery, auditState } from './audit.ts';
import {
  camera,
  cameraAddress,
  cameraEdit,
  cameraEvent,
  cameraId,
  cameraIds,
  cameraInput,
  cameraInputs,
  camerasChange,
  camerasReorder,
  foundStreams,
  previewEvent,
  streamFacts,
  streamInput,
} from './camera.ts';
import { cameraFile, cameraFileFormat, cameraImport, importResult } from './camera-file.ts';
import {
  clip,
  clipEvent,
  clipId,
  clipIds,
  clipManifest,
  clipRead,
  clipRename,
  lastInput,
  pictureInput,
  picturePart,
  recording,
  still,
  stillInput,
} from './clip.ts';
import { discoveryEvent, scanResult } from './discovery.ts';
import { acknowledgeInput, event, eventChange, eventPage, eventQuery } from './event.ts';
import { examinationEvent, examinationInput } from './examination.ts';
import { health } from './health.ts';
import { cameraHistory } from './history.ts';
import { issueWords } from './issue-words.ts';
import { givenCertificate, lanHost, lanHostState } from './lan-host.ts';
import { layout, layoutEvent, layoutId, layoutRename, layoutsReorder } from './layout.ts';
import { mediaNetwork, mediaNetworks } from './media-network.ts';
import {
  account,
  consoleLock,
  consoleUnlock,
  ownRole,
  passwordChange,
  people,
  pinChange,
  role,
  roleId,
  secondFactorConfirm,
  secondFactorOffer,
  secondFactorRemove,
  session,
  signInInput,
  user,
  userEdit,
  userInput,
} from './people.ts';
import { ptzCapabilities, ptzMove, ptzPreset, ptzPresetChoice, ptzPresetSave } from './ptz.ts';
import { replayMemory } from './replay.ts';
import type { CameraRight } from './rights.ts';
import { shareId, shareInput, shareList, shareMade } from './share.ts';
import { backup, demoInput, notice, settings, settingsChange, site } from './site.ts';
import { siteFileExport, siteFileInput, siteFileResult } from './site-file.ts';
import { kioskChange, pinTry, policy, updatesChange } from './site-file-policy.ts';
import {
  viewerAnswerInput,
  viewerCandidateInput,
  viewerEvent,
  viewerKeyFramesInput,
  viewerListenInput,
  viewerOpenInput,
  viewerReplayInput,
  viewerRestartInput,
  viewerShowInput,
  viewerStaleInput,
} from './viewer.ts';
import { viewerLimits, viewerLimitsInUse } from './viewer-limits.ts';

// Zod's own words are for programmers.
z.config({ customError: issueWords });

interface Meta {
  /** Undefined only on the bare builder: the API refuses a procedure that does not say what it needs. */
  access?: Access;
}

const procedure = oc.$meta<Meta>({});

/** @param summary what it does, for the documentation of the API */
function needs(access: Access, summary: string) {
  return procedure.meta({ access }).route({ summary });
}

/** A right over every camera that the input names. @param at where the ids are */
function overCameras(right: CameraRight | 'any', ...at: readonly string[]): Access {
  return { cameras: { right, at } };
}

const settingsRight: Access = { console: 'settings' };
const discovery: Access = { console: 'discovery' };
/** With the stored password of a camera that is being edited, where the input names one. */
const adding: Access = { console: 'discovery', cameras: { right: 'manage', at: ['cameraId'] } };
/** About the whole site, its cameras included. */
const wholeSite: Access = { console: 'settings', allCameras: 'manage' };

/** The one API of Gatehouse: the same over WebSocket, over a MessagePort and in memory. Writes are answered after the commit. */
export const contract = {
  cameras: {
    list: needs('signed-in', 'All cameras in their order').output(z.array(camera)),
    watch: needs('signed-in', 'All cameras and their states, then every change').output(
      eventIterator(cameraEvent),
    ),
    add: needs(discovery, 'Adds a camera').input(cameraInput).output(camera),
    addAll: needs(discovery, 'Adds many cameras: all of them, or none')
      .input(cameraInputs)
      .output(z.array(camera)),
    edit: needs(overCameras('manage', 'id'), 'Changes a camera').input(cameraEdit).output(camera),
    change: needs(overCameras('manage', 'ids'), 'Changes group or connection of many cameras')
      .input(camerasChange)
      .output(z.array(camera)),
    follow: needs(settingsRight, 'Uses the address that a notice offers for cameras that have moved')
      .input(z.object({ noticeId: notice.shape.id }))
      .output(z.array(camera)),
    remove: needs(overCameras('manage', 'ids'), 'Removes cameras; they can be restored until the next day')
      .input(z.object({ ids: cameraIds }))
      .output(z.void()),
    restore: needs(
      overCameras('manage', 'ids'),
      'Brings removed cameras back, with their passwords and places',
    )
      .input(z.object({ ids: cameraIds }))
      .output(z.array(camera)),
    reorder: needs(
      { console: 'settings', cameras: { right: 'any', at: ['ids', 'before'] } },
      'Moves cameras in the order of lists and walls',
    )
      .input(camerasReorder)
      .output(z.void()),
    find: needs(adding, 'Looks for the streams of a camera of which only the address is known')
      .input(cameraAddress)
      .output(foundStreams),
    test: needs(adding, 'Opens a stream and says what it is, without storing anything')
      .input(streamInput)
      .output(streamFacts),
    preview: needs(adding, 'Opens a stream for as long as the subscription lives, to be shown in a slot')
      .input(streamInput)
      .output(eventIterator(previewEvent)),
    examine: needs(
      overCameras('manage', 'camera.cameraId', 'camera.stream.cameraId'),
      'Examines a camera step by step; ends with the last step, and a call that is given up ends it',
    )
      .input(examinationInput)
      .output(eventIterator(examinationEvent)),
    history: needs(
      overCameras('any', 'cameraId'),
      'What happened to the streams of a camera during the last day',
    )
      .input(z.object({ cameraId }))
      .output(cameraHistory),
    export: needs(settingsRight, 'All cameras as a file, without passwords')
      .input(z.object({ format: cameraFileFormat }))
      .output(cameraFile),
    import: needs(
      { console: 'discovery', allCameras: 'manage' },
      'Adds and changes cameras from a file: all of them, or none and a list of what is wrong',
    )
      .input(cameraImport)
      .output(importResult),
  },
  ptz: {
    capabilities: needs(overCameras('live', 'cameraId'), 'Whether and how a camera can be moved')
      .input(z.object({ cameraId }))
      .output(ptzCapabilities),
    move: needs(overCameras('ptz', 'cameraId'), 'Moves a camera until it is told to stop, at most 30 s')
      .input(ptzMove)
      .output(z.void()),
    stop: needs(overCameras('ptz', 'cameraId'), 'Stops a camera that moves')
      .input(z.object({ cameraId }))
      .output(z.void()),
    home: needs(overCameras('ptz', 'cameraId'), 'Moves a camera to its home position')
      .input(z.object({ cameraId }))
      .output(z.void()),
    presets: needs(overCameras('live', 'cameraId'), 'The places that a camera knows')
      .input(z.object({ cameraId }))
      .output(z.array(ptzPreset)),
    goPreset: needs(overCameras('ptz', 'cameraId'), 'Moves a camera to a place that it knows')
      .input(ptzPresetChoice)
      .output(z.void()),
    savePreset: needs(overCameras('manage', 'cameraId'), 'Has a camera keep the place where it looks now')
      .input(ptzPresetSave)
      .output(ptzPreset),
    removePreset: needs(overCameras('manage', 'cameraId'), 'Has a camera forget a place')
      .input(ptzPresetChoice)
      .output(z.void()),
  },
  events: {
    list: needs('signed-in', 'What happened during the last seven days; what happened last comes first')
      .input(eventQuery)
      .output(eventPage),
    watch: needs('signed-in', 'Open alarms and the newest events, then each that is new or changes').output(
      eventIterator(eventChange),
    ),
    acknowledge: needs(
      { console: 'alarms' },
      'Says that somebody has seen to events: all of them, or none; it stands, and who comes second changes nothing',
    )
      .input(acknowledgeInput)
      .output(z.array(event)),
  },
  clips: {
    watch: needs('signed-in', 'What was kept and what is being recorded, then every change').output(
      eventIterator(clipEvent),
    ),
    saveLast: needs(
      overCameras('keep-clips', 'cameraId'),
      'Keeps the last seconds of a camera as MP4, out of the memory of instant replay',
    )
      .input(lastInput)
      .output(clip),
    still: needs(
      overCameras('keep-clips', 'cameraId'),
      'What was received of a moment, of the main stream where there is one, to make a picture of',
    )
      .input(stillInput)
      .output(still),
    glimpse: needs(
      overCameras('replay', 'cameraId'),
      'The key frame before a moment that is in the memory of instant replay, of the smaller stream',
    )
      .input(stillInput)
      .output(still),
    sendPicture: needs(
      overCameras('keep-clips', 'cameraId'),
      'A part of a picture (PNG) that a window has made',
    )
      .input(picturePart)
      .output(z.void()),
    savePicture: needs(overCameras('keep-clips', 'cameraId'), 'Keeps the picture that was sent')
      .input(pictureInput)
      .output(clip),
    record: needs(
      overCameras('keep-clips', 'cameraId'),
      'Begins to record a camera, until somebody ends it or an hour is over',
    )
      .input(z.object({ cameraId }))
      .output(recording),
    endRecording: needs('signed-in', 'Ends a recording, which is a clip then')
      .input(z.object({ id: clipId }))
      .output(clip),
    rename: needs('signed-in', 'Gives a clip another name').input(clipRename).output(clip),
    remove: needs('signed-in', 'Removes clips for good: all of them, or none')
      .input(z.object({ ids: clipIds }))
      .output(z.void()),
    read: needs('signed-in', 'A part of the file of a clip').input(clipRead).output(z.file()),
    thumbnail: needs('signed-in', 'The first picture of a clip: an MP4 of one picture, or a PNG')
      .input(z.object({ id: clipId }))
      .output(z.file()),
    manifest: needs('signed-in', 'What was signed of clips, to be kept beside their files')
      .input(z.object({ ids: clipIds }))
      .output(clipManifest),
  },
  health: {
    read: needs('signed-in', 'How all streams and the computer were during the last half minute').output(
      health,
    ),
  },
  shares: {
    list: needs(overCameras('manage', 'cameraId'), 'Who may watch a camera over WHEP, and where')
      .input(z.object({ cameraId }))
      .output(shareList),
    add: needs(
      overCameras('manage', 'cameraId'),
      'Makes a token with which one camera can be watched over WHEP for a while',
    )
      .input(shareInput)
      .output(shareMade),
    remove: needs('signed-in', 'Ends a share: nobody watches by it any more')
      .input(z.object({ id: shareId }))
      .output(z.void()),
  },
  discovery: {
    watch: needs(
      discovery,
      'Devices on the network that may be cameras, then every change; they are looked for as long as the subscription lives',
    ).output(eventIterator(discoveryEvent)),
    scan: needs(
      discovery,
      'Searches the private networks of this computer address by address; ends with the call',
    ).output(scanResult),
  },
  layouts: {
    list: needs('signed-in', 'All layouts in their order').output(z.array(layout)),
    watch: needs('signed-in', 'All layouts, then every change').output(eventIterator(layoutEvent)),
    save: needs({ console: 'layouts' }, 'Writes a layout under its id, new or not')
      .input(layout)
      .output(layout),
    rename: needs({ console: 'layouts' }, 'Gives a layout another name').input(layoutRename).output(layout),
    duplicate: needs({ console: 'layouts' }, 'Makes a copy of a layout, right behind it')
      .input(z.object({ id: layoutId }))
      .output(layout),
    remove: needs({ console: 'layouts' }, 'Removes a layout; it can be restored until the next day')
      .input(z.object({ id: layoutId }))
      .output(z.void()),
    restore: needs({ console: 'layouts' }, 'Brings a removed layout back')
      .input(z.object({ id: layoutId }))
      .output(layout),
    reorder: needs({ console: 'layouts' }, 'Puts all layouts into a new order')
      .input(layoutsReorder)
      .output(z.void()),
  },
  site: {
    watch: needs('signed-in', 'Settings, notices and backups: all of them after each change').output(
      eventIterator(site),
    ),
    changeSettings: needs(settingsRight, 'Changes settings').input(settingsChange).output(settings),
    changeAlarms: needs(settingsRight, 'Changes what is an alarm and what an alarm does')
      .input(alarmSettingsChange)
      .output(alarmSettings),
    dismissNotice: needs(settingsRight, 'Takes a notice away that somebody has read')
      .input(z.object({ id: notice.shape.id }))
      .output(z.void()),
    backUp: needs(settingsRight, 'Makes a verified backup of the database now').output(backup),
    saveDiagnostics: needs(
      { console: 'diagnostics', allCameras: 'live' },
      'A zip for whoever helps: versions, states and logs, no passwords',
    ).output(z.file()),
    readReplayMemory: needs(settingsRight, 'How much memory instant replay may take, and takes now').output(
      replayMemory,
    ),
    readMediaNetwork: needs(
      settingsRight,
      'Over which networks pictures go to windows, and which there are',
    ).output(mediaNetworks),
    changeMediaNetwork: needs(
      settingsRight,
      'Says over which networks and ports pictures go; open windows change their way, and keep their pictures',
    )
      .input(mediaNetwork)
      .output(z.void()),
    readLanHost: needs(
      settingsRight,
      'Whether and where other computers reach this console, and by which certificate',
    ).output(lanHostState),
    changeLanHost: needs(
      settingsRight,
      'Opens the console to other computers over HTTPS, or closes it. Opening needs somebody with a password; refused, nothing changes',
    )
      .input(lanHost)
      .output(lanHostState),
    useLanCertificate: needs(
      settingsRight,
      'Shows a certificate of somebody else’s authority, once it has been checked',
    )
      .input(givenCertificate)
      .output(lanHostState),
    useOwnLanCertificate: needs(settingsRight, 'Shows a certificate of the own authority again').output(
      lanHostState,
    ),
    readViewerLimits: needs(
      settingsRight,
      'How many windows there may be and how much goes to them, and what is used now',
    ).output(viewerLimitsInUse),
    changeViewerLimits: needs(
      settingsRight,
      'Limits windows and what goes to them; windows that are open stay, the bandwidth counts at once',
    )
      .input(viewerLimits)
      .output(z.void()),
    showDemo: needs({ console: 'discovery', allCameras: 'manage' }, 'Starts virtual cameras and adds them')
      .input(demoInput)
      .output(z.void()),
    hideDemo: needs(
      { console: 'discovery', allCameras: 'manage' },
      'Stops the virtual cameras and removes them',
    ).output(z.void()),
    check: needs(wholeSite, 'What a site file would change, or all that is wrong with it')
      .input(siteFileInput)
      .output(siteFileResult),
    import: needs(wholeSite, 'Takes a site file: all of it, or none and a list of what is wrong')
      .input(siteFileInput)
      .output(siteFileResult),
    export: needs(wholeSite, 'A site file, without passwords or closed with a passphrase')
      .input(siteFileExport)
      .output(cameraFile),
  },
  people: {
    watch: needs({ console: 'people' }, 'Users, roles and sessions: all of them after each change').output(
      eventIterator(people),
    ),
    add: needs({ console: 'people' }, 'Adds a user').input(userInput).output(user),
    edit: needs({ console: 'people' }, 'Changes a user').input(userEdit).output(user),
    remove: needs({ console: 'people' }, 'Removes a user, whose sessions end')
      .input(z.object({ id: user.shape.id }))
      .output(z.void()),
    saveRole: needs({ console: 'people' }, 'Writes a role under its id, new or not')
      .input(ownRole)
      .output(role),
    removeRole: needs({ console: 'people' }, 'Removes a role that nobody has')
      .input(z.object({ id: ownRole.shape.id }))
      .output(z.void()),
    setStationRole: needs(
      { console: 'people' },
      'Says what the desktop window may do while nobody has signed in there',
    )
      .input(z.object({ roleId }))
      .output(z.void()),
    endSession: needs({ console: 'people' }, 'Signs a browser out')
      .input(z.object({ id: session.shape.id }))
      .output(z.void()),
  },
  account: {
    watch: needs(
      'signed-in',
      'Who is in front of this window and what they may do, after each change',
    ).output(eventIterator(account)),
    changePassword: needs('signed-in', 'Changes the own password and ends the own other sessions')
      .input(passwordChange)
      .output(z.void()),
    offerSecondFactor: needs(
      'signed-in',
      'A key for an authenticator app, which counts once it is confirmed',
    ).output(secondFactorOffer),
    confirmSecondFactor: needs('signed-in', 'Has the key count, with a code that the app shows')
      .input(secondFactorConfirm)
      .output(z.void()),
    removeSecondFactor: needs('signed-in', 'From now on the password is enough')
      .input(secondFactorRemove)
      .output(z.void()),
    changePin: needs('signed-in', 'Sets the PIN that unlocks a console which the own person has locked')
      .input(pinChange)
      .output(z.void()),
    lock: needs(
      'signed-in',
      'Locks this session, or all windows of the desktop: the wall stays, everything else is refused',
    )
      .input(consoleLock)
      .output(z.void()),
    unlock: needs('signed-in', 'Unlocks with the PIN or the password of whoever has locked')
      .input(consoleUnlock)
      .output(z.void()),
    endSession: needs('signed-in', 'Signs one of the own browsers out')
      .input(z.object({ id: session.shape.id }))
      .output(z.void()),
    signIn: needs('signed-in', 'Signs a person in at the desktop window, until it is loaded again')
      .input(signInInput)
      .output(z.void()),
    signOut: needs(
      'signed-in',
      'Ends the session of this browser; the desktop window is a station again',
    ).output(z.void()),
  },
  policy: {
    read: needs(settingsRight, 'What the site prescribes for the desktop shell').output(policy),
    changeKiosk: needs(settingsRight, 'Sets the desktop up as a kiosk, or no longer')
      .input(kioskChange)
      .output(z.void()),
    changeUpdates: needs(settingsRight, 'Says where new versions of the desktop app come from, or nowhere')
      .input(updatesChange)
      .output(z.void()),
    checkPin: needs('signed-in', 'Whether this is the PIN of the kiosk; five tries a minute')
      .input(pinTry)
      .output(z.boolean()),
  },
  audit: {
    list: needs({ console: 'audit' }, 'Who did what, the newest first').input(auditQuery).output(auditPage),
    read: needs({ console: 'audit' }, 'How much the audit holds, and by which key it is signed').output(
      auditState,
    ),
    change: needs({ console: 'audit' }, 'Says for how many days the audit is kept')
      .input(auditChange)
      .output(auditState),
    export: needs({ console: 'audit' }, 'The whole audit as signed lines of JSON, with gzip').output(
      z.file(),
    ),
  },
  viewer: {
    open: needs('signed-in', 'Opens a peer connection for this window; it lives as long as the subscription')
      .input(viewerOpenInput)
      .output(eventIterator(viewerEvent)),
    answer: needs('signed-in', "The window's SDP answer").input(viewerAnswerInput).output(z.void()),
    candidate: needs('signed-in', 'An ICE candidate of the window')
      .input(viewerCandidateInput)
      .output(z.void()),
    show: needs('signed-in', 'What slots show from now on').input(viewerShowInput).output(z.void()),
    showKeyFrames: needs('signed-in', 'Which slots get key frames only from now on: all of them')
      .input(viewerKeyFramesInput)
      .output(z.void()),
    replay: needs('signed-in', 'Shows in a slot what was, goes through it, or back to the present')
      .input(viewerReplayInput)
      .output(z.void()),
    restart: needs(
      'signed-in',
      "Looks for a new way for the window's media, which goes on where it was until then",
    )
      .input(viewerRestartInput)
      .output(z.void()),
    listen: needs('signed-in', 'Which camera is heard from now on: one, or none')
      .input(viewerListenInput)
      .output(z.void()),
    reportStale: needs('signed-in', 'Which of the pictures in this window do not move on: all of them')
      .input(viewerStaleInput)
      .output(z.void()),
  },
};
