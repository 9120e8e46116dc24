import { Cursor, type Field } from '../text/cursor.ts';
import { parseHostEntry } from './host-range.ts';
import type { InventoryDraft } from './inventory-draft.ts';
import { portVariable } from './port-variable.ts';
import type { Problems } from '../text/problems.ts';
import type { MapNode, ScalarNode, TreeNode } from '../text/tree.ts';

/** How to make a YAML inventory of any other that Ansible reads. */
export const CONVERT_HINT = 'convert it: ansible-inventory -i FILE --list -y > inventory.yaml';

/** Reads the one map of an inventory in Ansible's YAML form into the draft. */
export function readYamlInventory(
  document: MapNode,
  second: TreeNode | undefined,
  { draft, problems }: { readonly draft: InventoryDraft; readonly problems: Problems },
): void {
  if (second !== undefined) {
    problems.error('an inventory has one document', second.place, 'remove the "---" in the middle');
  }
  const groups = new Cursor(document, '', problems);
  const plugin = groups.field('plugin');
  if (plugin !== undefined && !isFalsy(plugin.value.node)) refusePlugin(plugin);
  else for (const group of groups.fields()) readTopLevel(group, draft);
}

/** Ansible runs the plugin that such a file names, and takes no file for an inventory that has this key. */
function refusePlugin({ keyPlace, value }: Field): void {
  const name = value.node.kind === 'scalar' ? ` ${JSON.stringify(value.node.text)}` : '';
  const message = `this configures the inventory plugin${name}, and konvoy-ha runs none`;
  value.problems.error(message, keyPlace, CONVERT_HINT);
}

function readTopLevel(field: Field, draft: InventoryDraft): void {
  if (GROUP_KEYS.includes(field.key)) {
    const { problems } = field.value;
    const hint = `put "${field.key}" under a group, such as "all" or "control-plane"`;
    problems.error(`${JSON.stringify(field.key)} stands outside any group`, field.keyPlace, hint);
    return;
  }
  readGroup(field, draft);
}

/** Recursion ends: files are at most as deep as `parseYaml` lets them be, and hold no circles. */
function readGroup(field: Field, draft: InventoryDraft): void {
  const { key: name, keyPlace, value } = field;
  if (refuseName(field, 'a group')) return;
  draft.addGroup(name, keyPlace);
  value.refuseUnknownKeys(GROUP_KEYS);
  // In the order of the file: of what two places say about one host, the later one counts.
  for (const section of value.fields()) readSection(name, section, draft);
}

/** True, and a problem, for a key that nothing can be called. */
function refuseName({ key, keyPlace, typedKey, value }: Field, what: string): boolean {
  if (typedKey === undefined && key !== '') return false;
  const hint = typedKey === undefined ? [] : [`put it in quotes: ${JSON.stringify(typedKey.text)}`];
  value.problems.error(`the name of ${what} is a text, and not empty`, keyPlace, ...hint);
  return true;
}

function readSection(group: string, { key, value }: Field, draft: InventoryDraft): void {
  switch (key) {
    case 'vars':
      for (const variable of value.fields()) draft.setGroupVariable(group, variable);
      break;
    case 'hosts':
      for (const host of namedFields(value)) readHost(group, host, draft);
      break;
    case 'children':
      for (const child of namedFields(value)) readChild(group, child, draft);
      break;
    default:
      // It has been refused.
      break;
  }
}

function readChild(group: string, child: Field, draft: InventoryDraft): void {
  if (refuseName(child, 'a group')) return;
  if (child.key === 'all') {
    const message = '"all" contains every group and cannot be in one';
    child.value.problems.error(message, child.keyPlace);
    return;
  }
  draft.addChild(group, child.key);
  readGroup(child, draft);
}

/** `hosts: name` and `children: name` are short for a map of that one name. */
function namedFields(section: Cursor): readonly Field[] {
  const { node, path, problems } = section;
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return section.fields();
  const nothing: ScalarNode = { kind: 'scalar', place: node.place, text: '', isNull: true, value: undefined };
  const entry = { key: node.text, keyPlace: node.place, value: nothing };
  const map: MapNode = { kind: 'map', place: node.place, entries: new Map([[node.text, entry]]) };
  return new Cursor(map, path, problems).fields();
}

function readHost(group: string, field: Field, draft: InventoryDraft): void {
  const { key, keyPlace, value } = field;
  if (refuseName(field, 'a host')) return;
  const entry = parseHostEntry(key);
  if (!entry.ok) {
    value.problems.error(`${value.path}: ${entry.error}`, keyPlace);
    return;
  }
  const port = portVariable(entry.value, keyPlace, value);
  const variables = isFalsy(value.node) ? [] : value.fields();
  for (const name of entry.value.names) {
    draft.addHost(group, name, keyPlace, port);
    for (const variable of variables) draft.setHostVariable(name, variable);
  }
}

/** What Python holds for nothing, be it null, `""`, `0`, `false`, `[]` or `{}`. */
function isFalsy(node: TreeNode): boolean {
  switch (node.kind) {
    case 'scalar':
      return !node.value;
    case 'list':
      return node.items.length === 0;
    case 'map':
      return node.entries.size === 0;
    default:
      return node satisfies never;
  }
}

const GROUP_KEYS: readonly string[] = ['hosts', 'vars', 'children'];
