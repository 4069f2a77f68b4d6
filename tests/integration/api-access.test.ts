import { createRouterClient } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '../../main/access/callers.ts';
import { createRouter } from '../../main/api/router.ts';
import type { Services } from '../../main/api/services.ts';
import { createLog } from '../../main/base/log.ts';
import type { CameraRight, ConsoleRight } from '../../main/contract/rights.ts';
import { type ApiClient, type ApiHarness, callerOf, createHarness } from '../support/api-harness.ts';
import { procedures, samples, unknownId } from '../support/api-samples.ts';
import { call, refusal } from '../support/api-scene.ts';

/*
 * Every role × every procedure × a camera of theirs, one that they do not see, and one that there is not. Behind the door stands
 * nobody: a call that is let in is told that it has arrived, so that only the door is looked at.
 */

interface Need {
  readonly console?: ConsoleRight;
  readonly camera?: CameraRight | 'any';
  readonly all?: CameraRight;
}

/** What each procedure needs, written down a second time: a procedure that is not here, or needs something else, fails. */
const needs: Record<string, Need> = {
  'cameras.list': {},
  'cameras.watch': {},
  'cameras.add': { console: 'discovery' },
  'cameras.addAll': { console: 'discovery' },
  'cameras.edit': { camera: 'manage' },
  'cameras.change': { camera: 'manage' },
  'cameras.follow': { console: 'settings', camera: 'manage' },
  'cameras.remove': { camera: 'manage' },
  'cameras.restore': { camera: 'manage' },
  'cameras.reorder': { console: 'settings', camera: 'any' },
  'cameras.find': { console: 'discovery', camera: 'manage' },
  'cameras.test': { console: 'discovery', camera: 'manage' },
  'cameras.preview': { console: 'discovery', camera: 'manage' },
  'cameras.examine': { camera: 'manage' },
  'cameras.history': { camera: 'any' },
  'cameras.export': { console: 'settings' },
  'cameras.import': { console: 'discovery', all: 'manage' },
  'ptz.capabilities': { camera: 'live' },
  'ptz.move': { camera: 'ptz' },
  'ptz.stop': { camera: 'ptz' },
  'ptz.home': { camera: 'ptz' },
  'ptz.presets': { camera: 'live' },
  'ptz.goPreset': { camera: 'ptz' },
  'ptz.savePreset': { camera: 'manage' },
  'ptz.removePreset': { camera: 'manage' },
  'events.list': {},
  'events.watch': {},
  'shares.list': { camera: 'manage' },
  'shares.add': { camera: 'manage' },
  'shares.remove': {},
  'discovery.watch': { console: 'discovery' },
  'discovery.scan': { console: 'discovery' },
  'layouts.list': {},
  'layouts.watch': {},
  'layouts.save': { console: 'layouts' },
  'layouts.rename': { console: 'layouts' },
  'layouts.duplicate': { console: 'layouts' },
  'layouts.remove': { console: 'layouts' },
  'layouts.restore': { console: 'layouts' },
  'layouts.reorder': { console: 'layouts' },
  'site.watch': {},
  'site.changeSettings': { console: 'settings' },
  'site.changeAlarms': { console: 'settings' },
  'site.dismissNotice': { console: 'settings' },
  'site.backUp': { console: 'settings' },
  'site.saveDiagnostics': { console: 'diagnostics', all: 'live' },
  'site.readReplayMemory': { console: 'settings' },
  'site.readMediaNetwork': { console: 'settings' },
  'site.readViewerLimits': { console: 'settings' },
  'site.changeViewerLimits': { console: 'settings' },
  'site.changeMediaNetwork': { console: 'settings' },
  'site.readLanHost': { console: 'settings' },
  'site.changeLanHost': { console: 'settings' },
  'site.useLanCertificate': { console: 'settings' },
  'site.useOwnLanCertificate': { console: 'settings' },
  'site.showDemo': { console: 'discovery', all: 'manage' },
  'site.hideDemo': { console: 'discovery', all: 'manage' },
  'site.check': { console: 'settings', all: 'manage' },
  'site.import': { console: 'settings', all: 'manage' },
  'site.export': { console: 'settings', all: 'manage' },
  'people.watch': { console: 'people' },
  'people.add': { console: 'people' },
  'people.edit': { console: 'people' },
  'people.remove': { console: 'people' },
  'people.saveRole': { console: 'people' },
  'people.removeRole': { console: 'people' },
  'people.setStationRole': { console: 'people' },
  'people.endSession': { console: 'people' },
  'account.watch': {},
  'account.changePassword': {},
  'account.offerSecondFactor': {},
  'account.confirmSecondFactor': {},
  'account.removeSecondFactor': {},
  'account.changePin': {},
  'account.lock': {},
  'account.unlock': {},
  'account.endSession': {},
  'account.signIn': {},
  'account.signOut': {},
  'policy.read': { console: 'settings' },
  'policy.changeKiosk': { console: 'settings' },
  'policy.changeUpdates': { console: 'settings' },
  'policy.checkPin': {},
  'audit.list': { console: 'audit' },
  'audit.read': { console: 'audit' },
  'audit.change': { console: 'audit' },
  'audit.export': { console: 'audit' },
  'viewer.open': {},
  'viewer.answer': {},
  'viewer.candidate': {},
  'viewer.show': { camera: 'live' },
  'viewer.showKeyFrames': {},
  'viewer.replay': { camera: 'replay' },
  'viewer.restart': {},
  'viewer.listen': { camera: 'listen' },
  'viewer.reportStale': {},
  'health.read': {},
  'clips.watch': {},
  'clips.saveLast': { camera: 'keep-clips' },
  'clips.still': { camera: 'keep-clips' },
  'clips.glimpse': { camera: 'replay' },
  'clips.sendPicture': { camera: 'keep-clips' },
  'clips.savePicture': { camera: 'keep-clips' },
  'clips.record': { camera: 'keep-clips' },
  'clips.endRecording': {},
  'clips.rename': {},
  'clips.remove': {},
  'clips.read': {},
  'clips.thumbnail': {},
  'clips.manifest': {},
  'events.acknowledge': { console: 'alarms' },
};

const everything: CameraRight[] = ['live', 'replay', 'listen', 'talk', 'ptz', 'keep-clips', 'manage'];
const allConsole: ConsoleRight[] = [
  'people',
  'settings',
  'discovery',
  'layouts',
  'alarms',
  'diagnostics',
  'audit',
];
const watching: CameraRight[] = ['live', 'replay', 'listen', 'talk', 'ptz', 'keep-clips'];

/** What each role may do, written down a second time. `own`: over the camera in the yard; `all`: over every camera. */
const roles = [
  { name: 'owner', console: allConsole, own: everything, all: everything },
  { name: 'admin', console: allConsole, own: everything, all: everything },
  { name: 'operator', console: ['layouts', 'alarms'], own: watching, all: watching },
  { name: 'viewer', console: [], own: ['live'], all: ['live'] },
  { name: 'a watcher of the yard', console: [], own: ['live'], all: [] },
  { name: 'a manager of the yard', console: ['discovery', 'settings'], own: everything, all: [] },
  { name: 'somebody with one camera', console: [], own: ['ptz'], all: [] },
  { name: 'nobody', console: [], own: [], all: [] },
  { name: 'an admin outside of the hours', console: [], own: [], all: [] },
] as const satisfies readonly {
  name: string;
  console: readonly ConsoleRight[];
  own: readonly CameraRight[];
  all: readonly CameraRight[];
}[];
type RoleName = (typeof roles)[number]['name'];

const owned = new AsyncDisposableStack();
let harness: ApiHarness;
let yard: string;
let gate: string;
const callers = new Map<RoleName, Caller>();

/** Says that a call has arrived; the door itself is real. */
function servicesOf({ cameras, audit }: ApiHarness, offered: () => string): Services {
  const arrived = () => {
    throw new Error('arrived');
  };
  const nowhere = new Proxy({}, { get: () => arrived });
  const real: Record<string, object> = {
    cameras: new Proxy(cameras, {
      get: (target, name) => (name === 'place' ? (id: string) => target.place(id) : arrived),
    }),
    site: new Proxy(
      {},
      { get: (_, name) => (name === 'offeredMove' ? () => ({ cameraIds: [offered()] }) : arrived) },
    ),
    audit: new Proxy(audit, {
      get: (target, name) => (name === 'during' ? target.during.bind(target) : arrived),
    }),
    trials: new Proxy({}, { get: (_, name) => (name === 'lease' ? () => undefined : arrived) }),
  };
  const nameOf = () => undefined;
  return new Proxy(
    {},
    {
      get: (_, name) => (name === 'nameOf' ? nameOf : (real[String(name)] ?? nowhere)),
    },
  ) as Services;
}

beforeAll(async () => {
  harness = await createHarness(owned);
  const stored = { mainUrl: 'rtsp://127.0.0.1:1/yard', subUrl: null };
  yard = harness.cameras.add({ ...stored, name: 'Yard', group: 'Yard' }).id;
  gate = harness.cameras.add({ ...stored, name: 'Gate', group: '', mainUrl: 'rtsp://127.0.0.1:1/gate' }).id;
  const builtIn = (roleId: string) => {
    const id = crypto.randomUUID();
    harness.store.users.save({
      ...{ id, name: roleId === 'owner' ? 'Second owner' : roleId, roleId, disabled: false },
      ...{ passwordHash: null, sealedTotpKey: null },
    });
    const caller = harness.access.callers.open({ kind: 'user', userId: id });
    if (caller === undefined) throw new Error('nobody');
    return caller;
  };
  for (const name of ['owner', 'admin', 'operator', 'viewer'] as const) callers.set(name, builtIn(name));
  const ofYard = (rights: CameraRight[]) => [{ scope: 'group' as const, group: 'Yard', rights }];
  callers.set('a watcher of the yard', callerOf(harness, { cameras: ofYard(['live']) }));
  callers.set(
    'a manager of the yard',
    callerOf(harness, { console: ['discovery', 'settings'], cameras: ofYard(everything) }),
  );
  const oneCamera = { scope: 'camera' as const, cameraId: yard, rights: ['ptz' as const] };
  callers.set('somebody with one camera', callerOf(harness, { cameras: [oneCamera] }));
  callers.set('nobody', callerOf(harness, {}));
  // Of the seven days all but today.
  const today = new Date().getDay() || 7;
  const days = [1, 2, 3, 4, 5, 6, 7].filter((day) => day !== today && day !== (today % 7) + 1);
  const all = { console: allConsole, cameras: [{ scope: 'all' as const, rights: everything }] };
  callers.set(
    'an admin outside of the hours',
    callerOf(harness, all, [{ days, from: '10:00', until: '10:01' }]),
  );
});
afterAll(async () => {
  await owned.disposeAsync();
});

/** What comes of a call: `arrived`, or the whole refusal. */
async function outcome(role: RoleName, path: string, cameraId: string): Promise<string> {
  const caller = callers.get(role);
  if (caller === undefined) throw new Error(`there is no ${role}`);
  const router = createRouter(
    servicesOf(harness, () => cameraId),
    createLog('silent'),
  );
  const client: ApiClient = createRouterClient(router, { context: { caller } });
  const input = JSON.parse((JSON.stringify(samples[path]) ?? 'null').replaceAll(unknownId, cameraId));
  try {
    await call(client, path, input ?? undefined);
    return 'arrived';
  } catch (error) {
    const { code, message, data } = error as { code?: string; message: string; data?: unknown };
    return code === 'internal' ? 'arrived' : JSON.stringify({ code, message, data });
  }
}

test('every procedure of the contract is here, and nothing else', () => {
  expect(Object.keys(needs).sort()).toEqual(procedures.map(({ path }) => path).sort());
});

// Windows are looked for first: see "windows" in api-rights.test.ts.
const doors = Object.keys(needs).filter((path) => !path.startsWith('viewer.'));

describe.each(roles)('$name', ({ name, console, own, all }) => {
  const may = (rights: readonly string[], right: string) =>
    right === 'any' ? rights.length > 0 : rights.includes(right);

  test.each(doors)('%s: own, foreign and absent', async (path) => {
    const need = needs[path] ?? {};
    const answers = {
      own: await outcome(name, path, yard),
      foreign: await outcome(name, path, gate),
      absent: await outcome(name, path, unknownId),
    };
    const passes =
      (need.console === undefined || may(console, need.console)) &&
      (need.all === undefined || may(all, need.all));
    if (!passes) {
      for (const answer of Object.values(answers)) expect(JSON.parse(answer).code).toBe('not-allowed');
      return;
    }
    // Adding needs the group as well: the sample's is the yard.
    if (path === 'cameras.add' || path === 'cameras.addAll') {
      expect(answers.own === 'arrived').toBe(may(own, 'manage'));
      return;
    }
    if (need.camera === undefined) {
      expect(answers).toEqual({ own: 'arrived', foreign: 'arrived', absent: 'arrived' });
      return;
    }
    expect(answers.own === 'arrived').toBe(may(own, need.camera));
    expect(answers.foreign === 'arrived').toBe(may(all, need.camera));
    expect(JSON.parse(answers.absent).code).toBe('not-found');
    // Hidden and absent are told apart by nothing.
    if (all.length === 0) expect(answers.foreign).toBe(answers.absent);
    if (own.length === 0) expect(answers.own).toBe(answers.absent);
    if (own.length > 0 && !may(own, need.camera)) expect(JSON.parse(answers.own).code).toBe('not-allowed');
  });
});

test('somebody who may do nothing is refused before the input is looked at', async () => {
  const caller = callers.get('nobody');
  if (caller === undefined) throw new Error('nobody');
  const client: ApiClient = createRouterClient(harness.router, { context: { caller } });
  for (const [path, { console, all }] of Object.entries(needs)) {
    if (console === undefined && all === undefined) continue;
    expect((await refusal(call(client, path, { nonsense: 1 }))).code, path).toBe('not-allowed');
  }
});
