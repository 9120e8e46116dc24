import type { Problems } from './problems.ts';
import type { ListNode, MapEntry, MapNode, ScalarNode, TreeNode } from './tree.ts';

/** `!!omap` and `!!pairs`: to Python's JSON each pair is a list of two. */
export function asPairs(list: ListNode, problems: Problems): ListNode {
  const items = list.items.flatMap((item) => {
    const [entry, second] = item.kind === 'map' ? item.entries.values() : [];
    if (entry !== undefined && second === undefined) return [asPair(entry)];
    problems.error('expected a map of one key', item.place);
    return [];
  });
  return { ...list, items };
}

function asPair({ key, keyPlace, typedKey, value }: MapEntry): ListNode {
  const text: ScalarNode = { kind: 'scalar', place: keyPlace, text: key, isNull: false, value: key };
  return { kind: 'list', place: keyPlace, items: [typedKey ?? text, value] };
}

/** `!unsafe` on a list or a map: no text in it is a template. */
export function asUnsafe(tree: TreeNode): TreeNode {
  switch (tree.kind) {
    case 'scalar':
      return typeof tree.value === 'string' && tree.tag === undefined ? { ...tree, tag: 'unsafe' } : tree;
    case 'list':
      return { ...tree, items: tree.items.map(asUnsafe) };
    case 'map': {
      const entries = Array.from(tree.entries, ([key, entry]): [string, MapEntry] => [
        key,
        { ...entry, value: asUnsafe(entry.value) },
      ]);
      return { ...tree, entries: new Map(entries) };
    }
    default:
      return tree satisfies never;
  }
}

/** How Ansible writes encrypted and unsafe values in JSON, and reads them again. */
export function unwrapJsonMark(map: MapNode): TreeNode {
  const mark = [...map.entries.keys()].find((key) => key === '__ansible_vault' || key === '__ansible_unsafe');
  const value = mark === undefined ? undefined : map.entries.get(mark)?.value;
  if (value === undefined) return map;
  if (mark === '__ansible_unsafe') return asUnsafe(value);
  return value.kind === 'scalar' && typeof value.value === 'string' ? { ...value, tag: 'vault' } : map;
}
