import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { addressPlan, hostPlans } from '../../../src/lab/addresses.ts';
import { inventoryText, knownHostsText, statePaths } from '../../../src/lab/state-files.ts';

const plan = addressPlan(0);
const machines = hostPlans(0, { hosts: 2, strangers: 1 });

test('the inventory is in the form of konvoy and leaves strangers out', () => {
  const text = inventoryText(plan, machines, statePaths('/srv/lab'));
  expect(parse(text)).toEqual({
    'control-plane': { hosts: { cp1: { ansible_host: '10.77.0.11' }, cp2: { ansible_host: '10.77.0.12' } } },
    node: { hosts: {} },
    all: {
      vars: {
        ansible_user: 'operator',
        ansible_port: 22,
        ansible_ssh_private_key_file: '/srv/lab/id_ed25519',
        ansible_ssh_common_args: '-o UserKnownHostsFile=/srv/lab/known_hosts',
        control_plane_endpoint: '10.77.0.100:6443',
      },
    },
  });
});

test.each([
  ['/srv/my lab', "-o UserKnownHostsFile='/srv/my lab/known_hosts'"],
  ["/srv/o'neil", `-o UserKnownHostsFile='/srv/o'\\''neil/known_hosts'`],
  ['/srv/la"b', `-o UserKnownHostsFile='/srv/la"b/known_hosts'`],
])('a state directory called %s is one word to ssh', (directory, expected) => {
  const inventory: unknown = parse(inventoryText(plan, machines, statePaths(directory)));
  expect(inventory).toHaveProperty('all.vars.ansible_ssh_common_args', expected);
});

test('known_hosts has every key of a host under both its addresses and no comment', () => {
  const [first, second] = machines;
  if (first === undefined || second === undefined) throw new Error('two hosts were planned');
  const text = knownHostsText([
    { plan: first, publicKeys: 'ssh-ed25519 AAAA1 root@cp1\nssh-rsa AAAA2 root@cp1\n' },
    { plan: second, publicKeys: 'ssh-ed25519 AAAA3\n' },
  ]);
  expect(text.split('\n')).toEqual([
    '10.77.0.11,fd77::11 ssh-ed25519 AAAA1',
    '10.77.0.11,fd77::11 ssh-rsa AAAA2',
    '10.77.0.12,fd77::12 ssh-ed25519 AAAA3',
    '',
  ]);
});
