import { byCodePoint } from '../text/order.ts';
import type { ScalarNode, ScalarValue, TreeNode } from '../text/tree.ts';

/** A value as Python would hold it; what is printed of an inventory is made of these. */
export type PythonValue = ScalarValue | readonly PythonValue[] | PythonMap;

/** A dictionary: its keys need not be text. */
export class PythonMap {
  readonly items: readonly (readonly [ScalarValue, PythonValue])[];

  constructor(items: Iterable<readonly [ScalarValue, PythonValue]>) {
    this.items = [...items];
  }

  /** The items in the order of their keys, as Python's `sorted` puts them; as they are when their keys cannot be compared. */
  get sorted(): readonly (readonly [ScalarValue, PythonValue])[] {
    const keys = this.items.map(([key]) => key);
    if (keys.every((key) => typeof key === 'string')) {
      return [...this.items].sort(([a], [b]) => byCodePoint(String(a), String(b)));
    }
    if (!keys.every(isNumber)) return this.items;
    return [...this.items].sort(([a], [b]) => Number(a) - Number(b));
  }
}

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
        : new PythonMap(
            Array.from(node.entries.values(), ({ key, typedKey, value: inner }) => {
              return [typedKey === undefined ? key : typedKey.value, this.of(inner)] as const;
            }),
          );
    this.#known.set(node, value);
    return value;
  }
}

export function isPythonList(value: PythonValue): value is readonly PythonValue[] {
  return Array.isArray(value);
}

function isNumber(value: ScalarValue): boolean {
  return typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean';
}
