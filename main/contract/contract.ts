import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { camera, cameraEvent, cameraInput } from './camera.ts';
import { layout } from './layout.ts';
import {
  viewerAnswerInput,
  viewerCandidateInput,
  viewerEvent,
  viewerOpenInput,
  viewerShowInput,
} from './viewer.ts';

/** What a caller must be allowed to do; every procedure names exactly one. */
export const permissions = ['cameras:view', 'cameras:edit', 'layouts:edit'] as const;
export type Permission = (typeof permissions)[number];

interface Meta {
  /** Undefined only on the bare builder: the API refuses a procedure that does not say what it needs. */
  permission?: Permission;
}

const procedure = oc.$meta<Meta>({});
const view = procedure.meta({ permission: 'cameras:view' });

/** The one API of Gatehouse: the same over WebSocket, over a MessagePort and in memory. */
export const contract = {
  cameras: {
    list: view.output(z.array(camera)),
    add: procedure.meta({ permission: 'cameras:edit' }).input(cameraInput).output(camera),
    watch: view.output(eventIterator(cameraEvent)),
  },
  layouts: {
    list: view.output(z.array(layout)),
    /** Writes a layout under its id, new or not; answers after the commit. */
    save: procedure.meta({ permission: 'layouts:edit' }).input(layout).output(layout),
  },
  viewer: {
    /** Opens a peer connection for this window; it lives as long as the subscription does. */
    open: view.input(viewerOpenInput).output(eventIterator(viewerEvent)),
    answer: view.input(viewerAnswerInput).output(z.void()),
    candidate: view.input(viewerCandidateInput).output(z.void()),
    show: view.input(viewerShowInput).output(z.void()),
  },
};
