import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { apiDocument, apiDocumentFile } from '../../../build/api-document.ts';
import { contract } from '../../../main/contract/contract.ts';
import { errorCodes } from '../../../main/contract/error-codes.ts';

const procedures = Object.entries(contract).flatMap(([router, members]) =>
  Object.entries(members).map(([name, procedure]) => ({
    path: `${router}.${name}`,
    procedure: procedure['~orpc'],
  })),
);

describe('the contract', () => {
  test.each(procedures)('$path says what it does, and what its callers need', ({ procedure }) => {
    expect(procedure.meta.access).toBeDefined();
    expect(procedure.route.summary).toMatch(/^[A-Z].*[^.]$/);
  });
});

describe('docs/api.json', () => {
  const text = readFileSync(apiDocumentFile, 'utf8');
  const document = JSON.parse(text);

  test('is what the contract gives today', async () => {
    expect(text === (await apiDocument()), 'docs/api.json is old: run `npm run api-document`').toBe(true);
  });

  test.each(procedures)('has $path with its rights and its way to fail', ({ path, procedure }) => {
    const operation = document.paths[`/${path.replace('.', '/')}`].post;
    expect(operation).toMatchObject({
      operationId: path,
      summary: procedure.route.summary,
      'x-access': procedure.meta.access,
      tags: [path.split('.')[0]],
      responses: { 200: {}, default: { $ref: '#/components/responses/Error' } },
    });
    expect(operation.requestBody !== undefined).toBe(procedure.inputSchema !== undefined);
  });

  test('has the closed list of error codes', () => {
    expect(document.components.schemas.ErrorCode.enum).toEqual([...errorCodes]);
  });

  test('refers to nothing that it does not have', () => {
    const references = [...text.matchAll(/"\$ref": "#\/components\/(\w+)\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(50);
    for (const [, kind = '', name = ''] of references) expect(document.components[kind]).toHaveProperty(name);
  });
});
