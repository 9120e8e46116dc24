import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../../src/lab/lab.ts';

/** An inventory of a lab that was edited, in a folder of its own. */
export interface EditedInventory {
  readonly path: string;
  readonly text: string;
}

/** Writes the lab's inventory, edited, into `directory`; throws when an edit finds nothing to change. */
export async function editInventory(
  lab: Lab,
  directory: string,
  ...edits: readonly (readonly [find: string, replace: string])[]
): Promise<EditedInventory> {
  const text = edits.reduce(replaceOnce, await readFile(lab.inventoryPath, 'utf8'));
  const path = join(directory, 'inventory.yaml');
  await writeFile(path, text);
  return { path, text };
}

/** Gives one host of the lab's inventory a variable of its own. */
export function hostVariable(lab: Lab, name: string, variable: string): readonly [string, string] {
  const line = `ansible_host: ${addressOf(lab, name)}\n`;
  return [line, `${line}      ${variable}\n`];
}

/** Where `words` stand in a text, as konvoy-ha says it: `line:column`, from 1. */
export function placeOf(text: string, words: string): string {
  const before = text.slice(0, indexOf(text, words)).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}

function addressOf(lab: Lab, name: string): string {
  const host = lab.hosts.find((candidate) => candidate.name === name);
  if (host === undefined) throw new Error(`the lab has no host ${name}`);
  return host.address;
}

function replaceOnce(text: string, [find, replace]: readonly [string, string]): string {
  const at = indexOf(text, find);
  return text.slice(0, at) + replace + text.slice(at + find.length);
}

function indexOf(text: string, words: string): number {
  const at = text.indexOf(words);
  if (at === -1) throw new Error(`the text has no ${JSON.stringify(words)}`);
  return at;
}
