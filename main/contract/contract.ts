import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
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
import { discoveryEvent, scanResult } from './discovery.ts';
import { eventChange, eventPage, eventQuery } from './event.ts';
import { examinationEvent, examinationInput } from './examination.ts';
import { cameraHistory } from './history.ts';
import { issueWords } from './issue-words.ts';
import { layout, layoutEvent, layoutId, layoutRename, layoutsReorder } from './layout.ts';
import { mediaNetwork, mediaNetworks } from './media-network.ts';
import { ptzCapabilities, ptzMove, ptzPreset, ptzPresetChoice, ptzPresetSave } from './ptz.ts';
import { shareId, shareInput, shareList, shareMade } from './share.ts';
import { backup, demoInput, notice, settings, settingsChange, site } from './site.ts';
import { siteFileExport, siteFileInput, siteFileResult } from './site-file.ts';
import { kioskChange, pinTry, policy, updatesChange } from './site-file-policy.ts';
import {
  viewerAnswerInput,
  viewerCandidateInput,
  viewerEvent,
  viewerListenInput,
  viewerOpenInput,
  viewerRestartInput,
  viewerShowInput,
} from './viewer.ts';

// Zod's own words are for programmers.
z.config({ customError: issueWords });

/** What a caller must be allowed to do; every procedure names exactly one. */
export const permissions = [
  'cameras:view',
  'cameras:control',
  'cameras:edit',
  'layouts:edit',
  'site:manage',
] as const;
export type Permission = (typeof permissions)[number];

interface Meta {
  /** Undefined only on the bare builder: the API refuses a procedure that does not say what it needs. */
  permission?: Permission;
}

const procedure = oc.$meta<Meta>({});

/** @param summary what it does, for the documentation of the API */
function needs(permission: Permission, summary: string) {
  return procedure.meta({ permission }).route({ summary });
}

/** The one API of Gatehouse: the same over WebSocket, over a MessagePort and in memory. Writes are answered after the commit. */
export const contract = {
  cameras: {
    list: needs('cameras:view', 'All cameras in their order').output(z.array(camera)),
    watch: needs('cameras:view', 'All cameras and their states, then every change').output(
      eventIterator(cameraEvent),
    ),
    add: needs('cameras:edit', 'Adds a camera').input(cameraInput).output(camera),
    addAll: needs('cameras:edit', 'Adds many cameras: all of them, or none')
      .input(cameraInputs)
      .output(z.array(camera)),
    edit: needs('cameras:edit', 'Changes a camera').input(cameraEdit).output(camera),
    change: needs('cameras:edit', 'Changes group or connection of many cameras')
      .input(camerasChange)
      .output(z.array(camera)),
    follow: needs('cameras:edit', 'Uses the address that a notice offers for cameras that have moved')
      .input(z.object({ noticeId: notice.shape.id }))
      .output(z.array(camera)),
    remove: needs('cameras:edit', 'Removes cameras; they can be restored until the next day')
      .input(z.object({ ids: cameraIds }))
      .output(z.void()),
    restore: needs('cameras:edit', 'Brings removed cameras back, with their passwords and places')
      .input(z.object({ ids: cameraIds }))
      .output(z.array(camera)),
    reorder: needs('cameras:edit', 'Moves cameras in the order of lists and walls')
      .input(camerasReorder)
      .output(z.void()),
    find: needs('cameras:edit', 'Looks for the streams of a camera of which only the address is known')
      .input(cameraAddress)
      .output(foundStreams),
    test: needs('cameras:edit', 'Opens a stream and says what it is, without storing anything')
      .input(streamInput)
      .output(streamFacts),
    preview: needs(
      'cameras:edit',
      'Opens a stream for as long as the subscription lives, to be shown in a slot',
    )
      .input(streamInput)
      .output(eventIterator(previewEvent)),
    examine: needs(
      'cameras:edit',
      'Examines a camera step by step; ends with the last step, and a call that is given up ends it',
    )
      .input(examinationInput)
      .output(eventIterator(examinationEvent)),
    history: needs('cameras:view', 'What happened to the streams of a camera during the last day')
      .input(z.object({ cameraId }))
      .output(cameraHistory),
    export: needs('cameras:edit', 'All cameras as a file, without passwords')
      .input(z.object({ format: cameraFileFormat }))
      .output(cameraFile),
    import: needs(
      'cameras:edit',
      'Adds and changes cameras from a file: all of them, or none and a list of what is wrong',
    )
      .input(cameraImport)
      .output(importResult),
  },
  ptz: {
    capabilities: needs('cameras:view', 'Whether and how a camera can be moved')
      .input(z.object({ cameraId }))
      .output(ptzCapabilities),
    move: needs('cameras:control', 'Moves a camera until it is told to stop, at most 30 s')
      .input(ptzMove)
      .output(z.void()),
    stop: needs('cameras:control', 'Stops a camera that moves')
      .input(z.object({ cameraId }))
      .output(z.void()),
    home: needs('cameras:control', 'Moves a camera to its home position')
      .input(z.object({ cameraId }))
      .output(z.void()),
    presets: needs('cameras:view', 'The places that a camera knows')
      .input(z.object({ cameraId }))
      .output(z.array(ptzPreset)),
    goPreset: needs('cameras:control', 'Moves a camera to a place that it knows')
      .input(ptzPresetChoice)
      .output(z.void()),
    savePreset: needs('cameras:edit', 'Has a camera keep the place where it looks now')
      .input(ptzPresetSave)
      .output(ptzPreset),
    removePreset: needs('cameras:edit', 'Has a camera forget a place')
      .input(ptzPresetChoice)
      .output(z.void()),
  },
  events: {
    list: needs('cameras:view', 'What cameras have reported during the last seven days, the newest first')
      .input(eventQuery)
      .output(eventPage),
    watch: needs('cameras:view', 'What cameras report now, then everything that they report').output(
      eventIterator(eventChange),
    ),
  },
  shares: {
    list: needs('cameras:edit', 'Who may watch a camera over WHEP, and where')
      .input(z.object({ cameraId }))
      .output(shareList),
    add: needs('cameras:edit', 'Makes a token with which one camera can be watched over WHEP for a while')
      .input(shareInput)
      .output(shareMade),
    remove: needs('cameras:edit', 'Ends a share: nobody watches by it any more')
      .input(z.object({ id: shareId }))
      .output(z.void()),
  },
  discovery: {
    watch: needs(
      'cameras:edit',
      'Devices on the network that may be cameras, then every change; they are looked for as long as the subscription lives',
    ).output(eventIterator(discoveryEvent)),
    scan: needs(
      'cameras:edit',
      'Searches the private networks of this computer address by address; ends with the call',
    ).output(scanResult),
  },
  layouts: {
    list: needs('cameras:view', 'All layouts in their order').output(z.array(layout)),
    watch: needs('cameras:view', 'All layouts, then every change').output(eventIterator(layoutEvent)),
    save: needs('layouts:edit', 'Writes a layout under its id, new or not').input(layout).output(layout),
    rename: needs('layouts:edit', 'Gives a layout another name').input(layoutRename).output(layout),
    duplicate: needs('layouts:edit', 'Makes a copy of a layout, right behind it')
      .input(z.object({ id: layoutId }))
      .output(layout),
    remove: needs('layouts:edit', 'Removes a layout; it can be restored until the next day')
      .input(z.object({ id: layoutId }))
      .output(z.void()),
    restore: needs('layouts:edit', 'Brings a removed layout back')
      .input(z.object({ id: layoutId }))
      .output(layout),
    reorder: needs('layouts:edit', 'Puts all layouts into a new order')
      .input(layoutsReorder)
      .output(z.void()),
  },
  site: {
    watch: needs('cameras:view', 'Settings, notices and backups: all of them after each change').output(
      eventIterator(site),
    ),
    changeSettings: needs('site:manage', 'Changes settings').input(settingsChange).output(settings),
    dismissNotice: needs('site:manage', 'Takes a notice away that somebody has read')
      .input(z.object({ id: notice.shape.id }))
      .output(z.void()),
    backUp: needs('site:manage', 'Makes a verified backup of the database now').output(backup),
    saveDiagnostics: needs(
      'site:manage',
      'A zip for whoever helps: versions, states and logs, no passwords',
    ).output(z.file()),
    readMediaNetwork: needs(
      'site:manage',
      'Over which networks pictures go to windows, and which there are',
    ).output(mediaNetworks),
    changeMediaNetwork: needs(
      'site:manage',
      'Says over which networks and ports pictures go; open windows change their way, and keep their pictures',
    )
      .input(mediaNetwork)
      .output(z.void()),
    showDemo: needs('site:manage', 'Starts virtual cameras and adds them').input(demoInput).output(z.void()),
    hideDemo: needs('site:manage', 'Stops the virtual cameras and removes them').output(z.void()),
    check: needs('site:manage', 'What a site file would change, or all that is wrong with it')
      .input(siteFileInput)
      .output(siteFileResult),
    import: needs('site:manage', 'Takes a site file: all of it, or none and a list of what is wrong')
      .input(siteFileInput)
      .output(siteFileResult),
    export: needs('site:manage', 'A site file, without passwords or closed with a passphrase')
      .input(siteFileExport)
      .output(cameraFile),
  },
  policy: {
    read: needs('cameras:view', 'What the site prescribes for the desktop shell').output(policy),
    changeKiosk: needs('site:manage', 'Sets the desktop up as a kiosk, or no longer')
      .input(kioskChange)
      .output(z.void()),
    changeUpdates: needs('site:manage', 'Says where new versions of the desktop app come from, or nowhere')
      .input(updatesChange)
      .output(z.void()),
    checkPin: needs('cameras:view', 'Whether this is the PIN of the kiosk; five tries a minute')
      .input(pinTry)
      .output(z.boolean()),
  },
  viewer: {
    open: needs(
      'cameras:view',
      'Opens a peer connection for this window; it lives as long as the subscription',
    )
      .input(viewerOpenInput)
      .output(eventIterator(viewerEvent)),
    answer: needs('cameras:view', "The window's SDP answer").input(viewerAnswerInput).output(z.void()),
    candidate: needs('cameras:view', 'An ICE candidate of the window')
      .input(viewerCandidateInput)
      .output(z.void()),
    show: needs('cameras:view', 'What slots show from now on').input(viewerShowInput).output(z.void()),
    restart: needs(
      'cameras:view',
      "Looks for a new way for the window's media, which goes on where it was until then",
    )
      .input(viewerRestartInput)
      .output(z.void()),
    listen: needs('cameras:view', 'Which camera is heard from now on: one, or none')
      .input(viewerListenInput)
      .output(z.void()),
  },
};
