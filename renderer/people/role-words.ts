import { m } from '../language/messages.ts';

/** The roles that are always there, and where none is, by the names that the engine gives them. */
const builtInWords: ReadonlyMap<string, () => string> = new Map([
  ['Owner', m.people_role_built_in_owner],
  ['Admin', m.people_role_built_in_admin],
  ['Operator', m.people_role_built_in_operator],
  ['Viewer', m.people_role_built_in_viewer],
  ['No role', m.people_role_none],
]);

/** The name of a role; those of the site's own stand as they were typed. */
export function roleWords(name: string): string {
  return builtInWords.get(name)?.() ?? name;
}
