import { rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { KonvoyError } from '../../domain/error.ts';
import { suites, type LabContext, type Suite } from '../../lab/context.ts';
import { stopEngine } from '../../lab/engine.ts';
import { labDown, labUp, type Lab } from '../../lab/lab.ts';
import { EXIT } from '../exit-codes.ts';
import type { CliIo } from '../io.ts';

export interface LabOptions {
  readonly name: string;
  readonly suite: string;
}

/** `lab up`: boots hosts and says how to use them. */
export async function up(io: CliIo, hosts: number, options: LabOptions): Promise<number> {
  const lab = await bootLab(io, hosts, options);
  io.stdout.write(
    [
      ...lab.hosts.map((host) => `${host.name}  ${host.address}  ${host.interfaceName}`),
      `inventory  ${lab.inventoryPath}`,
      `vip        ${lab.vip}:6443`,
      `next       konvoy-ha apply -i ${lab.inventoryPath}`,
      '',
    ].join('\n'),
  );
  return EXIT.done;
}

/** `lab down`: removes labs, whoever brought them up. */
export async function down(
  io: CliIo,
  options: { readonly name?: string; readonly purge: boolean },
): Promise<number> {
  const choice = options.name === undefined ? 'all' : { name: options.name };
  await takeDown(io, choice, options);
  if (choice === 'all') await stopEngine(labContext(io));
  return EXIT.done;
}

/** Takes labs down, and removes the folder of their state directories where no lab is left in it. */
export async function takeDown(
  io: CliIo,
  choice: Parameters<typeof labDown>[0],
  options: { readonly purge: boolean },
): Promise<void> {
  const { stateDirectories } = await labDown(choice, labContext(io), { purge: options.purge });
  for (const folder of new Set(stateDirectories.map((directory) => dirname(directory)))) {
    // rmdir(2) removes nothing that is not empty: another lab's state stays.
    if (basename(folder) === LAB_FOLDER) await rmdir(folder).catch(() => undefined);
  }
}

export async function bootLab(io: CliIo, hosts: number, options: LabOptions): Promise<Lab> {
  const { name } = options;
  return labUp(
    { name, hosts, suite: parseSuite(options.suite), stateDir: join(io.cwd, LAB_FOLDER, name) },
    labContext(io),
  );
}

export function labContext(io: CliIo): LabContext {
  return {
    env: io.env,
    uid: io.uid,
    nodePath: io.nodePath,
    say: (line) => void io.stderr.write(`konvoy-ha: ${line}\n`),
  };
}

function parseSuite(name: string): Suite {
  const suite = suites.find((candidate) => candidate === name);
  if (suite !== undefined) return suite;
  throw new KonvoyError(`there is no suite ${name}`, {
    code: 'usage',
    hints: [`choose one of ${suites.join(', ')}`],
  });
}

const LAB_FOLDER = '.lab';
