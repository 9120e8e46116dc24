import { byCodePoint } from '../text/order.ts';
import type { ScalarNode, ScalarValue } from '../text/tree.ts';
import { PRIORITY, shownGroupVariables, shownHostVariables, type ExportOptions } from './export.ts';
import type { Group, Inventory, Variables } from './inventory.ts';
import { pythonText } from './python-text.ts';
import { PythonValues } from './python-value.ts';

export interface GraphOptions extends ExportOptions {
  readonly showVariables: boolean;
}

/** `--graph`: the lines of the tree that begins at a group; a group that is in several others is drawn in each. */
export function inventoryGraph(inventory: Inventory, start: Group, options: GraphOptions): readonly string[] {
  const graph = new Graph(inventory, options);
  graph.draw(start, 0);
  return graph.lines;
}

class Graph {
  readonly lines: string[] = [];
  readonly #inventory: Inventory;
  readonly #options: GraphOptions;
  readonly #values = new PythonValues(plainValue);

  constructor(inventory: Inventory, options: GraphOptions) {
    this.#inventory = inventory;
    this.#options = options;
  }

  draw(group: Group, depth: number): void {
    this.#add(`@${group.name}:`, depth);
    for (const name of group.children) {
      const child = this.#inventory.groups.get(name);
      if (child !== undefined) this.draw(child, depth + 1);
    }
    if (group.name !== 'all') for (const name of group.hosts) this.#drawHost(name, depth + 1);
    if (!this.#options.showVariables) return;
    const texts = this.#texts(shownGroupVariables(this.#inventory, group, this.#options));
    if (group.priority !== 1n) texts.set(PRIORITY, String(group.priority));
    this.#drawVariables(texts, depth + 1);
  }

  #drawHost(name: string, depth: number): void {
    const host = this.#inventory.hosts.get(name);
    if (host === undefined || this.#options.only?.has(name) === false) return;
    this.#add(name, depth);
    if (!this.#options.showVariables) return;
    this.#drawVariables(this.#texts(shownHostVariables(this.#inventory, host, this.#options)), depth + 1);
  }

  #drawVariables(texts: ReadonlyMap<string, string>, depth: number): void {
    const sorted = [...texts].sort(([a], [b]) => byCodePoint(a, b));
    for (const [name, text] of sorted) this.#add(`{${name} = ${text}}`, depth);
  }

  #add(text: string, depth: number): void {
    this.lines.push(depth === 0 ? text : `${'  |'.repeat(depth)}--${text}`);
  }

  #texts(variables: Variables): Map<string, string> {
    return new Map(
      Array.from(variables, ([name, { value }]) => [name, pythonText(this.#values.of(value.node))]),
    );
  }
}

/** Ansible decrypts here; what came out of a vault is never printed by konvoy-ha. */
function plainValue(node: ScalarNode): ScalarValue {
  return node.tag === 'vault' ? '[redacted]' : node.value;
}
