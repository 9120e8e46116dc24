import { describe, expect, it } from 'vitest';
import { complaintsAbout, intentOf, inventoryWith } from '../read.ts';

describe('the version of a Konvoy inventory', () => {
  it.each(['v1beta1', '"v1beta1"', '""', '', '~', '1.28', 'stable', 'v2', '[1, 2]'])(
    'may be %j',
    (version) => {
      expect(complaintsAbout(inventoryWith({ all: [`version: ${version}`] }))).toEqual([]);
    },
  );

  it.each(['v1beta2', 'v1alpha1'])(
    'cannot be %s, which may mean something else by the same words',
    (version) => {
      expect(complaintsAbout(inventoryWith({ all: [`version: ${version}`] }))).toEqual([
        `inventory.yaml:4:14 [${version}] error: all.vars.version: "${version}" is not a version of Konvoy's inventory that we know; known: v1beta1`,
      ]);
    },
  );
});

describe('a bastion as before Konvoy 1.1.0', () => {
  it.each([
    ['bastion_hosts: [192.0.2.50]', { host: '192.0.2.50', port: 22, user: 'ops' }],
    ['bastion_hosts: gate.example.net', { host: 'gate.example.net', port: 22, user: 'ops' }],
  ])('%s', (line, jump) => {
    expect(intentOf(inventoryWith({ all: [line] })).hosts[0]?.target.jump).toMatchObject(jump);
  });

  it.each(['bastion_hosts: []', 'bastion_hosts: ""', 'bastion_hosts:', 'bastion_user: x'])(
    '%j is none',
    (line) => {
      expect(intentOf(inventoryWith({ all: [line] })).hosts[0]?.target).not.toHaveProperty('jump');
    },
  );

  it('takes what it does not say from all, as a group would', () => {
    const all = ['ansible_port: 2222', 'ansible_user: konvoy', 'bastion_hosts: [192.0.2.50]'];
    expect(intentOf(inventoryWith({ all })).hosts[0]?.target.jump).toMatchObject({
      port: 2222,
      user: 'konvoy',
    });
  });

  it('gives way to the group', () => {
    const inventory = `${inventoryWith({ all: ['bastion_hosts: [192.0.2.50]'] })}bastion: {hosts: {192.0.2.60: }}\n`;
    expect(intentOf(inventory).hosts[0]?.target.jump?.host).toBe('192.0.2.60');
  });

  it.each([
    ['bastion_hosts: ["a b"]', '4:21 ["a b"] error: expected a host name or an address, got "a b"'],
    [
      'bastion_hosts: [192.0.2.50]\n    bastion_port: x',
      '5:19 [x] error: all.vars.bastion_port: expected a port',
    ],
    ['bastion_hosts: {a: b}', '4:20 [{a: b}] error: all.vars.bastion_hosts: expected a list'],
    ['bastion_hosts: [[a]]', '4:21 [[a]] error: all.vars.bastion_hosts[0]: expected a single value'],
  ])('%j is refused', (lines, complaint) => {
    expect(complaintsAbout(inventoryWith({ all: [lines] }))).toContainEqual(
      expect.stringContaining(`inventory.yaml:${complaint}`),
    );
  });
});
