import { dirname } from 'node:path';
import type { Result } from '../../domain/result.ts';
import { inBatches } from '../batches.ts';
import { Cursor, type Field } from '../text/cursor.ts';
import type { Problems } from '../text/problems.ts';
import { beginningOf, sourceFile, type Place } from '../text/source.ts';
import { parseJson } from '../text/json.ts';
import type { InventoryDraft } from './inventory-draft.ts';
import type { InventorySource } from './sources.ts';

/** Runs a program with arguments and resolves with what it printed, or with what went wrong and what it said about that. */
export type RunScript = (path: string, args: readonly string[]) => Promise<Result<string, string>>;

interface Surroundings {
  readonly runScript: RunScript;
  readonly problems: Problems;
}

/** Reads the inventory that a program prints into the draft, as Ansible does; false when that cannot be done. */
export async function readScript(
  script: InventorySource,
  draft: InventoryDraft,
  around: Surroundings,
): Promise<boolean> {
  const list = await askScript(script, ['--list'], around);
  if (list === undefined) return false;
  const before = around.problems.errorCount;
  const groups = list.fields().filter(({ key }) => key !== '_meta');
  for (const group of groups) readGroup(group, draft);
  const hosts = [...new Set(groups.flatMap((group) => hostsIn(group).map(({ name }) => name)))];
  const variables = list.at('_meta', 'hostvars');
  if (variables !== undefined) {
    for (const host of hosts) setVariables(host, variables.field(host)?.value, draft);
    return around.problems.errorCount === before;
  }
  const asked = await inBatches(hosts, async (host) => askScript(script, ['--host', host], around));
  for (const [index, host] of hosts.entries()) setVariables(host, asked[index], draft);
  return around.problems.errorCount === before;
}

/** The object that a program prints; problems are shown in what it printed. */
async function askScript(
  { name, path }: InventorySource,
  args: readonly string[],
  { runScript, problems }: Surroundings,
): Promise<Cursor | undefined> {
  const command = [name, ...args].join(' ');
  const output = await runScript(path, args);
  if (!output.ok) {
    problems.error(`${command}: ${output.error}`);
    return undefined;
  }
  const source = sourceFile(command, dirname(path), output.value);
  const tree = parseJson(source, problems);
  if (tree === undefined) return undefined;
  if (tree.kind === 'map') return new Cursor(tree, '', problems);
  problems.error('expected an object with groups', beginningOf(source));
  return undefined;
}

interface Named {
  readonly name: string;
  readonly place: Place;
}

function readGroup({ key: name, keyPlace, value: group }: Field, draft: InventoryDraft): void {
  draft.addGroup(name, keyPlace);
  for (const host of hostsIn({ key: name, keyPlace, value: group }))
    draft.addHost(name, host.name, host.place);
  const variables = isShort(group) ? group : group.at('vars');
  for (const variable of variables?.fields() ?? []) draft.setGroupVariable(name, variable);
  const children = isShort(group) ? undefined : group.at('children');
  for (const child of namesIn(children)) {
    draft.addGroup(child.name, child.place);
    draft.addChild(name, child.name);
  }
}

/** A group is a list of hosts, or an object with hosts, vars and children; any other object is one host's variables. */
function hostsIn({ key: name, keyPlace: place, value: group }: Field): readonly Named[] {
  if (group.node.kind !== 'map') return namesIn(group);
  return isShort(group) ? [{ name, place }] : namesIn(group.at('hosts'));
}

function isShort(group: Cursor): boolean {
  return group.node.kind === 'map' && !GROUP_KEYS.some((key) => group.at(key) !== undefined);
}

function namesIn(list: Cursor | undefined): readonly Named[] {
  if (list === undefined) return [];
  const { node } = list;
  if (node.kind !== 'list') {
    list.fail('expected a list of names');
    return [];
  }
  return node.items.flatMap((item) => {
    if (item.kind === 'scalar' && typeof item.value === 'string' && item.value !== '')
      return [{ name: item.value, place: item.place }];
    new Cursor(item, list.path, list.problems).fail('expected a name');
    return [];
  });
}

function setVariables(host: string, variables: Cursor | undefined, draft: InventoryDraft): void {
  if (variables?.isNull === true) variables.fail('expected an object with variables');
  for (const variable of variables?.fields() ?? []) draft.setHostVariable(host, variable);
}

const GROUP_KEYS = ['hosts', 'vars', 'children'];
