import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/domain/intent.ts';
import { loadIntent } from '../../../src/config/load.ts';
import { konvoyHa } from '../../support/cli.ts';
import { formatDiagnostic, machine } from './read.ts';

const root = resolve(import.meta.dirname, '../../..');
const folders = readdirSync(join(root, 'inventories'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

async function load(name: string): Promise<Intent> {
  const paths = { inventory: [`inventories/${name}/inventory.yaml`] };
  const result = await loadIntent(paths, { ...machine, cwd: root });
  if (!result.ok) throw new Error(result.error.map(formatDiagnostic).join('\n'));
  return result.value;
}

function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** What the main values of each example are; a folder without a row fails. */
const EXAMPLES: Readonly<
  Record<string, { readonly endpoint: object; readonly addresses: readonly string[] }>
> = {
  'three-hosts': {
    endpoint: { kind: 'keepalived', vip: '192.0.2.10', port: 6443, settings: { profile: 'balanced' } },
    addresses: ['192.0.2.11', '192.0.2.12', '192.0.2.13'],
  },
  'mixed-interfaces': {
    endpoint: { kind: 'keepalived', vip: '198.51.100.10' },
    addresses: ['cp1.example.net', 'cp2.example.net', 'cp3.example.net'],
  },
  bastion: {
    endpoint: { kind: 'keepalived', vip: '198.51.100.100' },
    addresses: ['198.51.100.11', '198.51.100.12', '198.51.100.13'],
  },
  'other-subnet': {
    endpoint: { kind: 'keepalived', vip: '198.51.100.10' },
    addresses: ['192.0.2.11', '192.0.2.12', '192.0.2.13'],
  },
  'dual-stack': {
    endpoint: { kind: 'keepalived', vip: '192.0.2.10', settings: { additionalVips: ['2001:db8::10'] } },
    addresses: ['192.0.2.11', '192.0.2.12', '192.0.2.13'],
  },
  ipv6: {
    endpoint: { kind: 'keepalived', vip: '2001:db8::10', port: 6443 },
    addresses: ['2001:db8::11', '2001:db8::12', '2001:db8::13'],
  },
  haproxy: {
    endpoint: {
      kind: 'keepalived',
      vip: '192.0.2.10',
      port: 6443,
      settings: {
        loadBalancer: 'haproxy',
        advertIntervalMs: 250,
        healthCheck: { path: '/readyz', fall: 3, rise: 2 },
      },
    },
    addresses: ['192.0.2.11', '192.0.2.12', '192.0.2.13'],
  },
  ipvs: {
    endpoint: {
      kind: 'keepalived',
      vip: '192.0.2.10',
      settings: { loadBalancer: 'ipvs', vrid: 10, preempt: true },
    },
    addresses: ['192.0.2.11', '192.0.2.12', '192.0.2.13'],
  },
  konvoy: {
    endpoint: {
      kind: 'keepalived',
      because: 'cluster.yaml has spec.kubernetes.controlPlane.keepalived',
      vip: '10.0.50.20',
      port: 6443,
      settings: { interface: 'ens20f0', vrid: 51 },
    },
    addresses: ['10.0.50.232', '10.0.50.233', '10.0.50.234'],
  },
  external: {
    endpoint: {
      kind: 'external',
      because: 'cluster.yaml has no spec.kubernetes.controlPlane.keepalived',
      host: '1.2.3.4',
      port: 6443,
    },
    addresses: ['10.0.50.232', '10.0.50.233', '10.0.50.234'],
  },
  aws: {
    endpoint: {
      kind: 'cloud',
      because: 'the ClusterProvisioner is for aws',
      provider: 'aws',
      elb: { internal: false, subnetIds: [], apiServerPort: 6443, securityGroupIds: [] },
      address: { host: 'lb-1234.us-west-2.elb.example.net', port: 6443 },
    },
    addresses: ['192.0.2.11', '192.0.2.12', '192.0.2.13'],
  },
};

describe('the examples that come with konvoy-ha', () => {
  it.each(folders)('%s loads without a word and means what it says', async (name) => {
    const intent = await load(name);
    expect(intent.warnings).toEqual([]);
    expect(intent.endpoint).toMatchObject(EXAMPLES[name]?.endpoint ?? { kind: 'no row in the table' });
    expect(intent.hosts.map((host) => host.target.address)).toEqual(EXAMPLES[name]?.addresses);
  });

  it.each(folders)('%s tells editors its schemas, and readers what it shows', (name) => {
    const modeline = (schema: string): string =>
      `# yaml-language-server: $schema=../../schema/${schema}.schema.json\n`;
    const inventory = textOf(`inventories/${name}/inventory.yaml`);
    expect(inventory.startsWith(`${modeline('inventory')}# `)).toBe(true);
    expect(textOf('inventories/README.md')).toContain(`[${name}](${name})`);
    const cluster = `inventories/${name}/cluster.yaml`;
    if (existsSync(join(root, cluster))) expect(textOf(cluster).startsWith(modeline('cluster'))).toBe(true);
  });

  it.each([
    ['konvoy', 'keepalived'],
    ['external', 'external'],
    ['aws', 'aws'],
  ])('%s has the example of Konvoy’s documentation word for word', (name, page) => {
    const [, ...lines] = textOf(`inventories/${name}/cluster.yaml`).split('\n');
    expect(lines.join('\n')).toBe(textOf(`test/fixtures/konvoy/page/${page}.yaml`));
  });

  it('mixed-interfaces: each host has its own', async () => {
    const { hosts } = await load('mixed-interfaces');
    expect(hosts.map((host) => [host.interface, host.priority])).toEqual([
      ['ens192', 250],
      ['bond0.40', 240],
      ['eth1', 100],
    ]);
  });

  it('bastion: paths start where the inventory stands', async () => {
    const paths = { inventory: ['../bastion/inventory.yaml'] };
    const result = await loadIntent(paths, { ...machine, cwd: join(root, 'inventories/konvoy') });
    const target = result.ok ? result.value.hosts[0]?.target : undefined;
    expect(target?.knownHostsFiles).toEqual([join(root, 'inventories/bastion/known_hosts')]);
    expect(target?.jump).toMatchObject({ address: '203.0.113.50', port: 2222, user: 'jump' });
  });
});

describe('what an example asks for and is not built yet', () => {
  it.each([
    [
      'external',
      [
        "somebody else's load balancer at 1.2.3.4:6443: cluster.yaml has no spec.kubernetes.controlPlane.keepalived; that is not supported yet",
      ],
    ],
    [
      'aws',
      [
        'the load balancer of aws for lb-1234.us-west-2.elb.example.net:6443: the ClusterProvisioner is for aws; that is not supported yet',
      ],
    ],
  ])('%s: every command says so by name before it touches a host', async (name, words) => {
    for (const command of ['check', 'plan', 'apply']) {
      const { code, stderr } = await konvoyHa([
        command,
        '-i',
        join(root, 'inventories', name, 'inventory.yaml'),
      ]);
      expect(code).toBe(10);
      for (const word of words) expect(stderr).toContain(word);
    }
  });
});
