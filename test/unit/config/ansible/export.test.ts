import { describe, expect, it } from 'vitest';
import { InventoryExport, type ExportOptions } from '../../../../src/config/ansible/export.ts';
import { inventoryGraph } from '../../../../src/config/ansible/graph.ts';
import type { Inventory } from '../../../../src/config/ansible/inventory.ts';
import { pythonJson } from '../../../../src/config/ansible/python-json.ts';
import { Problems } from '../../../../src/config/text/problems.ts';
import { sourceFile } from '../../../../src/config/text/source.ts';
import { readInventories } from '../read.ts';

// What is printed is compared with `ansible-inventory` itself in the integration tests.
const FILE = `
all:
  vars: {a: all, inventory_hostname: never}
  children:
    web:
      hosts: {h1: {b: !unsafe "{{ x }}"}, h2: {c: !vault "$ANSIBLE_VAULT;1.1;AES256\\n61"}}
      vars: {a: web, ansible_group_priority: 3}
      children: {app: {hosts: {h3: }}}
    db: {children: {app: }}
`;

const EVERYTHING: ExportOptions = { whereSet: false, namesPlaybook: false };

function read(): Inventory {
  const inventory = readInventories([sourceFile('a.yml', '/inv', FILE)], new Problems());
  if (inventory === undefined) throw new Error('it cannot be read');
  return inventory;
}

function list(options: Partial<ExportOptions>): unknown {
  return JSON.parse(pythonJson(new InventoryExport(read(), { ...EVERYTHING, ...options }).list()));
}

const GROUPS = {
  all: { children: ['ungrouped', 'web', 'db'] },
  web: { hosts: ['h1', 'h2'], children: ['app'] },
  app: { hosts: ['h3'] },
  db: { children: ['app'] },
};

describe('--list', () => {
  it('has every group and the variables in force on every host, without those that Ansible makes', () => {
    const vault = { __ansible_vault: '$ANSIBLE_VAULT;1.1;AES256\n61' };
    const hostvars = {
      h1: { a: 'web', b: { __ansible_unsafe: '{{ x }}' } },
      h2: { a: 'web', c: vault },
      h3: { a: 'web' },
    };
    expect(list({})).toEqual({ ...GROUPS, _meta: { hostvars } });
  });

  it('has each variable where it is set with --export', () => {
    expect(list({ whereSet: true })).toMatchObject({
      _meta: { hostvars: { h1: { b: { __ansible_unsafe: '{{ x }}' } } } },
      all: { vars: { a: 'all' } },
      web: { vars: { a: 'web', ansible_group_priority: 3 } },
    });
  });

  it('has only the hosts that are asked for', () => {
    expect(list({ only: new Set(['h3']) })).toEqual({
      ...GROUPS,
      _meta: { hostvars: { h3: { a: 'web' } } },
      web: { children: ['app'] },
    });
  });
});

describe('--graph', () => {
  it('draws a group in every group that contains it, and never what was encrypted', () => {
    const inventory = read();
    const all = inventory.groups.get('all');
    const options = { ...EVERYTHING, showVariables: true };
    expect(all && inventoryGraph(inventory, all, options)).toEqual([
      '@all:',
      '  |--@ungrouped:',
      '  |--@web:',
      '  |  |--@app:',
      '  |  |  |--h3',
      '  |  |  |  |--{a = web}',
      '  |  |--h1',
      '  |  |  |--{a = web}',
      '  |  |  |--{b = {{ x }}}',
      '  |  |--h2',
      '  |  |  |--{a = web}',
      '  |  |  |--{c = [redacted]}',
      '  |  |--{a = web}',
      '  |  |--{ansible_group_priority = 3}',
      '  |--@db:',
      '  |  |--@app:',
      '  |  |  |--h3',
      '  |  |  |  |--{a = web}',
      '  |--{a = all}',
    ]);
  });
});
