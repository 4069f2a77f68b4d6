import { GatehouseError, type InputIssue } from '../base/gatehouse-error.ts';
import { IssueList } from '../base/issue-list.ts';
import { type CameraInput, cameraId, cameraInput } from '../contract/camera.ts';
import { issueWords } from '../contract/issue-words.ts';
import { streamKey } from './camera-input.ts';

/** One camera of a file, its values checked and completed. */
export interface CameraFileRow {
  /** CSV: the line of the file in which it begins; JSON: its place in the list. From 1. */
  readonly line: number;
  /** The same for a person: `line 4`, or `camera 3` in a JSON file. */
  readonly place: string;
  /** What the file calls its fields, for messages. */
  readonly names: FieldNames;
  /** Undefined: it is a new camera. */
  readonly id: string | undefined;
  /** Addresses may still hold user and password. */
  readonly input: CameraInput;
  /** The file says only where the camera is: `rtsp://` and that, until its streams are known. */
  readonly isAddressOnly: boolean;
  /** False: the file has no name for it, and its host stands there. */
  readonly isNamed: boolean;
}

/** What a file says of a camera, in the order of the columns that Gatehouse writes. */
export const fields = [
  'id',
  'number',
  'name',
  'group',
  'mainUrl',
  'subUrl',
  'onvifUrl',
  'username',
  'connection',
  'transport',
  'certificate',
  'password',
] as const;
export type Field = (typeof fields)[number];
export type FieldNames = ReadonlyMap<string, string>;

/** Which value of a file is meant: `line 4, address`, in the file's own words. */
export function placeOf({ place, names }: { place: string; names: FieldNames }, field: string): string {
  return `${place}, ${names.get(field) ?? field}`;
}

/** What else people call them, the clearest first: `main url`, `MAIN_URL` and `mainurl` are one. */
const knownNames: Record<Field, readonly string[]> = {
  id: ['id'],
  number: ['number', 'no', 'nr', '#'],
  name: ['name', 'cameraname', 'camera', 'title', 'label'],
  group: ['group', 'cameragroup', 'groupname', 'folder', 'site', 'location'],
  mainUrl: [
    ...[
      'mainurl',
      'mainaddress',
      'mainstream',
      'mainrtsp',
      'main',
      'rtspurl',
      'rtspaddress',
      'rtsp',
      'streamurl',
    ],
    ...['stream', 'address', 'url', 'uri'],
  ],
  subUrl: [
    'suburl',
    'subaddress',
    'substream',
    'subrtsp',
    'sub',
    'secondurl',
    'secondaddress',
    'secondstream',
  ],
  onvifUrl: ['onvifurl', 'onvifaddress', 'onvif'],
  username: ['username', 'user', 'login', 'account'],
  password: ['password', 'pass', 'pwd', 'passwort'],
  connection: ['connection', 'connect'],
  transport: ['transport'],
  certificate: ['certificate', 'fingerprint'],
};

/** In which column each field is. @param header as it is in the file; unknown names are ignored */
export function findFields(header: readonly string[]): Map<Field, number> {
  const plain = header.map((name) => name.toLowerCase().replace(/[\s_.:*-]+/g, ''));
  const found = new Map<Field, number>();
  for (const field of fields) {
    const name = knownNames[field].find((candidate) => plain.includes(candidate));
    if (name !== undefined) found.set(field, plain.indexOf(name));
  }
  return found;
}

/** A camera as the file has it: empty cells and nothing at all are the same. */
export interface CameraFileEntry {
  readonly line: number;
  readonly place: string;
  readonly names: FieldNames;
  readonly values: ReadonlyMap<Field, unknown>;
}

/** What no two cameras of a file can share. */
type UniqueField = 'id' | 'number' | 'mainUrl';

/** Collects the cameras of one file and everything that is wrong with them. */
export class CameraFileCheck {
  readonly #rows: CameraFileRow[] = [];
  readonly #issues = new IssueList();
  /** Where each value was first. */
  readonly #seen: Record<UniqueField, Map<unknown, string>> = {
    id: new Map(),
    number: new Map(),
    mainUrl: new Map(),
  };

  get isClean(): boolean {
    return this.#issues.total === 0;
  }

  refuse(path: string, message: string): void {
    this.#issues.add(path, message);
  }

  add(entry: CameraFileEntry): void {
    const { line, place, names } = entry;
    const values = new Map([...entry.values].map(([field, value]) => [field, tidy(field, value)] as const));
    const { isAddressOnly, isNamed } = completeAddress(values);
    const wrong = new Set<string>();
    const refuse = (field: string, message: string) => {
      // One thing at a time: an address that is too long is not looked at further.
      if (!wrong.has(field)) this.refuse(placeOf(entry, field), message);
      wrong.add(field);
    };

    for (const field of ['name', 'mainUrl'] as const) {
      if (values.get(field) === undefined) refuse(field, 'is missing');
    }
    const id = values.get('id');
    const checkedId = id === undefined ? undefined : cameraId.safeParse(id).data;
    if (id !== undefined && checkedId === undefined) {
      refuse('id', 'is none that Gatehouse gave; leave it empty for a new camera');
    }
    const used = [...values].filter(([field, value]) => field !== 'id' && value !== undefined);
    const checked = cameraInput.safeParse(Object.fromEntries(used), { error: issueWords });
    for (const issue of checked.error?.issues ?? []) {
      const field = String(issue.path[0]);
      const isNoUrl = field === 'mainUrl' && !String(values.get('mainUrl')).includes('://');
      refuse(field, isNoUrl ? `${issue.message}, or only where the camera is: 192.168.1.20` : issue.message);
    }

    const addresses = new Map<'mainUrl' | 'subUrl', string>();
    for (const field of ['mainUrl', 'subUrl'] as const) {
      const address = values.get(field);
      if (typeof address !== 'string' || wrong.has(field)) continue;
      try {
        addresses.set(field, streamKey(address));
      } catch (error) {
        refuse(field, GatehouseError.from(error).message);
      }
    }
    const unique = { id: checkedId, number: values.get('number'), mainUrl: addresses.get('mainUrl') };
    for (const field of ['id', 'number', 'mainUrl'] as const) {
      if (unique[field] === undefined || wrong.has(field)) continue;
      const first = this.#seen[field].get(unique[field]);
      if (first === undefined) this.#seen[field].set(unique[field], place);
      else refuse(field, `is the same as in ${first}; no two cameras can share it`);
    }
    if (wrong.size === 0 && checked.success)
      this.#rows.push({ line, place, names, id: checkedId, input: checked.data, isAddressOnly, isNamed });
  }

  /** The cameras, and what is wrong: at most 200 issues, and one more that says how many were left out. */
  result(): { readonly rows: readonly CameraFileRow[]; readonly issues: readonly InputIssue[] } {
    return { rows: this.#rows, issues: this.#issues.list('problems') };
  }
}

const addressOnly = /^(?:\[[\da-f:.]+(?:%[\w.-]+)?\]|[a-z\d-]+(?:\.[a-z\d-]+)+\.?)(?::\d{1,5})?$/i;

/** Whether a text says only where a camera is: `192.168.1.20`, `gate.local:8554`, `[fe80::1%eth0]`. */
export function isAddressOnly(text: string): boolean {
  return addressOnly.test(text.trim());
}

/** Makes a camera that can be checked of an address alone. */
function completeAddress(values: Map<Field, unknown>): { isAddressOnly: boolean; isNamed: boolean } {
  const address = values.get('mainUrl');
  const isNamed = values.get('name') !== undefined;
  if (typeof address !== 'string' || !isAddressOnly(address)) return { isAddressOnly: false, isNamed };
  values.set('mainUrl', `rtsp://${address}`);
  if (!isNamed) values.set('name', address);
  return { isAddressOnly: true, isNamed };
}

/** The value as the contract wants it: undefined where there is none, numbers where a cell holds digits. */
function tidy(field: Field, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'string') return value;
  const trimmed = value.trim();
  if (trimmed === '') return undefined;
  switch (field) {
    case 'username':
    case 'password':
      return value;
    case 'number':
      return /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : trimmed;
    case 'id':
      return trimmed.toLowerCase();
    case 'transport':
      return trimmed.toLowerCase();
    case 'certificate':
      return trimmed.toUpperCase();
    case 'connection':
      return trimmed.toLowerCase().replace(/[\s_]+/g, '-');
    case 'name':
    case 'group':
    case 'mainUrl':
    case 'subUrl':
    case 'onvifUrl':
      return trimmed;
    default:
      return field satisfies never;
  }
}
