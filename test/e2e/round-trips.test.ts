import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LabHost } from '../../src/lab/host.ts';
import { konvoyHa, type CliResult } from '../support/cli.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import type { LabCluster } from '../support/lab-cluster.ts';
import { FlightCounter } from '../support/flight-counter.ts';
import { Resources } from '../support/resources.ts';

// The budget of docs and design: what a run costs on hosts that are far away, as a count and not as a time.
describe('a run on three hosts behind a slow line', () => {
  const cluster = clusterOfFile();

  beforeAll(async () => {
    await cluster().succeed('apply', '--yes');
  });

  it.each([
    { words: ['plan', '--detailed-exitcode'], budget: 10 },
    { words: ['apply', '--yes'], budget: 11 },
  ])(
    '$words.0 that changes nothing costs at most $budget round trips to each host',
    async ({ words, budget }) => {
      const runs = [
        await counted(cluster(), words),
        await counted(cluster(), words),
        await counted(cluster(), words),
      ];
      for (const { result } of runs) expect(result).toMatchObject({ code: 0 });
      for (const name of cluster().hosts.map((host) => host.name)) {
        // A machine that is busy can only add to a count, and does not do so every time.
        const fewest = Math.min(...runs.map(({ roundTrips }) => roundTrips.get(name) ?? Infinity));
        expect(fewest, name).toBeLessThanOrEqual(budget);
        expect(fewest, `${name} was not reached through the slow line`).toBeGreaterThan(5);
      }
    },
  );
});

interface Counted {
  readonly result: CliResult;
  /** By the name of the host. */
  readonly roundTrips: ReadonlyMap<string, number>;
}

/** Runs a command line with a slow line before the sshd of every host. */
async function counted(cluster: LabCluster, words: readonly string[]): Promise<Counted> {
  await using resources = new Resources();
  const lines: (readonly [LabHost, FlightCounter])[] = [];
  for (const host of cluster.hosts) {
    lines.push([host, resources.use(await FlightCounter.to(22, { host: host.address }))]);
  }
  const inventory = await writeInventory(cluster, lines);
  const result = await konvoyHa([...words, '--inventory', inventory]);
  return { result, roundTrips: new Map(lines.map(([host, line]) => [host.name, line.roundTrips])) };
}

/** The inventory of the lab with its hosts at the near ends of the lines; cluster.yaml stays beside it. */
async function writeInventory(
  { lab }: LabCluster,
  lines: readonly (readonly [LabHost, FlightCounter])[],
): Promise<string> {
  const known = (await readFile(lab.knownHostsPath, 'utf8')).split('\n');
  const knownThroughLines = lines.flatMap(([host, line]) =>
    known
      .filter((entry) => entry.split(' ')[0]?.split(',').includes(host.address))
      .map((entry) => [`[127.0.0.1]:${line.port}`, ...entry.split(' ').slice(1)].join(' ')),
  );
  const knownHosts = join(lab.stateDir, 'known_hosts.lines');
  await writeFile(knownHosts, `${knownThroughLines.join('\n')}\n`);
  const hosts = lines.map(([host, line]) => [
    host.name,
    { ansible_host: '127.0.0.1', ansible_port: line.port },
  ]);
  const vars = {
    ansible_user: 'operator',
    ansible_ssh_private_key_file: lab.privateKeyPath,
    ansible_ssh_common_args: `-o UserKnownHostsFile=${knownHosts}`,
    control_plane_endpoint: `${lab.vip}:6443`,
  };
  const inventory = join(lab.stateDir, 'lines.yaml');
  // JSON is YAML.
  const document = { 'control-plane': { hosts: Object.fromEntries(hosts) as unknown }, all: { vars } };
  await writeFile(inventory, `${JSON.stringify(document)}\n`);
  return inventory;
}
