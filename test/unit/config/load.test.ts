import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadIntent } from '../../../src/config/load.ts';
import { formatDiagnostic, inventoryWith, machine } from './read.ts';

describe('the files that are read', () => {
  let cwd: string;
  const cluster = `kind: ClusterConfiguration
apiVersion: konvoy.mesosphere.io/v1beta2
metadata: {name: found}
spec: {kubernetes: {controlPlane: {keepalived: {}}}}
`;

  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'konvoy-ha-config-'));
    await writeFile(join(cwd, 'inventory.yaml'), inventoryWith({}));
  });

  afterEach(async () => {
    await rm(cwd, { recursive: true });
  });

  async function load(inventory: readonly string[], named?: string): Promise<unknown> {
    const paths = { inventory, ...(named === undefined ? {} : { cluster: named }) };
    const result = await loadIntent(paths, { ...machine, cwd });
    return result.ok ? result.value.cluster : result.error.map(formatDiagnostic);
  }

  it('are the inventory and the cluster.yaml beside it, if it is there', async () => {
    expect(await load(['inventory.yaml'])).toBe('kubernetes');
    await writeFile(join(cwd, 'cluster.yaml'), cluster);
    expect(await load(['inventory.yaml'])).toBe('found');
    expect(await load([join(cwd, 'inventory.yaml')])).toBe('found');
  });

  it('are the cluster.yaml that is named instead', async () => {
    await writeFile(join(cwd, 'cluster.yaml'), 'never read');
    await writeFile(join(cwd, 'other.yaml'), cluster.replace('found', 'other'));
    expect(await load(['inventory.yaml'], 'other.yaml')).toBe('other');
    expect(await load(['inventory.yaml'], 'missing.yaml')).toEqual([
      'error: cannot read missing.yaml: no such file',
    ]);
  });

  it('are all inventories that are named, the later ones beating the earlier ones', async () => {
    await writeFile(join(cwd, 'more.yaml'), 'all: {vars: {konvoy_ha_cluster: more}}\n');
    expect(await load(['inventory.yaml', 'more.yaml'])).toBe('more');
  });

  it('are named when they cannot be read, all of them', async () => {
    await mkdir(join(cwd, 'folder'));
    await writeFile(join(cwd, 'latin1.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xe9]));
    await writeFile(join(cwd, 'huge.yaml'), Buffer.alloc(17 * 2 ** 20, '#'));
    expect(await load(['missing.yaml', 'folder', 'latin1.yaml', 'huge.yaml'], 'nope.yaml')).toEqual([
      'error: cannot read missing.yaml: no such file; konvoy-ha init writes an inventory to start from',
      'error: there is no inventory in folder; as in Ansible, hidden files and names that end in .ini, .cfg, .txt, .md, … are passed over in a folder',
      'error: cannot read latin1.yaml: not UTF-8 text',
      'error: cannot read huge.yaml: larger than 16 MiB',
      'error: cannot read nope.yaml: no such file',
    ]);
  });

  it('may begin with a byte order mark', async () => {
    await writeFile(join(cwd, 'marked.yaml'), `\uFEFF${inventoryWith({})}`);
    expect(await load(['marked.yaml'])).toBe('kubernetes');
  });

  it('are shown by the names the user gave them', async () => {
    await mkdir(join(cwd, 'sub'));
    await writeFile(join(cwd, 'sub/inventory.yaml'), inventoryWith({ host: ['ansible_port: x'] }));
    await writeFile(join(cwd, 'sub/cluster.yaml'), 'kind: x\n');
    expect(await load(['sub/inventory.yaml'])).toEqual([
      expect.stringMatching(/^sub\/cluster\.yaml:1:1 /),
      expect.stringMatching(/^sub\/cluster\.yaml:1:7 /),
      expect.stringMatching(/^sub\/inventory\.yaml:8:21 /),
    ]);
  });
});
