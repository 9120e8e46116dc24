import type { Place } from './source.ts';

/** What a file says, whatever its format: scalars as they were written, each with its place. */
export type TreeNode = ScalarNode | ListNode | MapNode;

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
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: TreeNode;
}
