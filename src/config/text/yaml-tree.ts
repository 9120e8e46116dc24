import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type Scalar, type YAMLMap } from 'yaml';
import { equalNumber, jsonKey } from './json-key.ts';
import type { Problems } from './problems.ts';
import type { Place, SourceFile } from './source.ts';
import type { MapEntry, MapNode, ScalarNode, TreeNode } from './tree.ts';
import { asPairs, asUnsafe, unwrapJsonMark } from './yaml-collections.ts';
import { EntryCollector } from './yaml-entries.ts';
import {
  resolveJsonScalar,
  resolveScalar,
  wrongTag,
  type ScalarType,
  type TypedValue,
} from './yaml-scalar.ts';

/** By which rules the values in a file are read: Ansible tries JSON first, whatever the name of the file. */
export type Notation = 'yaml' | 'json';

/** A composed document as a tree of ours, aliases followed and merge keys merged; undefined for an empty document. */
export function treeOf(
  contents: ParsedNode | null,
  notation: Notation,
  { source, problems }: { readonly source: SourceFile; readonly problems: Problems },
): TreeNode | undefined {
  if (contents === null) return undefined;
  const tree = new TreeBuilder(notation, source, problems).node(contents);
  return tree.kind === 'scalar' && tree.isNull ? undefined : tree;
}

/** Nodes behind aliases are shared, not copied; what would be too large if it were copied is refused. */
class TreeBuilder {
  readonly #notation: Notation;
  readonly #source: SourceFile;
  readonly #problems: Problems;
  readonly #anchors = new Map<string, TreeNode>();
  /** How many nodes each tree stands for with its aliases written out. */
  readonly #sizes = new WeakMap<TreeNode, number>();
  /** What the scalars that stand as keys are; an alias can stand as one, too. */
  readonly #typed = new WeakMap<TreeNode, TypedValue>();
  #aliased = 0;
  /** How many lists and maps marked `!unsafe` the node stands in. */
  #unsafeDepth = 0;

  constructor(notation: Notation, source: SourceFile, problems: Problems) {
    this.#notation = notation;
    this.#source = source;
    this.#problems = problems;
  }

  node(node: ParsedNode, role: 'key' | 'value' = 'value'): TreeNode {
    const place = this.#place(node.range);
    if (isAlias(node)) return this.#alias(node.source, place);
    const isUnsafe = node.tag === '!unsafe';
    if (isUnsafe) this.#unsafeDepth++;
    const tree = this.#build(node, role);
    if (isUnsafe) this.#unsafeDepth--;
    // Only now: an alias inside its own anchor finds nothing, so there are no cycles.
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, tree);
    return tree;
  }

  #build(node: ParsedNode, role: 'key' | 'value'): TreeNode {
    const place = this.#place(node.range);
    if (isScalar(node)) return this.#scalar(node, place, role);
    if (isMap<ParsedNode, ParsedNode | null>(node)) return this.#map(node, place);
    if (!isSeq<ParsedNode>(node)) return nothingAt(place);
    const items = node.items.map((item) => this.node(item));
    const list = this.#measured({ kind: 'list', place, items }, items);
    switch (node.tag) {
      case undefined:
      case '!':
      case '!unsafe':
      case 'tag:yaml.org,2002:seq':
        return list;
      case 'tag:yaml.org,2002:omap':
      case 'tag:yaml.org,2002:pairs':
        return this.#measured(asPairs(list, this.#problems), items);
      default:
        return this.#refuseTag(node.tag, 'a list', list);
    }
  }

  #map(node: YAMLMap<ParsedNode, ParsedNode | null>, place: Place): TreeNode {
    const entries = this.#entries(node);
    const children = Array.from(entries.values(), (entry) => entry.value);
    const map: MapNode = { kind: 'map', place, entries };
    this.#measured(map, children);
    switch (node.tag) {
      case undefined:
        return this.#notation === 'json' ? unwrapJsonMark(map) : map;
      case '!':
      case '!unsafe':
      case 'tag:yaml.org,2002:map':
      case 'tag:yaml.org,2002:python/dict':
        return map;
      default:
        return this.#refuseTag(node.tag, 'a map', map);
    }
  }

  #scalar(node: Scalar.Parsed, place: Place, role: 'key' | 'value'): ScalarNode {
    const written = { text: node.source, isPlain: node.type === 'PLAIN', tag: node.tag };
    const resolved = this.#notation === 'json' ? resolveJsonScalar(written) : resolveScalar(written);
    const { text, isPlain } = written;
    if (!resolved.ok) {
      const hint = isPlain && node.tag === undefined ? [QUOTES_HINT] : [];
      this.#problems.error(resolved.error, this.#taggedPlace(place, node.tag), ...hint);
      return { kind: 'scalar', place, text, isNull: false, value: text };
    }
    const { type, value } = resolved.value;
    if (role === 'value' && (type === 'merge' || type === 'value')) {
      this.#problems.error(`${JSON.stringify(text)} can only be a key`, place, QUOTES_HINT);
    }
    const scalar: ScalarNode = {
      kind: 'scalar',
      place,
      text,
      isNull: type === 'null',
      value,
      ...this.#mark(type),
    };
    if (type !== 'str') this.#typed.set(scalar, resolved.value);
    return scalar;
  }

  #mark(type: ScalarType): Pick<ScalarNode, 'tag'> {
    if (type === 'vault') return { tag: 'vault' };
    return type === 'unsafe' || (type === 'str' && this.#unsafeDepth > 0) ? { tag: 'unsafe' } : {};
  }

  #entries(map: YAMLMap<ParsedNode, ParsedNode | null>): ReadonlyMap<string, MapEntry> {
    const entries = new EntryCollector(this.#problems);
    for (const pair of map.items) {
      const key = this.node(pair.key, 'key');
      const value = pair.value === null ? nothingAt(key.place) : this.node(pair.value);
      if (this.#typed.get(key)?.type === 'merge') entries.merge(value);
      else this.#addEntry(key, value, entries);
    }
    return entries.finish();
  }

  #addEntry(key: TreeNode, value: TreeNode, entries: EntryCollector): void {
    const typed = this.#typed.get(key);
    if (key.kind !== 'scalar' || NO_KEYS.includes(typed?.type)) {
      const isTemplate = key.kind === 'map' && key.place.source.text.startsWith('{', key.place.start);
      const hint = isTemplate ? ['put a value with "{{ … }}" in quotes'] : [];
      this.#problems.error('a key must be plain text', key.place, ...hint);
    } else if (typed === undefined || TEXT_KEYS.includes(typed.type)) {
      entries.add({ key: key.text, keyPlace: key.place, value }, undefined);
    } else {
      const entry = { key: jsonKey(typed.value), keyPlace: key.place, typedKey: key, value };
      entries.add(entry, equalNumber(typed.value));
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
    if (this.#aliased <= MOST_ALIASED) return this.#unsafeDepth === 0 ? target : this.#unsafeCopy(target);
    if (before <= MOST_ALIASED)
      this.#problems.error(`aliases stand for more than ${MOST_ALIASED} values`, place);
    return nothingAt(place);
  }

  #unsafeCopy(target: TreeNode): TreeNode {
    const copy = asUnsafe(target);
    this.#sizes.set(copy, this.#sizeOf(target));
    return copy;
  }

  #refuseTag(tag: string, what: string, tree: TreeNode): TreeNode {
    this.#problems.error(wrongTag(tag, what), this.#taggedPlace(tree.place, tag));
    return tree;
  }

  #measured<T extends TreeNode>(tree: T, children: readonly TreeNode[]): T {
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

  /** A value from its tag on, which stands before it. */
  #taggedPlace(place: Place, tag: string | undefined): Place {
    if (tag === undefined) return place;
    const { text } = this.#source;
    const last = text.lastIndexOf('!', place.start);
    const start = text[last - 1] === '!' ? last - 1 : last;
    const written = /^(?:!<[^>]*>|[^\s,[\]{}]*)/.exec(text.slice(start, start + LONGEST_TAG))?.[0] ?? '';
    return last === -1 ? place : { ...place, start, end: start + written.length };
  }
}

function nothingAt(place: Place): ScalarNode {
  return { kind: 'scalar', place, text: '', isNull: true, value: undefined };
}

/** Python cannot print these as keys. */
const NO_KEYS: readonly (ScalarType | undefined)[] = ['binary', 'vault'];
const TEXT_KEYS: readonly ScalarType[] = ['value', 'unsafe'];
const QUOTES_HINT = 'put it in quotes if it is a text';
const LONGEST_TAG = 100;
const MOST_ALIASED = 200_000;
