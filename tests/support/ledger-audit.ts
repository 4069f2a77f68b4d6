import { verifyTrail } from '../../main/audit/audit-chain.ts';
import type { AuditEntry } from '../../main/contract/audit.ts';
import { readAuditFile } from '../../main/store/audit-file.ts';
import type { LedgerRow } from './ledger.ts';

/** What is wrong with the audit of an engine that was killed: each change has its entry, and each entry its change. */
export function auditProblems(folder: string, rows: ReadonlyMap<string, LedgerRow>): string[] {
  const lines = readAuditFile(folder, (audit) => [...audit.lines]);
  const verdict = readAuditFile(folder, (audit) => verifyTrail(audit, true));
  if (!verdict.isSound) return [verdict.reason];
  const entries = lines.map((line) => JSON.parse(line) as AuditEntry);
  const changes = entries.filter(
    ({ did, outcome }) => /^(cameras|layouts)\./.test(did) && outcome === 'done',
  );
  const named = new Set(changes.map(({ details }) => details.name));
  const problems = [...rows]
    .filter(([, { name }]) => !named.has(name as string))
    .map(([key]) => `the audit says nothing of how ${key} came to be as it is`);
  const last = changes.at(-1);
  if (last === undefined) return problems;
  const { did, details } = last;
  const found = [...rows.values()].filter(({ id, name }) =>
    did.endsWith('.remove')
      ? id === details.id || [details.ids].flat().includes(id as string)
      : name === details.name,
  );
  if (found.length !== (did.endsWith('.remove') ? 0 : 1))
    problems.push(`the audit says that ${did} was done last, and it was not`);
  return problems;
}
