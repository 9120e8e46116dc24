import { setTimeout as sleep } from 'node:timers/promises';
import { must, run } from './command.ts';
import type { LabContext } from './context.ts';
import { removeImages } from './image.ts';
import { labLabel, roleLabel, stateLabel } from './labels.ts';
import { removeStateDirectory } from './state-directory.ts';

/** Which labs to take down: one by name, or every lab on this machine. */
export type LabChoice = { readonly name: string } | 'all';

/** Names of what was removed. */
export interface LabRemoval {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly stateDirectories: readonly string[];
  readonly images: readonly string[];
}

/**
 * Removes what carries the label of the chosen labs, whoever made it and however that ended.
 * Images stay, because they are slow to make and belong to no lab, unless `purge` is set.
 */
export async function takeDown(
  context: LabContext,
  choice: LabChoice,
  { purge }: { readonly purge: boolean },
): Promise<LabRemoval> {
  const labelled = ['--filter', choice === 'all' ? `label=${labLabel}` : `label=${labLabel}=${choice.name}`];
  await removePartitions(context, labelled);
  const containers = await lines(context, ['docker', 'ps', '--all', ...labelled, '--format', '{{.Names}}']);
  // Killed, not shut down: nobody will miss them.
  if (containers.length > 0) await must(context, ['docker', 'rm', '--force', '--volumes', ...containers]);
  const networks = await lines(context, ['docker', 'network', 'ls', ...labelled, '--format', '{{.Name}}']);
  const states = await statesOf(context, networks);
  for (const network of networks) await removeNetwork(context, network);
  const stateDirectories: string[] = [];
  for (const { lab, directory } of states) {
    if (await removeStateDirectory(lab, directory)) stateDirectories.push(directory);
  }
  return {
    containers,
    networks,
    stateDirectories,
    images: purge ? await removeImages(context) : [],
  };
}

/** The engine may say that many containers are gone before it has taken all of them off their network. */
async function removeNetwork(context: LabContext, network: string): Promise<void> {
  const argv = ['docker', 'network', 'rm', network];
  for (let waitedMs = 0; waitedMs < endpointsGoneMs; waitedMs += pollMs) {
    const removed = await run(context, argv);
    if (removed.exitCode === 0) return;
    if (!/active endpoints/.test(removed.stderr)) break;
    await sleep(pollMs);
  }
  await must(context, argv);
}

// Stopped before they are removed: they take their rules off this machine's bridges as they go.
async function removePartitions(context: LabContext, labelled: readonly string[]): Promise<void> {
  const partitions = [...labelled, '--filter', `label=${roleLabel}=partition`];
  const walls = await lines(context, ['docker', 'ps', ...partitions, '--format', '{{.Names}}']);
  if (walls.length > 0) await run(context, ['docker', 'stop', '-t', '10', ...walls]);
}

interface LabState {
  readonly lab: string;
  readonly directory: string;
}

async function statesOf(context: LabContext, networks: readonly string[]): Promise<readonly LabState[]> {
  if (networks.length === 0) return [];
  const format = `{{index .Labels "${labLabel}"}}\t{{index .Labels "${stateLabel}"}}`;
  const rows = await lines(context, ['docker', 'network', 'inspect', '--format', format, ...networks]);
  return rows.map((row) => {
    const [lab = '', directory = ''] = row.split('\t');
    return { lab, directory };
  });
}

async function lines(context: LabContext, argv: readonly string[]): Promise<readonly string[]> {
  return (await must(context, argv)).split('\n').filter((line) => line !== '');
}

const endpointsGoneMs = 15_000;
const pollMs = 200;
