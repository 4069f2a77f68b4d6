import { expect, test } from 'vitest';
import type { Stream } from '../../../renderer/playback/stream.ts';
import * as surfacesOf from '../../../renderer/playback/surfaces.ts';
import { noSurfaces, type Surfaces } from '../../../renderer/playback/surfaces.ts';

const gate: Stream = { cameraId: 'gate', profile: 'sub' };
const gateMain: Stream = { cameraId: 'gate', profile: 'main' };
const hall: Stream = { cameraId: 'hall', profile: 'sub' };
const yard: Stream = { cameraId: 'yard', profile: 'sub' };
const all = () => true;
const none = () => false;
type Has = (stream: Stream) => boolean;
/** Pictures that have come are those of now. */
const planSurfaces = (before: Surfaces, wanted: Stream | null, standby: Stream | null, has: Has) =>
  surfacesOf.planSurfaces(before, wanted, standby, has, has);
const shownStream = (surfaces: Surfaces, wanted: Stream | null, has: Has) =>
  surfacesOf.shownStream(surfaces, wanted, has, has);

test('what a tour shows next gets ready in the other element, and stays there when it is shown', () => {
  let surfaces: Surfaces = planSurfaces(noSurfaces, gate, null, all);
  expect(surfaces).toEqual([gate, null]);
  surfaces = planSurfaces(surfaces, gate, hall, all);
  expect(surfaces).toEqual([gate, hall]);
  surfaces = planSurfaces(surfaces, hall, null, all);
  expect(surfaces).toEqual([null, hall]);
  surfaces = planSurfaces(surfaces, hall, yard, all);
  expect(surfaces).toEqual([yard, hall]);
  surfaces = planSurfaces(surfaces, yard, null, all);
  expect(surfaces).toEqual([yard, null]);
});

test('an empty tile has what it shows next ready, too', () => {
  const ahead = planSurfaces(noSurfaces, null, hall, none);
  expect(ahead).toEqual([null, hall]);
  expect(planSurfaces(ahead, null, hall, all)).toEqual(ahead);
  expect(planSurfaces(ahead, hall, null, all)).toEqual([null, hall]);
  expect(planSurfaces(ahead, null, null, all)).toEqual(noSurfaces);
});

test('a small picture that stands in for the large one stays until that is there, whatever comes next', () => {
  const small = (stream: Stream) => stream.profile === 'sub';
  const before: Surfaces = planSurfaces([null, gate], gateMain, hall, small);
  expect(before).toEqual([gateMain, gate]);
  expect(shownStream(before, gateMain, small)).toBe(gate);
  expect(planSurfaces(before, gateMain, hall, all)).toEqual([gateMain, hall]);
});

test('a camera without a picture is never shown as the one that comes next', () => {
  const ofHall = (stream: Stream) => stream === hall;
  expect(shownStream([gate, hall], gate, ofHall)).toBe(gate);
  const small = (stream: Stream) => stream === gate;
  expect(shownStream([gate, gateMain], gateMain, small)).toBe(gate);
});
