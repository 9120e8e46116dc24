import { expect, it } from 'vitest';
import { isHostList, readHostList } from '../../../../src/config/ansible/host-list.ts';
import { InventoryDraft } from '../../../../src/config/ansible/inventory-draft.ts';
import { Problems } from '../../../../src/config/text/problems.ts';
import { beginningOf, sourceFile } from '../../../../src/config/text/source.ts';
import { formatDiagnostic } from '../read.ts';

function read(list: string): readonly string[] {
  const problems = new Problems();
  const draft = new InventoryDraft();
  const source = sourceFile(list, '/', list);
  draft.addHost('web', 'known', beginningOf(source));
  readHostList(source, draft, problems);
  const { groups, hosts } = draft.finish(problems);
  const ports = [...hosts.values()].flatMap(
    ({ variables }) => variables.get('ansible_port')?.value.text() ?? [],
  );
  return [...(groups.get('ungrouped')?.hosts ?? []), ...ports, ...problems.list().map(formatDiagnostic)];
}

it.each([
  ['cp1,', ['cp1']],
  ['cp1,cp2', ['cp1', 'cp2']],
  [' cp1 , , cp2 ,', ['cp1', 'cp2']],
  [',', []],
  ['cp1:2222,fd00::1,', ['cp1', 'fd00::1', '2222']],
  ['cp1,cp1:22', ['cp1']],
  ['known:22,cp1', ['cp1']],
  // As `advanced_host_list` does, which is the plugin for it.
  ['cp[1:2],', ['cp1', 'cp2']],
  ['cp[2:1],', ['cp[2:1],:1:1 [cp[2:1]] error: the range "[2:1]" ends before it begins']],
])('-i %j', (list, expected) => {
  expect(read(list)).toEqual(expected);
});

it('only a comma makes a list', () => {
  expect([isHostList('cp1'), isHostList('./inventory.yaml'), isHostList('cp1,')]).toEqual([
    false,
    false,
    true,
  ]);
});
