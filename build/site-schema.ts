import path from 'node:path';
import * as z from 'zod';
import '../main/contract/contract.ts';
import { siteFile } from '../main/contract/site-file.ts';
import { root } from './step.ts';

/*
 * The schema of `site.json`, for editors and for whoever prepares one: `npm run api-document` writes it.
 */

export const siteSchemaFile: string = path.join(root, 'docs/site.schema.json');

/** The schema as an object, its descriptions too. */
export function siteSchema(): object {
  return {
    title: 'Gatehouse site file',
    description: 'What every machine of a site takes: docs/roll-out.md says how.',
    ...z.toJSONSchema(siteFile, { io: 'input' }),
  };
}
