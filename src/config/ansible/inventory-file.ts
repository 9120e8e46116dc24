import type { InventoryDraft } from './inventory-draft.ts';
import { CONVERT_HINT, readYamlInventory } from './inventory-yaml.ts';
import { isPreprovisioned, readPreprovisioned } from '../konvoy/preprovisioned.ts';
import type { Problems } from '../text/problems.ts';
import { beginningOf, type SourceFile } from '../text/source.ts';

/** Reads one inventory file into the draft, whatever its format; false when nothing in it could be read. */
export function readInventoryFile(source: SourceFile, draft: InventoryDraft, problems: Problems): boolean {
  if (isPreprovisioned(source.text)) return readPreprovisioned(source, draft, problems);
  const foreign = foreignFormat(source.text);
  if (foreign === undefined) return readYamlInventory(source, draft, problems);
  problems.error(`${foreign} is not supported yet`, beginningOf(source), CONVERT_HINT);
  return false;
}

/** What a file is that is certainly not a YAML inventory; Ansible goes by the content too, not by the name. */
function foreignFormat(text: string): string | undefined {
  if (text.startsWith('#!')) return 'an inventory script';
  if (text.startsWith('$ANSIBLE_VAULT;')) return 'an encrypted inventory';
  const first = /^(?![#;]|\s*$).*/m.exec(text)?.[0] ?? '';
  const isSection = /^\[[\w.-]+(:(vars|children))?\]\s*([#;].*)?$/.test(first);
  const isHostLine = /^[^\s:#"'{}]+(\s+\w+=\S*)+\s*$/.test(first);
  return isSection || isHostLine ? 'an inventory in INI format' : undefined;
}
