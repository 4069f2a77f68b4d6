import { type Clip, type ClipStatement, clipStatement } from '../contract/clip.ts';
import type { StoredClip } from '../store/clip-table.ts';

/*
 * What is signed of a clip, and the manifest that is kept beside the files of an export. Pure functions.
 */

/** As it is signed, stored and exported: JSON without spaces. */
export function statementText(statement: ClipStatement): string {
  return JSON.stringify(statement);
}

/** The bytes under the signature (Ed25519, RFC 8032). */
export function statementBytes(text: string): Buffer {
  return Buffer.from(`gatehouse clip 1\n${text}\n`);
}

/** @throws ZodError when it is no statement of ours */
export function clipOf({ name, statement }: StoredClip): Clip {
  const { format: _, version: __, ...said } = clipStatement.parse(JSON.parse(statement));
  return { ...said, name };
}

/** As JSON. @param keys of all signatures of this install: SubjectPublicKeyInfo in hex */
export function manifestText(
  clips: readonly (StoredClip & { readonly file: string })[],
  keys: readonly { readonly id: number; readonly publicKey: string }[],
  madeAt: number,
): string {
  const used = new Set(clips.map(({ keyId }) => keyId));
  return `${JSON.stringify(
    {
      format: 'gatehouse-clips',
      version: 1,
      madeAt,
      keys: keys.filter(({ id }) => used.has(id)),
      clips: clips.map(({ file, name, statement, keyId, signature }) => ({
        ...{ file, name, statement, keyId, signature },
      })),
    },
    null,
    1,
  )}\n`;
}

/** What no file system takes, what a shell or a person would stumble over, and dots at the end. */
const unfit = /[^\p{L}\p{N}()+,\-._ ]+/gu;
const maximumNameCharacters = 60;

/** What the files of clips are called outside: when, which camera, and what people call it. Each is another one. */
export function fileNames(clips: readonly Clip[]): Map<string, string> {
  const taken = new Set<string>();
  return new Map(
    clips.map((clip) => {
      const { id, startedAt, cameraNumber, cameraName, name, kind } = clip;
      const words = `${cameraName} ${name}`.replaceAll(unfit, ' ').replaceAll(/\s+/g, ' ').trim();
      const short = [...words]
        .slice(0, maximumNameCharacters)
        .join('')
        .replace(/[. ]+$/, '');
      const base = `${localTime(startedAt)} camera ${cameraNumber} ${short}`.trim();
      const end = kind === 'video' ? 'mp4' : 'png';
      let file = `${base}.${end}`;
      for (let count = 2; taken.has(file.toLowerCase()); count++) file = `${base} (${count}).${end}`;
      taken.add(file.toLowerCase());
      return [id, file];
    }),
  );
}

/** `2026-11-27 23-12-05`, by the clock of this computer. */
function localTime(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[two(date.getHours()), two(date.getMinutes()), two(date.getSeconds())].join('-')}`;
}
