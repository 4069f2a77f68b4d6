import type { Caller } from '../access/callers.ts';
import type { Actor, Deed } from '../audit/audit.ts';
import { type JsonValue, redactJson } from '../base/redact.ts';
import { type AuditRule, auditRules } from './audit-rules.ts';
import type { Services } from './services.ts';

/** Of a text, of a list and of all that is said of one call. */
const maximumText = 200;
const maximumItems = 20;
const maximumDetails = 2_000;
/** Things whose names are said. */
const maximumAbout = 50;
/** Of what was written lately, to be written once in a while; then the oldest is forgotten. */
const maximumRecent = 1_000;

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Rule = NonNullable<AuditRule>;
type Details = { [name: string]: JsonValue };

export function actorOf({ principal, from }: Caller): Actor {
  const { kind, userId, name, sessionId } = principal;
  return { who: { kind, id: userId, name }, from, session: sessionId };
}

/** Writes calls into the audit, as `audit-rules.ts` says. */
export class CallRecord {
  readonly #services: Pick<Services, 'audit' | 'nameOf'>;
  /** When an entry that is written once in a while was written last: milliseconds of `performance.now`. */
  readonly #recent = new Map<string, number>();

  constructor(services: Pick<Services, 'audit' | 'nameOf'>) {
    this.#services = services;
  }

  /** @param call gets what takes the input when it has been checked */
  async during<Result extends { readonly output: unknown }>(
    caller: Caller,
    path: readonly string[],
    call: (say: (input: unknown) => void) => Promise<Result>,
    outcomeOf: (error: unknown) => string,
  ): Promise<Result> {
    const did = path.join('.');
    const rule = ruleOf(path);
    if (rule === null) return await call(() => {});
    const before = actorOf(caller);
    let deed: Deed = { did };
    let isRecent = false;
    const say = (input: unknown) => {
      const details = detailsOf(rule, input);
      deed = {
        did,
        details: shortened(details) as NonNullable<Deed['details']>,
        about: this.#about(details),
      };
      isRecent = this.#isRecent(before, deed, rule);
    };
    // Whoever signs in is said to be who they are then.
    const actor = () => (did === 'account.signIn' ? actorOf(caller) : before);
    const made = () => (isRecent ? null : deed);
    const checked = async () => {
      const result = await call(say).catch((error: unknown) => {
        // What was refused is said, and what follows it, too.
        this.#recent.delete(keyOf(before, deed));
        isRecent = false;
        throw error;
      });
      if (rule.isCheck === true && result.output === false) deed = { ...deed, outcome: 'sign-in-refused' };
      return result;
    };
    return await this.#services.audit.during(actor, made, checked, outcomeOf);
  }

  #isRecent(actor: Actor, deed: Deed, { everySeconds, quietSeconds }: Rule): boolean {
    const seconds = everySeconds ?? quietSeconds;
    if (seconds === undefined) return false;
    const key = keyOf(actor, deed);
    const now = performance.now();
    const last = this.#recent.get(key);
    const isRecent = last !== undefined && now - last < seconds * 1_000;
    if (isRecent && quietSeconds === undefined) return true;
    this.#recent.delete(key);
    this.#recent.set(key, now);
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > maximumRecent && oldest !== undefined) this.#recent.delete(oldest);
    return isRecent;
  }

  /** The names of all ids. */
  #about(details: JsonValue): { id: string; name: string }[] {
    const ids = [...new Set(textsOf(details).filter((text) => uuid.test(text)))].slice(0, maximumAbout);
    return ids.flatMap((id) => {
      const name = this.#services.nameOf(id);
      return name === undefined ? [] : [{ id, name }];
    });
  }
}

/** The same for what is one deed of one person. */
function keyOf({ who, session }: Actor, { did, details }: Deed): string {
  return JSON.stringify([who, session, did, details]);
}

function ruleOf([part = '', name = '']: readonly string[]): AuditRule {
  const rules: Readonly<Record<string, Readonly<Record<string, AuditRule>>>> = auditRules;
  return rules[part]?.[name] ?? null;
}

/** What a rule lets through of a checked input; of the rest the names. */
function detailsOf({ fields }: { readonly fields: readonly string[] }, input: unknown): Details {
  if (typeof input !== 'object' || input === null) return {};
  const details: Details = {};
  const given: string[] = [];
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    const own = fields.filter((field) => field === name || field.startsWith(`${name}.`));
    if (own.length === 0) given.push(name);
    else if (own.includes(name)) details[name] = value as JsonValue;
    else
      details[name] = inner(
        value,
        own.map((field) => field.slice(name.length + 1)),
      );
  }
  return redactJson({ ...details, ...(given.length === 0 ? {} : { given }) }) as Details;
}

function inner(value: unknown, fields: readonly string[]): JsonValue {
  return Array.isArray(value)
    ? value.map((item) => detailsOf({ fields }, item))
    : detailsOf({ fields }, value);
}

function textsOf(value: JsonValue): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((part: JsonValue) => textsOf(part));
}

function shortened(details: Details): Details {
  const short = Object.fromEntries(Object.entries(details).map(([name, value]) => [name, cut(value)]));
  if (JSON.stringify(short).length <= maximumDetails) return short;
  // Then its fields, as far as there is room.
  const kept: Details = {};
  for (const [name, value] of Object.entries(short)) {
    const fits = JSON.stringify({ ...kept, [name]: value }).length <= maximumDetails;
    kept[name] = fits ? value : '…';
  }
  return kept;
}

function cut(value: JsonValue): JsonValue {
  if (typeof value === 'string')
    return value.length <= maximumText ? value : `${value.slice(0, maximumText)}…`;
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value))
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, cut(part)]));
  const items = value.slice(0, maximumItems).map(cut);
  return value.length <= maximumItems ? items : [...items, `and ${value.length - maximumItems} more`];
}
