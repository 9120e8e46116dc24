import { Cursor, type Field } from '../text/cursor.ts';
import { parseHostEntry } from './host-range.ts';
import type { InventoryDraft } from './inventory-draft.ts';
import type { Problems } from '../text/problems.ts';
import { beginningOf, type Place, type SourceFile } from '../text/source.ts';
import type { MapNode, ScalarNode } from '../text/tree.ts';
import { parseYaml } from '../text/yaml.ts';

/** How to make a YAML inventory of any other that Ansible reads. */
export const CONVERT_HINT = 'convert it: ansible-inventory -i FILE --list -y > inventory.yaml';

/** Reads one inventory file in Ansible's YAML form into the draft; false when it cannot be read as one at all. */
export function readYamlInventory(source: SourceFile, draft: InventoryDraft, problems: Problems): boolean {
  const documents = parseYaml(source, problems);
  if (documents === undefined) return false;
  const [document, second] = documents;
  if (second !== undefined) {
    problems.error('an inventory has one document', second.place, 'remove the "---" in the middle');
  }
  if (document === undefined) {
    problems.error('the inventory is empty', beginningOf(source), SKELETON_HINT);
    return false;
  }
  if (document.kind !== 'map') {
    problems.error('expected groups, such as "control-plane:"', document.place, SKELETON_HINT, CONVERT_HINT);
    return false;
  }
  for (const group of new Cursor(document, '', problems).fields()) readTopLevel(group, draft);
  return true;
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
  draft.addGroup(name, keyPlace);
  value.refuseUnknownKeys(GROUP_KEYS);
  // In the order of the file: of what two places say about one host, the later one counts.
  for (const section of value.fields()) readSection(name, section, draft);
}

function readSection(group: string, { key, value }: Field, draft: InventoryDraft): void {
  switch (key) {
    case 'vars':
      for (const variable of value.fields()) draft.setGroupVariable(group, variable);
      break;
    case 'hosts':
      for (const host of hostFields(value)) readHost(group, host, draft);
      break;
    case 'children':
      for (const child of value.fields()) readChild(group, child, draft);
      break;
    default:
      // It has been refused.
      break;
  }
}

function readChild(group: string, child: Field, draft: InventoryDraft): void {
  if (child.key === 'all') {
    const message = '"all" contains every group and cannot be in one';
    child.value.problems.error(message, child.keyPlace);
    return;
  }
  draft.addChild(group, child.key);
  readGroup(child, draft);
}

/** `hosts: name` is short for a map of that one host. */
function hostFields(hosts: Cursor): readonly Field[] {
  const { node, path, problems } = hosts;
  if (node.kind !== 'scalar' || hosts.isBlank) return hosts.fields();
  const nothing: ScalarNode = { kind: 'scalar', place: node.place, text: '', isNull: true, value: undefined };
  const entry = { key: node.text, keyPlace: node.place, value: nothing };
  const map: MapNode = { kind: 'map', place: node.place, entries: new Map([[node.text, entry]]) };
  return new Cursor(map, path, problems).fields();
}

function readHost(group: string, { key, keyPlace, value }: Field, draft: InventoryDraft): void {
  const entry = parseHostEntry(key);
  if (!entry.ok) {
    value.problems.error(`${value.path}: ${entry.error}`, keyPlace);
    return;
  }
  const { names, port } = entry.value;
  for (const name of names) {
    draft.addHost(
      group,
      name,
      keyPlace,
      port === undefined ? undefined : portVariable(value, keyPlace, port),
    );
    for (const variable of value.fields()) draft.setHostVariable(name, variable);
  }
}

/** The port in a key such as `cp1:2222`. */
function portVariable(host: Cursor, place: Place, port: string): Field {
  const node: ScalarNode = { kind: 'scalar', place, text: port, isNull: false, value: BigInt(port) };
  return { key: 'ansible_port', keyPlace: place, value: new Cursor(node, host.path, host.problems) };
}

const GROUP_KEYS: readonly string[] = ['hosts', 'vars', 'children'];
const SKELETON_HINT = 'konvoy-ha init writes an inventory to start from';
