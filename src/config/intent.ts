import type { Diagnostic } from '../domain/error.ts';
import type { EndpointIntent, HostIntent, Intent } from '../domain/intent.ts';
import { parseClusterName, type ClusterName, type HostName } from '../domain/names.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { defaultCluster, readCluster, type Cluster } from './konvoy/cluster.ts';
import { refuseOtherVersion } from './konvoy/inventory-version.ts';
import type { Cursor } from './text/cursor.ts';
import { readEndpoint } from './endpoint.ts';
import { controlPlaneEntries, readHosts } from './hosts.ts';
import type { Inventory } from './ansible/inventory.ts';
import { selectHosts, type Limit } from './ansible/limit.ts';
import { refuseUnknownVariables } from './own-variables.ts';
import type { Problems } from './text/problems.ts';
import { readSharedVariable } from './shared-variable.ts';
import type { SourceFile } from './text/source.ts';
import type { HostEntry, Operator } from './target.ts';

/** The user's files, as read. */
export interface ConfigSources {
  /** Undefined when a part of it could not be read, which has been said. */
  readonly inventory: Inventory | undefined;
  readonly cluster?: SourceFile;
  readonly limit?: Limit;
}

/** An intent, and which of its hosts a command may work on. */
export interface LimitedIntent extends Intent {
  /** All hosts without a limit; else those that it selects, or what is wrong with it. */
  readonly limited: Result<readonly HostName[], string>;
}

/** Makes an intent of the user's files, or says everything that is wrong with them, as far as the files can be read. */
export function readIntent(
  sources: ConfigSources,
  operator: Operator,
  problems: Problems,
): Result<LimitedIntent, readonly Diagnostic[]> {
  const cluster = sources.cluster === undefined ? defaultCluster() : readCluster(sources.cluster, problems);
  const { inventory } = sources;
  if (inventory === undefined) return err(problems.list());
  refuseUnknownVariables(inventory, problems);
  refuseOtherVersion(inventory);
  const entries = controlPlaneEntries(inventory, problems);
  const hosts = readHosts(entries, { inventory, operator }, problems);
  const endpoint = cluster && readEndpoint(cluster, { inventory, entries }, problems);
  const name = cluster && readClusterName(cluster, inventory, entries);
  if (problems.hasErrors || endpoint === undefined || name === undefined) return err(problems.list());
  const names = hosts.map((host) => host.name);
  return ok({
    cluster: name,
    endpoint,
    hosts: withInterface(hosts, endpoint),
    warnings: problems.list(),
    limited: selectHosts(inventory, sources.limit, names),
  });
}

function readClusterName(
  { name }: Cluster,
  inventory: Inventory,
  entries: readonly HostEntry[],
): ClusterName | undefined {
  const own = readSharedVariable('konvoy_ha_cluster', parseClusterName, { inventory, entries });
  switch (own.state) {
    case 'set':
      return own.value;
    case 'wrong':
      return undefined;
    case 'unset':
      return name === undefined ? defaultName() : readKonvoyName(name);
    default:
      return own satisfies never;
  }
}

function readKonvoyName(cursor: Cursor): ClusterName | undefined {
  const text = cursor.text();
  if (text === undefined) return undefined;
  const name = parseClusterName(text);
  if (name.ok) return name.value;
  cursor.fail(name.error, 'or name the cluster with konvoy_ha_cluster under all.vars of the inventory');
  return undefined;
}

/** cluster.yaml's interface holds on every host that has none of its own. */
function withInterface(hosts: readonly HostIntent[], endpoint: EndpointIntent): readonly HostIntent[] {
  const shared = endpoint.kind === 'keepalived' ? endpoint.settings.interface : undefined;
  return shared === undefined ? hosts : hosts.map((host) => ({ interface: shared, ...host }));
}

function defaultName(): ClusterName {
  const name = parseClusterName('kubernetes');
  if (!name.ok) throw new Error(name.error);
  return name.value;
}
