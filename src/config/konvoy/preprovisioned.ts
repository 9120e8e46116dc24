import type { InventoryDraft } from '../ansible/inventory-draft.ts';
import { Cursor, type Field } from '../text/cursor.ts';
import type { Problems } from '../text/problems.ts';
import type { SourceFile } from '../text/source.ts';
import { parseYaml } from '../text/yaml.ts';
import { ANYTHING, keys, listOf, map, refuseUnknownFields } from './fields.ts';

/** True for what DKP 2 keeps instead of an inventory: Kubernetes objects, one per pool of machines. */
export function isPreprovisioned(text: string): boolean {
  return /(?:^|[{,])\s*["']?kind["']?\s*:\s*["']?PreprovisionedInventory\b/m.test(text);
}

/**
 * Reads DKP's PreprovisionedInventory objects: the pool named `…-control-plane` becomes the group of that name, every other
 * one a part of the group `node`. False when the file is no YAML.
 */
export function readPreprovisioned(source: SourceFile, draft: InventoryDraft, problems: Problems): boolean {
  const documents = parseYaml(source, problems);
  if (documents === undefined) return false;
  for (const document of documents) readPool(new Cursor(document, '', problems), draft);
  return true;
}

function readPool(document: Cursor, draft: InventoryDraft): void {
  const kind = document.at('kind');
  if (kind?.node.kind !== 'scalar' || kind.node.text !== 'PreprovisionedInventory') {
    (kind ?? document).fail(
      'expected kind: PreprovisionedInventory',
      'keep other objects in files of their own',
    );
    return;
  }
  refuseUnknownFields(document, POOL);
  const version = document.at('apiVersion')?.text();
  if (version !== API_VERSION) document.at('apiVersion')?.fail(`expected ${API_VERSION}`);
  const name = document.at('metadata', 'name');
  const text = name?.text() ?? '';
  if (name === undefined || text === '') {
    document.fail(
      'metadata.name is missing',
      'the pool named CLUSTER-control-plane has the control-plane hosts',
    );
    return;
  }
  const group = /(^|-)control-plane$/.test(text) ? 'control-plane' : 'node';
  draft.addGroup(group, name.place);
  readMachines(document, group, draft);
  const cluster = document.at('metadata', 'labels', 'cluster.x-k8s.io/cluster-name');
  if (cluster !== undefined) draft.setGroupVariable(group, renamed('konvoy_ha_cluster', cluster));
}

function readMachines(document: Cursor, group: string, draft: InventoryDraft): void {
  const ssh = document.at('spec', 'sshConfig');
  const port = ssh?.at('port');
  const user = ssh?.at('user');
  const shared = [
    ...(port === undefined ? [] : [renamed('ansible_port', port)]),
    ...(user === undefined ? [] : [renamed('ansible_user', user)]),
  ];
  const hosts = document.at('spec', 'hosts');
  for (const host of hosts === undefined ? [] : hosts.items()) {
    const address = host.at('address');
    if (address === undefined) host.fail('"address" is missing');
    const name = address?.text();
    if (address === undefined || name === undefined) continue;
    draft.addHost(group, name, address.place);
    for (const variable of shared) draft.setHostVariable(name, variable);
  }
  const secret = ssh?.at('privateKeyRef', 'name');
  if (secret === undefined || secret.isBlank) return;
  secret.warnAt(
    '',
    'the key is in a Secret of the cluster that DKP runs on, where konvoy-ha does not look',
    "log in with your agent's or your default keys, or with --private-key FILE",
  );
}

function renamed(key: string, value: Cursor): Field {
  return { key, keyPlace: value.place, value };
}

const POOL = map({
  kind: ANYTHING,
  apiVersion: ANYTHING,
  metadata: ANYTHING,
  spec: map({
    hosts: listOf(keys('address')),
    sshConfig: map({ port: ANYTHING, user: ANYTHING, privateKeyRef: keys('name', 'namespace') }),
  }),
  status: ANYTHING,
});

const API_VERSION = 'infrastructure.cluster.konvoy.d2iq.io/v1alpha1';
