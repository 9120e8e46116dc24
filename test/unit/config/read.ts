import type { Diagnostic } from '../../../src/domain/error.ts';
import type { Intent } from '../../../src/domain/intent.ts';
import { err, type Result } from '../../../src/domain/result.ts';
import { readIntent } from '../../../src/config/intent.ts';
import type { LoadContext } from '../../../src/config/load.ts';
import { Vault } from '../../../src/config/ansible/vault.ts';
import { InventoryDraft } from '../../../src/config/ansible/inventory-draft.ts';
import { readInventoryFile } from '../../../src/config/ansible/inventory-file.ts';
import type { Inventory } from '../../../src/config/ansible/inventory.ts';
import { Problems } from '../../../src/config/text/problems.ts';
import { sourceFile, type SourceFile } from '../../../src/config/text/source.ts';
import type { Operator } from '../../../src/config/target.ts';

export const operator: Operator = { home: '/home/ops', user: 'ops' };

/** A machine that runs no script and has no vault password. */
export const machine: Omit<LoadContext, 'cwd'> = {
  ...operator,
  runScript: async () => err('no script is run here'),
  vault: new Vault([]),
};

/** Reads files given as text, as if they stood in /cluster. */
export function read(
  inventory: string | readonly string[],
  cluster?: string,
  as: Operator = operator,
): Result<Intent, readonly Diagnostic[]> {
  const texts = typeof inventory === 'string' ? [inventory] : inventory;
  const files = texts.map((text, index) => sourceFile(inventoryName(index), '/cluster', text));
  const sources = cluster === undefined ? {} : { cluster: sourceFile('cluster.yaml', '/cluster', cluster) };
  const problems = new Problems();
  return readIntent({ inventory: readInventories(files, problems), ...sources }, as, problems);
}

/** The inventory that these files make, or undefined when one of them cannot be read. */
export function readInventories(files: readonly SourceFile[], problems: Problems): Inventory | undefined {
  const draft = new InventoryDraft();
  const readable = files.map((file) => readInventoryFile(file, draft, problems));
  const inventory = draft.finish(problems);
  return readable.includes(false) ? undefined : inventory;
}

/** The intent of files that are right. */
export function intentOf(inventory: string | readonly string[], cluster?: string): Intent {
  const result = read(inventory, cluster);
  if (!result.ok)
    throw new Error(`the files were refused:\n${result.error.map(formatDiagnostic).join('\n')}`);
  return result.value;
}

/** What is said about the files: the problems of wrong ones, the warnings of right ones. */
export function complaintsAbout(inventory: string | readonly string[], cluster?: string): readonly string[] {
  const result = read(inventory, cluster);
  return (result.ok ? result.value.warnings : result.error).map(formatDiagnostic);
}

/** `inventory.yaml:3:5 [cp1:] error: message; hint; hint`, with the underlined text in brackets. */
export function formatDiagnostic({ severity, message, span, hints }: Diagnostic): string {
  const place =
    span === undefined
      ? ''
      : `${span.file}:${span.line}:${span.column} [${span.text.slice(span.column - 1, span.column - 1 + span.length)}] `;
  return `${place}${[`${severity}: ${message}`, ...hints].join('; ')}`;
}

function inventoryName(index: number): string {
  return index === 0 ? 'inventory.yaml' : `inventory${index + 1}.yaml`;
}

/** A valid inventory of one host, with more variables for `all` and for the host. */
export function inventoryWith({
  all = [],
  host = [],
}: {
  all?: readonly string[];
  host?: readonly string[];
}): string {
  return [
    'all:',
    '  vars:',
    '    control_plane_endpoint: 192.0.2.10:6443',
    ...all.map((line) => `    ${line}`),
    'control-plane:',
    '  hosts:',
    '    cp1:',
    '      ansible_host: 192.0.2.11',
    ...host.map((line) => `      ${line}`),
    '',
  ].join('\n');
}

export interface ClusterParts {
  readonly apiVersion?: string;
  readonly controlPlane?: readonly string[];
  readonly spec?: readonly string[];
}

/** A ClusterConfiguration with these lines under `controlPlane` and under `spec`. */
export function configuration({
  apiVersion = 'v1beta2',
  controlPlane = [],
  spec = [],
}: ClusterParts): string {
  return [
    'kind: ClusterConfiguration',
    `apiVersion: konvoy.mesosphere.io/${apiVersion}`,
    'spec:',
    '  kubernetes:',
    '    controlPlane:',
    ...controlPlane.map((line) => `      ${line}`),
    ...spec.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

/** A ClusterProvisioner with these lines under `spec`. */
export function provisioner(...spec: readonly string[]): string {
  const lines = ['kind: ClusterProvisioner', 'apiVersion: konvoy.mesosphere.io/v1beta2', 'spec:'];
  return [...lines, ...spec.map((line) => `  ${line}`), ''].join('\n');
}
