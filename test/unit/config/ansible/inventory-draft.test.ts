import { describe, expect, it } from 'vitest';
import { groupsOf, type Inventory } from '../../../../src/config/ansible/inventory.ts';
import { Problems } from '../../../../src/config/text/problems.ts';
import { sourceFile } from '../../../../src/config/text/source.ts';
import { formatDiagnostic, readInventories } from '../read.ts';

function inventoryOf(...texts: readonly string[]): Inventory {
  const problems = new Problems();
  const files = texts.map((text, index) => sourceFile(`${index}.yml`, '/inv', text));
  const inventory = readInventories(files, problems);
  if (inventory === undefined || problems.hasErrors)
    throw new Error(problems.list().map(formatDiagnostic).join('\n'));
  return inventory;
}

describe('ungrouped', () => {
  it('holds the hosts that are in no other group, wherever they are named', () => {
    const { groups } = inventoryOf(
      'all: {hosts: {h1: , h2: }}\nungrouped: {hosts: {h3: , h4: }}\n',
      'web: {hosts: {h2: , h4: }}\n',
    );
    expect(groups.get('ungrouped')?.hosts).toEqual(['h3', 'h1']);
    expect(groups.get('all')?.hosts).toEqual(['h1', 'h2']);
  });

  it('does not take in a host that has the name of a group', () => {
    expect(() => inventoryOf('all: {hosts: {web: }}\nweb: {hosts: {h1: }}\n')).toThrow(
      'error: the host "web" is in no group, and a group has its name; put the host into a group, or give one of them another name',
    );
    expect(inventoryOf('web: {hosts: {web: }}\n').groups.get('web')?.hosts).toEqual(['web']);
  });

  it('counts as a group of its hosts', () => {
    const inventory = inventoryOf('all: {hosts: {h1: }}\nungrouped: {vars: {a: 1}}\n');
    const host = inventory.hosts.get('h1');
    expect(host && groupsOf(inventory, host).map(({ name }) => name)).toEqual(['ungrouped']);
  });
});

describe('all', () => {
  it('contains ungrouped, then the groups it is given, then those that are in no other one', () => {
    const { groups } = inventoryOf('web: {children: {app: }}\nall: {children: {db: , app: }}\nzoo:\n');
    expect(groups.get('all')?.children).toEqual(['ungrouped', 'db', 'app', 'web', 'zoo']);
    expect([...groups.values()].map(({ name, depth }) => `${name} ${depth}`)).toEqual([
      ...['all 0', 'ungrouped 1', 'web 1', 'app 2', 'db 1', 'zoo 1'],
    ]);
  });
});

describe('a host', () => {
  it('has the port of the place where it is named first', () => {
    const { hosts } = inventoryOf(
      'a: {hosts: {"h1:1": }}\nb: {hosts: {"h1:2": , h2: }}\n',
      'c: {hosts: {"h2:3": }}\n',
    );
    expect(hosts.get('h1')?.variables.get('ansible_port')?.value.text()).toBe('1');
    expect(hosts.get('h2')?.variables.size).toBe(0);
  });

  it('that is called like a group leaves its variables to the group', () => {
    const { groups, hosts } = inventoryOf('web: {hosts: {web: {a: 1}, h1: }}\n');
    expect(hosts.get('web')?.variables.size).toBe(0);
    expect([...(groups.get('web')?.variables.keys() ?? [])]).toEqual(['a']);
  });
});

describe('ansible_group_priority', () => {
  it.each([
    ['5', 5n],
    ['"-5"', -5n],
    ['0x10', 16n],
    ['2.9', 2n],
    ['true', 1n],
    ['" 1_0 "', 10n],
  ])('%s is what int() makes of it', (text, priority) => {
    const web = inventoryOf(`web: {vars: {ansible_group_priority: ${text}}}\n`).groups.get('web');
    expect(web?.priority).toBe(priority);
    expect(web?.variables.size).toBe(0);
  });

  it.each(['high', '""', '~', '[1]', '.inf', '"1.5"'])('%s is refused', (text) => {
    expect(() => inventoryOf(`web: {vars: {ansible_group_priority: ${text}}}\n`)).toThrow(
      'web.vars.ansible_group_priority: expected a whole number',
    );
  });

  it('is the variable of a host like any other', () => {
    const { hosts } = inventoryOf('web: {hosts: {h1: {ansible_group_priority: high}}}\n');
    expect(hosts.get('h1')?.variables.has('ansible_group_priority')).toBe(true);
  });
});
