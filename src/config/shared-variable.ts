import type { Result } from '../domain/result.ts';
import type { Cursor } from './text/cursor.ts';
import type { Inventory } from './ansible/inventory.ts';
import type { HostEntry } from './target.ts';
import { readVariable } from './variable.ts';

/** What a variable that concerns the whole cluster says. */
export type SharedValue<T> =
  | { readonly state: 'unset' }
  /** It has been said what is wrong with it. */
  | { readonly state: 'wrong' }
  | { readonly state: 'set'; readonly cursor: Cursor; readonly value: T };

/** Where a variable that concerns the whole cluster is looked for. */
export interface SharedScope {
  readonly inventory: Inventory;
  readonly entries: readonly HostEntry[];
}

/** Reads a variable that must mean the same on every control-plane host, wherever in the inventory it is set. */
export function readSharedVariable<T>(
  name: string,
  parse: (text: string) => Result<T, string>,
  scope: SharedScope,
): SharedValue<T> {
  return readShared(name, (cursor) => readVariable(cursor, parse), scope);
}

/** The same for a variable that is more than one text. */
export function readShared<T>(
  name: string,
  read: (cursor: Cursor) => T | undefined,
  { inventory, entries }: SharedScope,
): SharedValue<T> {
  const found = entries.map(({ variables }) => variables.first(name));
  if (entries.length === 0) found.push(inventory.groups.get('all')?.variables.get(name)?.value);
  // Also one definition can mean different things on different hosts: it may refer to another variable.
  const cursors = found.filter((cursor) => cursor !== undefined).filter((cursor) => !cursor.isBlank);
  const [first, ...others] = cursors.map((cursor) => ({ cursor, value: read(cursor) }));
  if (first === undefined) return { state: 'unset' };
  for (const { cursor, value } of others) {
    if (value === undefined || JSON.stringify(value) === JSON.stringify(first.value)) continue;
    cursor.refuse('the control-plane hosts have different values', 'set it once, under all.vars');
  }
  return first.value === undefined
    ? { state: 'wrong' }
    : { state: 'set', cursor: first.cursor, value: first.value };
}
