import type { Problems } from './problems.ts';
import { spanOf } from './source.ts';
import type { MapEntry, TreeNode } from './tree.ts';

/** The entries of one map while it is read. */
export class EntryCollector {
  readonly #problems: Problems;
  readonly #own = new Map<string, MapEntry>();
  /** Own entries whose keys are numbers, or count as such in Python. */
  readonly #numbers = new Map<bigint, MapEntry>();
  readonly #merged: MapEntry[] = [];

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** Of two equal keys the first one counts, and the second one is a problem: PyYAML would go on with the last. */
  add(entry: MapEntry, number: bigint | undefined): void {
    const earlier =
      this.#own.get(entry.key) ?? (number === undefined ? undefined : this.#numbers.get(number));
    if (earlier !== undefined) {
      const written = JSON.stringify(entry.typedKey?.text ?? entry.key);
      const hint = `the first one is on line ${spanOf(earlier.keyPlace).line}`;
      this.#problems.error(`duplicate key ${written}`, entry.keyPlace, hint);
      return;
    }
    this.#own.set(entry.key, entry);
    if (number !== undefined) this.#numbers.set(number, entry);
  }

  /** Takes the entries of another map in, or those of several, of which the first one that has a key wins. */
  merge(value: TreeNode): void {
    const parts = value.kind === 'list' ? value.items : [value];
    for (const part of [...parts].reverse()) {
      if (part.kind === 'map') this.#merged.push(...part.entries.values());
      else this.#problems.error('only a map can be merged with <<', part.place);
    }
  }

  /** In PyYAML's order: merged keys come first, and keep their position when the map's own value beats theirs. */
  finish(): ReadonlyMap<string, MapEntry> {
    if (this.#merged.length === 0) return this.#own;
    return new Map([...this.#merged, ...this.#own.values()].map((entry) => [entry.key, entry]));
  }
}
