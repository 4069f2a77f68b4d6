import type { CustomKeys } from '../../main/contract/keys.ts';
import { m } from '../language/messages.ts';
import { bindingOf, type CommandId, commands, keyWords } from './commands.ts';

/** The key of a command as this person has it: `Shift L`; empty: it has none. */
export function keyOf(id: CommandId, custom: CustomKeys): string {
  const command = commands.find((each) => each.id === id);
  return command === undefined ? '' : keyWords(bindingOf(command, custom)).join(' ');
}

/** What a button does, and the key that does the same: `Settings (S)`. */
export function keyTip(words: string, id: CommandId, custom: CustomKeys): string {
  const keys = keyOf(id, custom);
  return keys === '' ? words : m.keys_tip({ words, keys });
}
