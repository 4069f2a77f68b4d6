import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type ApiClient, transports } from '../support/api-harness.ts';
import { procedures, samples } from '../support/api-samples.ts';
import { type ApiScene, call, createScene, expectField, refusal } from '../support/api-scene.ts';
import { type BadInput, badInputs } from '../support/bad-inputs.ts';

/** Of each procedure. */
const leastInputs = 100;
/** Over the wire a part of them is enough: it is the same router. */
const socketStep = 10;

let owned: AsyncDisposableStack;
let scene: ApiScene;
let overSocket: ApiClient;

beforeAll(async () => {
  owned = new AsyncDisposableStack();
  scene = await createScene(owned);
  const [, overWebSocket] = transports[0];
  overSocket = (await overWebSocket(scene.harness, owned)).client;
});

afterAll(async () => {
  await owned.disposeAsync();
});

test('every procedure has a sample that its schema takes, with every field', () => {
  expect(Object.keys(samples)).toEqual(procedures.map(({ path }) => path));
  for (const { path, schema } of procedures) {
    if (schema === undefined) {
      expect(samples[path], path).toBeUndefined();
      continue;
    }
    expect(schema.safeParse(samples[path]).error, path).toBeUndefined();
    // Of one with names of its own choice there are none to be complete in.
    if (schema instanceof z.ZodRecord) continue;
    const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
    expect(Object.keys(samples[path] as object).sort(), path).toEqual(Object.keys(properties).sort());
  }
});

const takers = procedures.flatMap(({ path, schema }) => (schema === undefined ? [] : [{ path, schema }]));
const givers = procedures.filter(({ schema }) => schema === undefined);

describe.each(takers)('$path', ({ path, schema }) => {
  const inputs = badInputs(samples[path], 100).filter(({ input }) => !schema.safeParse(input).success);

  test('in memory refuses what its schema does not take, and nothing changes', async () => {
    expect(new Set(inputs.map(({ name }) => name)).size).toBeGreaterThanOrEqual(leastInputs);
    await expectRefusals(scene.client, inputs);
  });

  test('over WebSocket refuses the same', async () => {
    const sent = inputs
      .map((bad) => ({ ...bad, input: overJson(bad.input) }))
      .filter(({ input }) => input !== undefined && !schema.safeParse(input).success)
      .filter((_, index) => index % socketStep === 0);
    expect(sent.length).toBeGreaterThan(0);
    await expectRefusals(overSocket, sent);
  });

  async function expectRefusals(client: ApiClient, list: readonly BadInput[]): Promise<void> {
    const before = await scene.state();
    for (const { name, path: field, input } of list) {
      try {
        const refused = await refusal(call(client, path, input));
        expect(refused.code).toBe('bad-input');
        expectField(refused, field);
      } catch (error) {
        throw new Error(`${path}, ${name}: ${String(error)}`, { cause: error });
      }
    }
    expect(await scene.state()).toBe(before);
  }
});

describe.each(givers)('$path', ({ path }) => {
  test('takes nothing and does what it does, whatever it is given', async () => {
    const before = await scene.state();
    const inputs = badInputs(undefined, leastInputs);
    expect(inputs.length).toBeGreaterThanOrEqual(leastInputs);
    for (const { input } of inputs) {
      const answer = await call(scene.client, path, input);
      if (!isSubscription(answer)) continue;
      await answer.next();
      await answer.return(undefined);
    }
    expect(await scene.state()).toBe(before);
  });
});

function isSubscription(answer: unknown): answer is AsyncGenerator {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
}

const longestMessage = 500_000;

/** As it arrives; undefined for what JSON cannot hold, or what is too long for a message. */
function overJson(input: unknown): unknown {
  try {
    const text = JSON.stringify(input, refuseLongText);
    return text.length > longestMessage ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** To write a million control characters only to find that they are too long would take most of the time of all these tests. */
function refuseLongText(_key: string, value: unknown): unknown {
  if (typeof value === 'string' && value.length > longestMessage) throw new RangeError('too long');
  return value;
}
