import type { Place } from '../text/source.ts';
import type { InventoryDraft } from './inventory-draft.ts';

/** What is wrong with a group that was used and never declared. */
export interface UnresolvedGroup {
  readonly message: string;
  readonly place: Place;
  readonly hint: string;
}

interface Pending {
  readonly place: Place;
  /** The groups that name it as a child; undefined for one that only has variables. */
  readonly parents?: string[];
}

/** The groups of an INI file in Ansible's order; one may be named as a child, or given variables, before it is declared. */
export class PendingGroups {
  readonly #draft: InventoryDraft;
  readonly #pending = new Map<string, Pending>();

  constructor(draft: InventoryDraft) {
    this.#draft = draft;
  }

  /** A section begins; `[group:vars]` declares nothing, and yet the group exists from there on. */
  open(group: string, kind: 'hosts' | 'vars' | 'children', place: Place): void {
    const isKnown = this.#draft.hasGroup(group);
    this.#draft.addGroup(group, place);
    if (kind === 'vars') {
      if (!isKnown && !this.#pending.has(group)) this.#pending.set(group, { place });
      return;
    }
    for (const parent of this.#pending.get(group)?.parents ?? []) this.#draft.addChild(parent, group);
    this.#pending.delete(group);
  }

  addChild(parent: string, child: string, place: Place): void {
    if (this.#draft.hasGroup(child)) {
      this.#draft.addChild(parent, child);
      return;
    }
    const pending = this.#pending.get(child);
    if (pending === undefined) this.#pending.set(child, { place, parents: [parent] });
    else pending.parents?.push(parent);
  }

  unresolved(): readonly UnresolvedGroup[] {
    return Array.from(this.#pending, ([group, { place }]) => ({
      message: `the group ${JSON.stringify(group)} has no section of its own`,
      place,
      hint: `declare it with [${group}] or [${group}:children]`,
    }));
  }
}
