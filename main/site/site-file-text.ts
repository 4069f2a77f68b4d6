import * as z from 'zod';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { issueWords } from '../contract/issue-words.ts';
import { maximumCameras, maximumLayouts } from '../contract/limits.ts';
import {
  type SealedSiteFile,
  type SiteFile,
  type SiteFileCamera,
  type SiteFileLayout,
  sealedSiteFile,
  siteFile,
  siteFileCamera,
  siteFileFormat,
  siteFileLayout,
  siteFileVersion,
} from '../contract/site-file.ts';
import type { SiteFileMistakes } from './site-file-mistakes.ts';

const byteOrderMark = '\uFEFF';

/** The parts of a site file that are right by themselves, each with its place. */
export interface SiteFileParts {
  readonly settings: SiteFile['settings'];
  readonly kiosk: SiteFile['kiosk'];
  readonly updates: SiteFile['updates'];
  readonly cameras: readonly { readonly path: string; readonly camera: SiteFileCamera }[];
  readonly layouts: readonly { readonly path: string; readonly layout: SiteFileLayout }[];
  /** Of all its cameras, the wrong ones too. */
  readonly cameraKeys: ReadonlySet<string>;
}

/** What a text holds: the JSON of a site file, not yet looked at, or one that is sealed. */
export type OpenedText =
  | { readonly kind: 'plain'; readonly content: unknown }
  | { readonly kind: 'sealed'; readonly file: SealedSiteFile };

/** Looks what a text is. Undefined when it is no site file; what is wrong is among the mistakes then. */
export function openSiteFileText(text: string, mistakes: SiteFileMistakes): OpenedText | undefined {
  const content = parseJson(text, mistakes);
  if (content === undefined) return undefined;
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    mistakes.add('file', `is no site file: it must be an object with "format": "${siteFileFormat}"`);
    return undefined;
  }
  const { format, version } = content as Record<string, unknown>;
  if (format === siteFileFormat && typeof version === 'number' && version > siteFileVersion) {
    mistakes.add('version', 'is of a newer Gatehouse: update this one first');
    return undefined;
  }
  if (!Object.hasOwn(content, 'sealed')) return { kind: 'plain', content };
  const read = sealedSiteFile.safeParse(content, { error: issueWords });
  mistakes.addAll('', read.error);
  return read.success ? { kind: 'sealed', file: read.data } : undefined;
}

const outline = z.strictObject({
  ...siteFile.shape,
  cameras: z.array(z.unknown()).max(maximumCameras, `must be at most ${maximumCameras}`).default([]),
  layouts: z.array(z.unknown()).max(maximumLayouts, `must be at most ${maximumLayouts}`).default([]),
});

/** Checks every part by itself, so that one mistake does not hide another. */
export function readSiteFile(content: unknown, mistakes: SiteFileMistakes): SiteFileParts {
  const whole = outline.safeParse(content, { error: issueWords });
  mistakes.addAll('', whole.error);
  const { cameras: rawCameras, layouts: rawLayouts } = content as Record<string, unknown>;
  const cameras: { path: string; camera: SiteFileCamera }[] = [];
  const cameraKeys = new Set<string>();
  for (const [index, value] of listOf(rawCameras, maximumCameras)) {
    const path = `cameras[${index}]`;
    const read = siteFileCamera.safeParse(value, { error: issueWords });
    mistakes.addAll(path, read.error);
    if (read.success) cameras.push({ path, camera: read.data });
    const key: unknown =
      typeof value === 'object' && value !== null && 'key' in value ? value.key : undefined;
    if (typeof key === 'string') cameraKeys.add(key);
  }
  const layouts: { path: string; layout: SiteFileLayout }[] = [];
  for (const [index, value] of listOf(rawLayouts, maximumLayouts)) {
    const path = `layouts[${index}]`;
    const read = siteFileLayout.safeParse(value, { error: issueWords });
    mistakes.addAll(path, read.error);
    if (read.success) layouts.push({ path, layout: read.data });
  }
  const { settings, kiosk, updates } = whole.data ?? {};
  return { settings, kiosk, updates, cameras, layouts, cameraKeys };
}

/** JSON with a camera or a wall on each line, as a person would write it. */
export function writeSiteFile(file: SiteFile): string {
  const { cameras, layouts, ...others } = file;
  const list = (items: readonly unknown[]) => {
    if (items.length === 0) return '[]';
    return `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
  };
  const members = Object.entries(others)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) =>
        `  ${JSON.stringify(name)}: ${JSON.stringify(value, null, 2).replaceAll('\n', '\n  ')}`,
    );
  const lines = [...members, `  "cameras": ${list(cameras)}`, `  "layouts": ${list(layouts)}`];
  return `{\n${lines.join(',\n')}\n}\n`;
}

function listOf(value: unknown, maximum: number): [number, unknown][] {
  return Array.isArray(value) ? [...value.slice(0, maximum).entries()] : [];
}

function parseJson(text: string, mistakes: SiteFileMistakes): unknown {
  const content = text.startsWith(byteOrderMark) ? text.slice(byteOrderMark.length) : text;
  if (content.trim() === '') {
    mistakes.add('file', 'is empty');
    return undefined;
  }
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    // The parser's own message repeats a piece of the file, which may be a password.
    const [, line] = /\(line (\d+) column \d+\)/.exec(GatehouseError.from(error).message) ?? [];
    const message = 'is not valid JSON: a comma, a quote or a bracket is missing or one too many';
    mistakes.add(line === undefined ? 'file' : `line ${line}`, message);
    return undefined;
  }
}
