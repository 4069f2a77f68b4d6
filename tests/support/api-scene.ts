import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { ORPCError } from '@orpc/client';
import { expect } from 'vitest';
import { errorCodes } from '../../main/contract/error-codes.ts';
import { defaultLayoutId } from '../../main/contract/limits.ts';
import { type ApiClient, type ApiHarness, createHarness, memoryClient } from './api-harness.ts';
import { samplePassword } from './api-samples.ts';

/** An engine with something in it that a bad input could harm. */
export interface ApiScene {
  readonly harness: ApiHarness;
  readonly client: ApiClient;
  readonly gateId: string;
  readonly gateUrl: string;
  readonly yardId: string;
  /** Everything that a call could change, on disk and in memory. */
  state(): Promise<string>;
}

export async function createScene(owned: AsyncDisposableStack): Promise<ApiScene> {
  const harness = await createHarness(owned);
  const client = memoryClient(harness);
  const gateUrl = 'rtsp://127.0.0.1:1/gate';
  const yardUrl = 'rtsp://127.0.0.1:1/yard';
  const gate = { name: 'Gate', mainUrl: gateUrl, username: 'guard', password: samplePassword, number: 1 };
  const { id: gateId } = await client.cameras.add(gate);
  const { id: yardId } = await client.cameras.add({ name: 'Yard', mainUrl: yardUrl, number: 2 });
  await client.layouts.save({ id: defaultLayoutId, name: 'All', grid: 'auto', tiles: [] });
  await client.layouts.save({ id: randomUUID(), name: 'Night', grid: '4', tiles: [gateId, null] });
  await client.site.changeSettings({ siteName: 'Harbour' });
  harness.site.notify('clock-jumped', 'The clock jumped.');
  const { store, site, viewers } = harness;
  const state = async () => {
    const stored = store.cameras
      .list()
      .map((camera) => ({ ...camera, password: camera.password?.reveal() ?? null }));
    const { settings: chosen, demoCameras, policy, mediaNetwork } = store.settings;
    const settings = [
      chosen,
      demoCameras,
      policy,
      mediaNetwork,
      store.lan.chosen,
      viewers.iceServers.shown,
      site.state,
    ];
    const lists = [await client.cameras.list(), await client.layouts.list(), store.layouts.list()];
    const others = [[...viewers.viewers].map(({ id }) => id), Object.keys(Object.prototype)];
    return JSON.stringify([lists, stored, settings, others]);
  };
  return { harness, client, gateId, gateUrl, yardId, state };
}

/** Calls a procedure with anything. @param path such as `cameras.add` */
export function call(client: ApiClient, path: string, input: unknown): Promise<unknown> {
  const [router = '', name = ''] = path.split('.');
  const routers = client as unknown as Record<
    string,
    Record<string, (input: unknown) => Promise<unknown>> | undefined
  >;
  const procedure = routers[router]?.[name];
  if (procedure === undefined) throw new Error(`there is no ${path}`);
  return procedure(input);
}

/** An error as it goes over the wire. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly data: { readonly issues?: readonly { readonly path: string; readonly message: string }[] };
}

/** An answer larger than this costs more than the question. */
const maximumAnswerCharacters = 64 * 1_024;

/** The answer to a call that must be refused: with a code of the list, and nothing in it that is nobody's business. */
export async function refusal(answer: Promise<unknown>): Promise<Refusal> {
  const error = await answer.then(
    (value) => new Error(`answered with ${JSON.stringify(value)?.slice(0, 200)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ORPCError)) throw error;
  return checkRefusal(JSON.stringify(error.toJSON()));
}

/** @param text JSON of an error */
export function checkRefusal(text: string): Refusal {
  const refused = JSON.parse(text) as Refusal;
  const start = text.slice(0, 300);
  expect(errorCodes, start).toContain(refused.code);
  expect(refused.code, start).not.toBe('internal');
  expect(refused.message).not.toBe('');
  expect(text).not.toMatch(/\bat .{1,200}:\d+:\d+|node_modules|file:\/\//);
  for (const folder of [process.cwd(), os.tmpdir(), os.homedir()]) expect(text).not.toContain(`${folder}/`);
  expect(text).not.toContain(samplePassword);
  expect(text.length, start).toBeLessThan(maximumAnswerCharacters);
  return refused;
}

/** The field that is wrong is named: it, what is inside it, or what it is inside of. */
export function expectField({ data }: Refusal, path: readonly (string | number)[]): void {
  const field = path.join('.');
  const named = (data.issues ?? []).filter(
    (issue) => issue.path.startsWith(field) || (issue.path !== '' && field.startsWith(issue.path)),
  );
  expect(named, `${field} is not named in ${JSON.stringify(data).slice(0, 300)}`).not.toEqual([]);
  for (const { message } of named) expect(message).not.toBe('');
}
