import { CLUSTER_CONFIGURATION } from './cluster-fields.ts';
import { Cursor } from '../text/cursor.ts';
import { chooseEndpoint, onPremises, type EndpointChoice } from './endpoint-choice.ts';
import { map, refuseUnknownFields, type FieldTable } from './fields.ts';
import { CLUSTER_PROVISIONER } from './provisioner-fields.ts';
import type { Problems } from '../text/problems.ts';
import { beginningOf, type SourceFile } from '../text/source.ts';
import { didYouMean } from '../text/suggest.ts';
import { parseYaml } from '../text/yaml.ts';

/** What cluster.yaml decides; values that the inventory may overrule are kept where they stand. */
export interface Cluster {
  readonly choice: EndpointChoice;
  /** A non-empty `metadata.name`. */
  readonly name?: Cursor;
  /** A non-empty `controlPlaneEndpointOverride`. */
  readonly endpoint?: Cursor;
  /** The non-empty ones of `podSubnet` and `serviceSubnet`. */
  readonly subnets: readonly Cursor[];
}

/** The cluster that has no cluster.yaml. */
export function defaultCluster(): Cluster {
  return { choice: onPremises('on-premises default: no cluster.yaml'), subnets: [] };
}

/**
 * Reads Konvoy's cluster.yaml: a ClusterConfiguration, a ClusterProvisioner, or both. Undefined when a part of it cannot
 * be told, so that nobody concludes anything from what is not in the rest.
 */
export function readCluster(source: SourceFile, problems: Problems): Cluster | undefined {
  const trees = parseYaml(source, problems);
  if (trees === undefined) return undefined;
  if (trees.length === 0)
    problems.error('the file is empty', beginningOf(source), 'remove it to use the defaults');
  const documents = new Map<string, Cursor>();
  const understood = trees.map((tree) => readDocument(new Cursor(tree, '', problems), documents));
  const configuration = documents.get('ClusterConfiguration');
  const provisioner = documents.get('ClusterProvisioner');
  const choice = chooseEndpoint(configuration, provisioner);
  if (understood.includes(false)) return undefined;
  const name =
    nonBlank(configuration?.at('metadata', 'name')) ?? nonBlank(provisioner?.at('metadata', 'name'));
  const kubernetes = configuration?.at('spec', 'kubernetes');
  const endpoint = nonBlank(kubernetes?.at('controlPlane', 'controlPlaneEndpointOverride'));
  checkErrorsToIgnore(kubernetes?.at('preflightChecks', 'errorsToIgnore'));
  return {
    choice,
    ...(name === undefined ? {} : { name }),
    ...(endpoint === undefined ? {} : { endpoint }),
    subnets: ['podSubnet', 'serviceSubnet'].flatMap(
      (key) => nonBlank(kubernetes?.at('networking', key)) ?? [],
    ),
  };
}

function readDocument(document: Cursor, documents: Map<string, Cursor>): boolean {
  const kind = readWord(document, 'kind', [...KINDS.keys()]);
  readWord(document, 'apiVersion', API_VERSIONS);
  const table = KINDS.get(kind ?? '');
  if (kind === undefined || table === undefined) return false;
  refuseUnknownFields(document, map(table));
  if (documents.has(kind)) {
    document.at('kind')?.fail(`there is another ${kind} above`, 'a cluster has one of each kind');
    return true;
  }
  documents.set(kind, document);
  return true;
}

/** One of the known words for a key that every document has. */
function readWord(document: Cursor, key: string, known: readonly string[]): string | undefined {
  if (document.node.kind !== 'map') {
    document.fail('expected a map that begins with "kind: ClusterConfiguration"');
    return undefined;
  }
  const cursor = document.at(key);
  if (cursor === undefined || cursor.isBlank) {
    document.fail(`${JSON.stringify(key)} is missing`, `write one of: ${known.join(', ')}`);
    return undefined;
  }
  const word = cursor.text();
  if (word === undefined || known.includes(word)) return word;
  const meant = didYouMean(word, known);
  cursor.fail(
    `${JSON.stringify(word)} is not known`,
    ...(meant.length > 0 ? meant : [`known: ${known.join(', ')}`]),
  );
  return undefined;
}

/** Names of Konvoy's own preflight checks: a text with commas in v1alpha1, a list later. None of them is ours to skip. */
function checkErrorsToIgnore(errors: Cursor | undefined): void {
  if (errors?.node.kind !== 'list') errors?.text();
  else for (const item of errors.items()) item.text();
}

function nonBlank(cursor: Cursor | undefined): Cursor | undefined {
  return cursor?.isBlank === false ? cursor : undefined;
}

/** The kinds of document in a cluster.yaml. */
export const KINDS: ReadonlyMap<string, FieldTable> = new Map([
  ['ClusterConfiguration', CLUSTER_CONFIGURATION],
  ['ClusterProvisioner', CLUSTER_PROVISIONER],
]);

export const API_VERSIONS: readonly string[] = ['v1beta2', 'v1beta1', 'v1alpha1'].map(
  (version) => `konvoy.mesosphere.io/${version}`,
);
