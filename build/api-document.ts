import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { OpenAPI } from '@orpc/contract';
import { OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import * as z from 'zod';
import { version } from '../main/base/version.ts';
import type { Access } from '../main/contract/access.ts';
import * as camera from '../main/contract/camera.ts';
import * as cameraFile from '../main/contract/camera-file.ts';
import { contract } from '../main/contract/contract.ts';
import { errorCodes } from '../main/contract/error-codes.ts';
import * as event from '../main/contract/event.ts';
import * as history from '../main/contract/history.ts';
import * as layout from '../main/contract/layout.ts';
import * as people from '../main/contract/people.ts';
import * as ptz from '../main/contract/ptz.ts';
import * as site from '../main/contract/site.ts';
import * as siteFile from '../main/contract/site-file.ts';
import * as sitePolicy from '../main/contract/site-file-policy.ts';
import * as viewer from '../main/contract/viewer.ts';
import { siteSchema, siteSchemaFile } from './site-schema.ts';
import { root } from './step.ts';

/*
 * Writes docs/api.json, the API's contract as an OpenAPI document, and docs/site.schema.json: `npm run api-document` after a
 * change of the contract.
 */

export const apiDocumentFile: string = path.join(root, 'docs/api.json');

/** Of `biome.json`. */
const lineWidth = 110;

const description = `What a Gatehouse console can be asked, with what it takes and gives.

This is not a REST API: the document describes procedures, and no web server answers their paths. They are called with
oRPC (https://orpc.dev), over a WebSocket at /api by whoever has signed in, or over a MessagePort inside the desktop app.
With an oRPC client for the contract in main/contract/contract.ts the procedure of the path /cameras/add is called as
client.cameras.add(input).

A procedure that answers with text/event-stream is a subscription: its events arrive over the same connection until the
caller ends it. What is written is on the disk when the answer arrives.

Every call needs the rights that stand in x-access, and every call can fail. An error has a code out of a closed
list (ErrorCode), a message for a person, and data; data.issues says what is wrong with which field of the input.`;

const tags: Record<keyof typeof contract, string> = {
  cameras: 'Cameras: their addresses, their states, and lists of them in files',
  ptz: 'PTZ: where cameras look',
  events: 'Events: what happened, alarms, and who has seen to them',
  shares: 'Shares: who may watch one camera over WHEP, from outside of the console',
  clips: 'Clips: what somebody has kept of cameras, and recordings',
  health: 'Health: how streams and the computer are',
  discovery: 'Discovery: devices on the network that may be cameras',
  layouts: 'Layouts: named walls',
  site: 'What belongs to neither a camera nor a layout: settings, notices, backups, virtual cameras',
  people: 'People: users, roles and sessions',
  account: 'The own account of whoever calls, and what they may do',
  policy: 'Policy: what the site prescribes for the desktop shell',
  audit: 'Audit: who did what',
  viewer: 'Viewers: the peer connection of a window, and what its tiles show',
};

const errorSchema: OpenAPI.SchemaObject = {
  type: 'object',
  properties: {
    code: { $ref: '#/components/schemas/ErrorCode' },
    message: { type: 'string', description: 'What failed, where, and what to do next.' },
    data: {
      type: 'object',
      properties: {
        issues: {
          type: 'array',
          description: 'What is wrong with the input.',
          items: {
            type: 'object',
            properties: {
              path: {
                type: 'string',
                description: 'The field: `name`, `ids.0`; `line 4, mainUrl` in a file.',
              },
              message: { type: 'string' },
            },
            required: ['path', 'message'],
          },
        },
        camera: { type: 'string', description: 'Name or address of the camera that it is about.' },
      },
    },
  },
  required: ['code', 'message', 'data'],
};

/** The schemas that the contract names, under their names; those that are inputs as they are given, all others as they are answered. */
function namedSchemas(): Record<string, { schema: z.ZodType; strategy: 'input' | 'output' }> {
  const inputs = new Set<unknown>(procedures().map(({ input }) => input));
  const { siteFileInput, siteFileExport, siteFileChange, siteFileResult } = siteFile;
  const siteFileSchemas = { siteFileInput, siteFileExport, siteFileChange, siteFileResult, ...sitePolicy };
  const modules = {
    ...camera,
    ...cameraFile,
    ...event,
    ...history,
    ...layout,
    ...people,
    ...ptz,
    ...site,
    ...siteFileSchemas,
    ...viewer,
  };
  const named = Object.entries({ ...modules, errorCode: z.enum(errorCodes) })
    .flatMap(([name, schema]) => (schema instanceof z.ZodType ? [[name, schema] as const] : []))
    .map(([name, schema]) => [`${name.charAt(0).toUpperCase()}${name.slice(1)}`, schema] as const)
    // The exports of a module come in another order where it was bundled.
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(
    named.map(([name, schema]) => [name, { schema, strategy: inputs.has(schema) ? 'input' : 'output' }]),
  );
}

/** @throws Error when a procedure does not say what it does, or what its callers need */
function procedures(): { router: string; path: string; access: Access; input: unknown }[] {
  return Object.entries(contract).flatMap(([router, members]) =>
    Object.entries(members).map(([name, { '~orpc': procedure }]) => {
      const { access } = procedure.meta;
      const { summary = '' } = procedure.route;
      if (access === undefined || summary === '') {
        throw new Error(`${router}.${name} needs a summary, and the rights that its callers need.`);
      }
      return { router, path: `/${router}/${name}`, access, input: procedure.inputSchema };
    }),
  );
}

/** The document as it is written to `docs/api.json`: the same text for the same contract. */
export async function apiDocument(): Promise<string> {
  const converter = new ZodToJsonSchemaConverter({
    interceptors: [
      ({ next, schema, options }) => {
        const [required, json] = next();
        // What has a default may be left out of an input, but an answer always has it.
        return [required || (options.strategy === 'output' && schema instanceof z.ZodDefault), json];
      },
    ],
  });
  const { openapi, info, paths, components } = await new OpenAPIGenerator({
    schemaConverters: [converter],
  }).generate(contract, {
    info: { title: 'Gatehouse', version, description },
    commonSchemas: namedSchemas(),
  });
  for (const { router, path: procedurePath, access } of procedures()) {
    const operation = paths?.[procedurePath]?.post;
    const answer = operation?.responses?.['200'];
    if (operation === undefined || answer === undefined || '$ref' in answer) {
      throw new Error(`The generator made nothing of ${procedurePath}.`);
    }
    const responses = { 200: describe(answer), default: { $ref: '#/components/responses/Error' } };
    Object.assign(operation, { tags: [router], 'x-access': access, responses });
  }
  const document = {
    openapi,
    info,
    tags: Object.entries(tags).map(([name, text]) => ({ name, description: text })),
    paths,
    components: {
      schemas: { ...components?.schemas, Error: errorSchema },
      responses: {
        Error: {
          description: 'Why it could not be done.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
    },
  };
  return `${foldLists(JSON.stringify(document, null, 2))}\n`;
}

/** The schema of site files as it is written to `docs/site.schema.json`. */
export function siteSchemaDocument(): string {
  return `${foldLists(JSON.stringify(siteSchema(), null, 2))}\n`;
}

/** Lists of words on one line where they fit, as the formatter has them. */
function foldLists(text: string): string {
  return text.replace(
    /^(.*)\[\n([^[\]{}]+?)\n *\](,?)$/gm,
    (all, start: string, words: string, end: string) => {
      const line = `${start}[${words.trim().replace(/,\n */g, ', ')}]${end}`;
      return line.length <= lineWidth ? line : all;
    },
  );
}

/** What the generator makes of `z.void()`. */
const nothing = JSON.stringify({ anyOf: [{ not: {} }, { not: {} }] });

function describe({ content = {} }: OpenAPI.ResponseObject): OpenAPI.ResponseObject {
  if (content['text/event-stream'] !== undefined) return { description: 'A subscription.', content };
  if (JSON.stringify(content['application/json']?.schema) === nothing) return { description: 'It is done.' };
  return { description: 'The answer.', content };
}

// Not `import.meta.main`, which Node 22 does not have.
if (process.argv[1] === import.meta.filename) {
  writeFileSync(apiDocumentFile, await apiDocument());
  writeFileSync(siteSchemaFile, siteSchemaDocument());
}
