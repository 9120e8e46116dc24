import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { clusterSchema } from '../../../../src/config/schema/cluster-schema.ts';
import { inventorySchema } from '../../../../src/config/schema/inventory-schema.ts';
import { konvoyHa } from '../../../support/cli.ts';

const root = resolve(import.meta.dirname, '../../../..');
const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
const validate = { inventory: ajv.compile(inventorySchema()), cluster: ajv.compile(clusterSchema()) };

/** As an editor reads it, and as YAML 1.1 has it. */
const VERSIONS = ['1.2', '1.1'] as const;

function documentsIn(text: string, version: (typeof VERSIONS)[number]): readonly unknown[] {
  return parseAllDocuments(text, { version, merge: true })
    .map((document) => document.toJS() as unknown)
    .filter((document) => document !== null);
}

function complaints(validator: ValidateFunction, text: string): readonly string[] {
  return VERSIONS.flatMap((version) => documentsIn(text, version)).flatMap((document) =>
    validator(document) ? [] : (validator.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`),
  );
}

function filesIn(folder: string, name: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(`/${name}`))
    .map((path) => join(folder, path));
}

function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

describe('the schemas that are shipped', () => {
  it.each(['inventory', 'cluster'])('%s is the one that the program prints', async (name) => {
    const { code, stdout, stderr } = await konvoyHa(['schema', name]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await expect(stdout).toMatchFileSnapshot(join(root, 'schema', `${name}.schema.json`));
  });

  it('are listed by name', async () => {
    const { code, stdout } = await konvoyHa(['schema']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^inventory .*\ncluster /);
  });

  it('are two, and no others', async () => {
    const { code, stderr } = await konvoyHa(['schema', 'hosts']);
    expect(code).toBe(10);
    expect(stderr).toContain('inventory, cluster');
  });
});

describe('right files are right', () => {
  const examples = filesIn('inventories', 'inventory.yaml');
  const fixtures = filesIn('test/fixtures/konvoy', 'inventory.yaml').filter(
    // One has placeholders where values have to be, the other is of another kind.
    (path) => !/skeleton|preprovisioned/.test(path),
  );

  it.each([...examples, ...fixtures])('%s', (path) => {
    expect(complaints(validate.inventory, textOf(path))).toEqual([]);
  });

  it.each([...filesIn('inventories', 'cluster.yaml'), ...filesIn('test/fixtures/konvoy', 'cluster.yaml')])(
    '%s',
    (path) => {
      expect(complaints(validate.cluster, textOf(path))).toEqual([]);
    },
  );

  it.each([
    'all: {vars: {anything: [1, {a: b}], control_plane_endpoint: "{{ vip }}:6443", keepalived_vrid: "{{ vrid }}"}}',
    'all: {children: {control_plane: {hosts: cp1}}}',
    'control-plane: {hosts: {cp1: , cp2: {keepalived_priority: "250"}}}\nbastion:\nnode: {vars: }',
  ])('%s', (text) => {
    expect(complaints(validate.inventory, text)).toEqual([]);
  });
});

describe('damaged files are not', () => {
  it.each([
    ['control-plane: {host: {cp1: }}', '/control-plane must NOT have additional properties'],
    ['control-plane: [cp1]', '/control-plane must be object,null'],
    ['- cp1', ' must be object'],
    ['all: {vars: {keepalived_vird: 51}}', '/all/vars property name must be valid'],
    ['all: {vars: {konvoy_ha_name: x}}', '/all/vars property name must be valid'],
    ['all: {vars: {keepalived_vrid: 256}}', '/all/vars/keepalived_vrid must be <= 255'],
    ['all: {vars: {control_plane_endpoint: 192.0.2.10}}', '/all/vars/control_plane_endpoint must match pattern'],
    ['control-plane: {hosts: {cp1: {keepalived_interface: "eth0 {"}}}', '/cp1/keepalived_interface must match pattern'],
    ['all: {vars: {keepalived_mode: Unicast}}', '/all/vars/keepalived_mode must be equal to one of'],
    ['all: {children: {a: {vars: {ansible_port: 65536}}}}', '/a/vars/ansible_port must be <= 65535'],
  ])('inventory: %s', (text, complaint) => {
    expect(complaints(validate.inventory, text)).toContainEqual(expect.stringContaining(complaint));
  });

  const head = 'kind: ClusterConfiguration\napiVersion: konvoy.mesosphere.io/v1beta2\n';
  const controlPlane = (text: string): string => `${head}spec: {kubernetes: {controlPlane: ${text}}}`;

  it.each([
    ['kind: ClusterConfiguration', "must have required property 'apiVersion'"],
    [head.replace('v1beta2', 'v2'), '/apiVersion must be equal to one of'],
    [head.replace('Configuration', 'Config'), '/kind must be equal to one of'],
    [`${head}status: {}`, ' must NOT have additional properties'],
    [controlPlane('{keepalive: {}}'), '/spec/kubernetes/controlPlane must NOT have additional properties'],
    [controlPlane('{keepalived: {vird: 1}}'), '/keepalived must NOT have additional properties'],
    [controlPlane('{keepalived: {vrid: 0}}'), '/keepalived/vrid must be >= 1'],
    [controlPlane('{keepalived: {advertIntervalMs: 15}}'), '/advertIntervalMs must be multiple of 10'],
    [controlPlane('{keepalived: []}'), '/keepalived must be object,null'],
    [controlPlane('{controlPlaneEndpointOverride: 10.0.50.20}'), '/controlPlaneEndpointOverride must match pattern'],
    [`${head}spec: {nodePools: [{nmae: worker}]}`, '/spec/nodePools/0 must NOT have additional properties'],
    [
      'kind: ClusterProvisioner\napiVersion: konvoy.mesosphere.io/v1beta2\nspec: {aws: {elb: {apiServerPort: 0}}}',
      '/spec/aws/elb/apiServerPort must be >= 1',
    ],
    [
      'kind: ClusterProvisioner\napiVersion: konvoy.mesosphere.io/v1beta2\nspec: {provider: awz}',
      '/spec/provider must be equal to one of',
    ],
  ])('cluster.yaml: %s', (text, complaint) => {
    expect(complaints(validate.cluster, text)).toContainEqual(expect.stringContaining(complaint));
  });
});
