import { setImmediate as turn } from 'node:timers/promises';
import { type AuditEntry, type AuditPage, type AuditQuery, auditEntry } from '../contract/audit.ts';
import type { AuditTable } from '../store/audit-table.ts';

/** Lines that are searched in one turn of the loop, which packets wait for: some 5 ms. */
const searchedAtOnce = 100;

/** The entries of a query, the newest first. */
export async function searchAudit(table: AuditTable, query: AuditQuery): Promise<AuditPage> {
  const entries: AuditEntry[] = [];
  let before = query.before ?? Number.MAX_SAFE_INTEGER;
  for (;;) {
    const lines = table.before(before, searchedAtOnce);
    for (const { seq, line } of lines) {
      const entry = readEntry(line);
      if (entry === undefined || !matches(entry, query)) continue;
      if (entries.length === query.limit) return { entries, before };
      entries.push(entry);
      before = seq;
    }
    const last = lines.at(-1);
    if (last === undefined || lines.length < searchedAtOnce) return { entries, before: null };
    before = last.seq;
    await turn();
  }
}

/** Undefined: somebody has changed it. */
export function readEntry(line: string): AuditEntry | undefined {
  try {
    return auditEntry.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function matches(entry: AuditEntry, query: AuditQuery): boolean {
  const { who, did, done, text, from, until } = query;
  if (who !== undefined && entry.who.id !== who) return false;
  if (did !== undefined && !entry.did.startsWith(did)) return false;
  if (done !== undefined && (entry.outcome === 'done') !== done) return false;
  if (from !== undefined && entry.at < from) return false;
  if (until !== undefined && entry.at >= until) return false;
  return text === undefined || text === '' || wordsOf(entry).includes(text.toLowerCase());
}

/** What is searched: no hashes, in which digits would be found, and no names of fields that every entry has. */
function wordsOf({ who, from, did, about, details }: AuditEntry): string {
  const names = about.map(({ name }) => name);
  return [who.name, from, did, ...names, JSON.stringify(details)].join('\n').toLowerCase();
}
