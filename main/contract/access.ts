import type { CameraRight, ConsoleRight } from './rights.ts';

/**
 * What a procedure needs. `signed-in`: nothing more, since it is about the caller alone, or answers only what the caller may see.
 * Where several things are named, all of them are needed.
 */
export type Access =
  | 'signed-in'
  | {
      readonly console?: ConsoleRight;
      /** Over all cameras, also those to come: for what is about the whole site. */
      readonly allCameras?: CameraRight;
      /** Over every camera that the input names. `any`: it is enough to see it. */
      readonly cameras?: {
        readonly right: CameraRight | 'any';
        /** Where the ids are: `cameraId`, `camera.cameraId`; a list stands for all that is in it. */
        readonly at: readonly string[];
      };
    };
