import type { Problems } from '../text/problems.ts';
import type { SourceFile } from '../text/source.ts';
import { parseHostEntry } from './host-range.ts';
import { stripped } from './ini-lines.ts';
import type { InventoryDraft } from './inventory-draft.ts';
import { portVariable } from './port-variable.ts';

/** True for what can only be a list of hosts, such as `cp1,cp2` or `cp1,`, where no file has that name. */
export function isHostList(name: string): boolean {
  return name.includes(',');
}

/** Reads the hosts that stand in the command line itself, ranges among them, into the group `ungrouped`. */
export function readHostList(source: SourceFile, draft: InventoryDraft, problems: Problems): void {
  for (const { index: start, 0: part } of source.text.matchAll(/[^,]+/g)) {
    const { text, place } = stripped({ text: part, place: { source, start, end: start + part.length } });
    const entry = text === '' ? undefined : parseHostEntry(text);
    if (entry?.ok === false) problems.error(entry.error, place);
    if (entry?.ok !== true) continue;
    const port = portVariable(entry.value, place, { path: 'ansible_port', problems });
    // A host that another source has named already stays where it is.
    for (const name of entry.value.names) {
      if (!draft.hasHost(name)) draft.addHost('ungrouped', name, place, port);
    }
  }
}
