import { isAlias, isMap, isPair, isScalar, isSeq, type Pair, type ParsedNode, type YAMLMap } from 'yaml';
import type { Problems } from './problems.ts';
import { spanOf, type Place, type SourceFile } from './source.ts';
import type { MapEntry, ScalarNode, TreeNode } from './tree.ts';

/** A composed document as a tree of ours, aliases followed and merge keys merged; undefined for an empty document. */
export function treeOf(
  contents: ParsedNode | null,
  source: SourceFile,
  problems: Problems,
): TreeNode | undefined {
  if (contents === null) return undefined;
  const tree = new TreeBuilder(source, problems).node(contents);
  return tree.kind === 'scalar' && tree.isNull ? undefined : tree;
}

/** Nodes behind aliases are shared, not copied; what would be too large if it were copied is refused. */
class TreeBuilder {
  readonly #source: SourceFile;
  readonly #problems: Problems;
  readonly #anchors = new Map<string, TreeNode>();
  /** How many nodes each tree stands for with its aliases written out. */
  readonly #sizes = new WeakMap<TreeNode, number>();
  #aliased = 0;

  constructor(source: SourceFile, problems: Problems) {
    this.#source = source;
    this.#problems = problems;
  }

  node(node: ParsedNode): TreeNode {
    const place = this.#place(node.range);
    if (isAlias(node)) return this.#alias(node.source, place);
    const tree = this.#build(node, place);
    // Only now: an alias inside its own anchor finds nothing, so there are no cycles.
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, tree);
    return tree;
  }

  #build(node: ParsedNode, place: Place): TreeNode {
    if (isMap<ParsedNode, ParsedNode | null>(node)) {
      const entries = this.#entries(node);
      const children = Array.from(entries.values(), (entry) => entry.value);
      return this.#measured({ kind: 'map', place, entries }, children);
    }
    if (isSeq<ParsedNode>(node)) {
      // YAML 1.1's !!omap and !!pairs are lists of pairs, which mean nothing to Ansible and Konvoy.
      const items = (node.items as readonly (ParsedNode | Pair)[]).map((item) =>
        isPair(item) ? nothingAt(place) : this.node(item),
      );
      return this.#measured({ kind: 'list', place, items }, items);
    }
    if (!isScalar(node)) return nothingAt(place);
    const isNull = node.type === 'PLAIN' && node.value === null && node.tag === undefined;
    const tag = TAGS.get(node.tag ?? '');
    const value = isNull ? undefined : node.source;
    return { kind: 'scalar', place, text: node.source, isNull, value, ...(tag === undefined ? {} : { tag }) };
  }

  #entries(map: YAMLMap<ParsedNode, ParsedNode | null>): ReadonlyMap<string, MapEntry> {
    const own = new Map<string, MapEntry>();
    const merged = new Map<string, MapEntry>();
    for (const pair of map.items) {
      const key = this.node(pair.key);
      const value = pair.value === null ? nothingAt(key.place) : this.node(pair.value);
      if (isMergeKey(pair.key)) this.#merge(value, merged);
      else this.#setOwn(own, key, value);
    }
    // A key of the map itself beats one that is merged into it.
    return new Map([...[...merged].filter(([key]) => !own.has(key)), ...own]);
  }

  #setOwn(own: Map<string, MapEntry>, key: TreeNode, value: TreeNode): void {
    if (key.kind !== 'scalar' || key.text === '') {
      const isTemplate = key.kind === 'map' && key.place.source.text.startsWith('{', key.place.start);
      const hint = isTemplate ? ['put a value with "{{ … }}" in quotes'] : [];
      this.#problems.error('a key must be plain text', key.place, ...hint);
      return;
    }
    const earlier = own.get(key.text);
    if (earlier === undefined) {
      own.set(key.text, { key: key.text, keyPlace: key.place, value });
      return;
    }
    const hint = `the first one is on line ${spanOf(earlier.keyPlace).line}`;
    this.#problems.error(`duplicate key ${JSON.stringify(key.text)}`, key.place, hint);
  }

  #merge(value: TreeNode, merged: Map<string, MapEntry>): void {
    for (const part of value.kind === 'list' ? value.items : [value]) {
      if (part.kind !== 'map') {
        this.#problems.error('only a map can be merged with <<', part.place);
        continue;
      }
      // Of several merged maps the first one that has a key wins (yaml.org/type/merge).
      for (const [key, entry] of part.entries) if (!merged.has(key)) merged.set(key, entry);
    }
  }

  #alias(name: string, place: Place): TreeNode {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      this.#problems.error(`alias *${name} has no anchor &${name} before it`, place);
      return nothingAt(place);
    }
    const before = this.#aliased;
    this.#aliased += this.#sizeOf(target);
    if (this.#aliased <= MOST_ALIASED) return target;
    if (before <= MOST_ALIASED)
      this.#problems.error(`aliases stand for more than ${MOST_ALIASED} values`, place);
    return nothingAt(place);
  }

  #measured(tree: TreeNode, children: readonly TreeNode[]): TreeNode {
    this.#sizes.set(
      tree,
      children.reduce((size, child) => size + this.#sizeOf(child), 1),
    );
    return tree;
  }

  #sizeOf(tree: TreeNode): number {
    return this.#sizes.get(tree) ?? 1;
  }

  #place(range: readonly [number, number, number]): Place {
    return { source: this.#source, start: range[0], end: range[1] };
  }
}

/** A quoted "<<" is a key like any other. */
function isMergeKey(key: ParsedNode): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.source === '<<';
}

function nothingAt(place: Place): ScalarNode {
  return { kind: 'scalar', place, text: '', isNull: true, value: undefined };
}

const TAGS: ReadonlyMap<string, 'vault' | 'unsafe'> = new Map([
  ['!vault', 'vault'],
  ['!vault-encrypted', 'vault'],
  ['!unsafe', 'unsafe'],
]);

const MOST_ALIASED = 200_000;
