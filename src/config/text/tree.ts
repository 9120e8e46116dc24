import type { Place } from './source.ts';

/** What a file says, whatever its format: scalars as they were written, each with its place. */
export type TreeNode = ScalarNode | ListNode | MapNode;

/** A scalar as Python would hold it: an integer is a bigint, a float a number, a date its ISO 8601 text, None undefined. */
export type ScalarValue = string | bigint | number | boolean | undefined;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly place: Place;
  /**
   * The text between the quotes, if any. YAML 1.1 reads `22:22` as 1342, `0644` as 420 and `yes` as true; what such a
   * text means is for the one who consumes it to say.
   */
  readonly text: string;
  /** True for a value that is not there, `~` and `null`. */
  readonly isNull: boolean;
  /** What the rules of the file's own format make of the text; undefined for null. */
  readonly value: ScalarValue;
  /** Ansible's marks: an encrypted value, and one that is never a template. */
  readonly tag?: 'vault' | 'unsafe';
}

export interface ListNode {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly TreeNode[];
}

export interface MapNode {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: ReadonlyMap<string, MapEntry>;
}

export interface MapEntry {
  /** Of a key that is no text, such as `1` or `yes`: what Python's JSON makes of it. */
  readonly key: string;
  readonly keyPlace: Place;
  /** The key as it stands in the file, if it is no text: nothing can be called so, neither a group nor a host. */
  readonly typedKey?: ScalarNode;
  readonly value: TreeNode;
}
