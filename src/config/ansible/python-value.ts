import type { ScalarNode, ScalarValue, TreeNode } from '../text/tree.ts';

/** A value as Python would hold it; what is printed of an inventory is made of these. */
export type PythonValue = ScalarValue | readonly PythonValue[] | PythonMap;

export type PythonMap = ReadonlyMap<string, PythonValue>;

/** Makes values of trees, of each list and map once: hosts share the variables of their groups. */
export class PythonValues {
  readonly #scalar: (node: ScalarNode) => PythonValue;
  readonly #known = new WeakMap<TreeNode, PythonValue>();

  constructor(scalar: (node: ScalarNode) => PythonValue) {
    this.#scalar = scalar;
  }

  of(node: TreeNode): PythonValue {
    if (node.kind === 'scalar') return this.#scalar(node);
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const value: PythonValue =
      node.kind === 'list'
        ? node.items.map((item) => this.of(item))
        : new Map(Array.from(node.entries.values(), (entry) => [entry.key, this.of(entry.value)]));
    this.#known.set(node, value);
    return value;
  }
}

export function isPythonMap(value: PythonValue): value is PythonMap {
  return value instanceof Map;
}

export function isPythonList(value: PythonValue): value is readonly PythonValue[] {
  return Array.isArray(value);
}
