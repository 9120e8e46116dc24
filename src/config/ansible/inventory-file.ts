import { extname } from 'node:path';
import { isPreprovisioned, readPreprovisioned } from '../konvoy/preprovisioned.ts';
import { Problems } from '../text/problems.ts';
import { beginningOf, type SourceFile } from '../text/source.ts';
import { parseYaml } from '../text/yaml.ts';
import { InventoryDraft } from './inventory-draft.ts';
import { readIniInventory } from './inventory-ini.ts';
import { CONVERT_HINT, readYamlInventory } from './inventory-yaml.ts';

/** Reads one inventory file into the draft, whatever its format; false when nothing in it could be read. */
export function readInventoryFile(source: SourceFile, draft: InventoryDraft, problems: Problems): boolean {
  if (isPreprovisioned(source.text)) return readPreprovisioned(source, draft, problems);
  const foreign = foreignFormat(source);
  if (foreign !== undefined) {
    const [format, ...hints] = foreign;
    problems.error(`${format} is not supported`, beginningOf(source), ...hints);
    return false;
  }
  if (YAML_EXTENSIONS.includes(extname(source.name))) return readYamlOrIni(source, draft, problems);
  readIniInventory(source, draft, problems);
  return true;
}

/** What a file is that konvoy-ha does not read, and what can be done about it. */
function foreignFormat({ name, text }: SourceFile): readonly [string, ...string[]] | undefined {
  if (text.startsWith('#!')) return ['an inventory script', SCRIPT_HINT, CONVERT_HINT];
  return extname(name) === '.toml' ? ['an inventory in TOML', CONVERT_HINT] : undefined;
}

/** Ansible tries YAML first, and INI when it finds no map there. Of a file that is neither, only the likelier one is spoken of. */
function readYamlOrIni(source: SourceFile, draft: InventoryDraft, problems: Problems): boolean {
  const trial = new Problems();
  const [document, second] = parseYaml(source, trial) ?? [];
  if (document?.kind === 'map') {
    problems.adopt(trial);
    readYamlInventory(document, second, { draft, problems });
    return true;
  }
  if (looksLikeIni(source)) {
    readIniInventory(source, draft, problems);
    return true;
  }
  problems.adopt(trial);
  if (trial.hasErrors) return false;
  if (document === undefined) problems.error('the inventory is empty', beginningOf(source), SKELETON_HINT);
  else {
    const hints = [SKELETON_HINT, CONVERT_HINT];
    problems.error('expected groups, such as "control-plane:"', document.place, ...hints);
  }
  return false;
}

/** Goes by the first line that says something; a name such as inventory.yaml speaks for YAML unless all of it is INI. */
function looksLikeIni(source: SourceFile): boolean {
  const first = /^(?![#;]|\s*$).*/m.exec(source.text)?.[0].trim() ?? '';
  const isSection = /^\[[^:\]\s,]+(?::\w+)?\]\s*(?:[#;].*)?$/.test(first);
  const isHostLine = /^[^\s#"'{}-](?:[^\s"'{}]*[^\s"'{}:])?\s+[^\s:="'{}]+=/.test(first);
  if (isSection || isHostLine) return true;
  if (first === '' || /^[-{}%!&*|>?@`,]|:(?:\s|$)/.test(first)) return false;
  return extname(source.name) === '' || readsAsIni(source);
}

function readsAsIni(source: SourceFile): boolean {
  const trial = new Problems();
  readIniInventory(source, new InventoryDraft(), trial);
  return !trial.hasErrors;
}

/** Ansible's, as they are when nobody has set others; a name without any counts, too. */
const YAML_EXTENSIONS = ['', '.yaml', '.yml', '.json'];

const SCRIPT_HINT = 'to run it, name it with --inventory-script';
const SKELETON_HINT = 'konvoy-ha init writes an inventory to start from';
