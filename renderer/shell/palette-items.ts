import type { Camera } from '../../main/contract/camera.ts';
import type { CustomKeys } from '../../main/contract/keys.ts';
import type { Layout } from '../../main/contract/layout.ts';
import { m } from '../language/messages.ts';
import { wallName } from '../state/layout-mirror.svelte.ts';
import { bindingOf, type CommandId, commands, keyWords } from './commands.ts';

/** Something that can be done or gone to by its name. */
export type PaletteItem = {
  /** Of nothing else. */
  readonly key: string;
  readonly words: string;
  readonly kind: string;
  readonly keys: readonly string[];
} & (
  | { readonly does: 'command'; readonly id: CommandId }
  | { readonly does: 'camera'; readonly cameraId: string }
  | { readonly does: 'wall'; readonly layoutId: string }
);

/** More are found by typing more. */
const maximumItems = 50;

/**
 * What matches what was typed, the best first: a number that is it, then words that begin so, then words that hold it.
 * Each word that was typed has to be there.
 */
export function paletteItems(
  typed: string,
  {
    cameras,
    layouts,
    custom,
  }: { cameras: readonly Camera[]; layouts: readonly Layout[]; custom: CustomKeys },
): PaletteItem[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const all: { item: PaletteItem; text: string; number: string }[] = [
    ...commands
      .filter(({ id }) => id !== 'palette')
      .map((command) => ({
        item: {
          ...{ key: command.id, words: command.does, kind: command.group, does: 'command' as const },
          ...{ id: command.id, keys: keyWords(bindingOf(command, custom)) },
        },
        text: `${command.does} ${command.group}`.toLowerCase(),
        number: '',
      })),
    ...cameras.map(({ id, number, name, group }) => ({
      item: {
        ...{
          key: id,
          words: `${number}  ${name}`,
          kind: group === '' ? m.shell_palette_camera() : m.shell_palette_camera_group({ group }),
        },
        ...{ does: 'camera' as const, cameraId: id, keys: [] },
      },
      text: `${number} ${name} ${group} ${m.shell_palette_camera()}`.toLowerCase(),
      number: String(number),
    })),
    ...layouts.map((layout, index) => ({
      item: {
        ...{ key: layout.id, words: wallName(layout), kind: m.shell_palette_wall() },
        ...{ does: 'wall' as const, layoutId: layout.id },
        keys: index < 9 ? [m.keys_name_shift(), String(index + 1)] : [],
      },
      text: `${wallName(layout)} ${m.shell_palette_wall()} ${index + 1}`.toLowerCase(),
      number: '',
    })),
  ];
  const rankOf = ({ text, number }: { text: string; number: string }) => {
    if (wanted.length === 1 && number === wanted[0]) return 0;
    return wanted.every((word) => text.startsWith(word) || text.includes(` ${word}`)) ? 1 : 2;
  };
  return all
    .filter(({ text }) => wanted.every((word) => text.includes(word)))
    .map((candidate) => ({ item: candidate.item, rank: rankOf(candidate) }))
    .sort((one, other) => one.rank - other.rank)
    .slice(0, maximumItems)
    .map(({ item }) => item);
}
