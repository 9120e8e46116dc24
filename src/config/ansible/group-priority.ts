import type { Cursor } from '../text/cursor.ts';
import type { ScalarValue } from '../text/tree.ts';

/** Reads `ansible_group_priority` as Python's `int()` does, which is what Ansible hands it to. */
export function readGroupPriority(cursor: Cursor): bigint | undefined {
  const { node } = cursor;
  const priority = node.kind === 'scalar' && node.tag === undefined ? integerOf(node.value) : undefined;
  if (priority === undefined) cursor.fail('expected a whole number');
  return priority;
}

function integerOf(value: ScalarValue): bigint | undefined {
  switch (typeof value) {
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1n : 0n;
    case 'number':
      return Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined;
    case 'string':
      return /^\s*[+-]?[0-9]+(_[0-9]+)*\s*$/.test(value)
        ? BigInt(value.trim().replace(/^\+/, '').replaceAll('_', ''))
        : undefined;
    default:
      return undefined;
  }
}
