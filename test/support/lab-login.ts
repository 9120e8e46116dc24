import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CliIo } from '../../src/cli/io.ts';
import type { LabHost } from '../../src/lab/host.ts';
import { konvoyHa, type CliResult } from './cli.ts';
import type { LabCluster } from './lab-cluster.ts';

/** How an operator goes about reaching some hosts of a lab. */
export interface LabLogin {
  /** The hosts of the inventory; default is `cp1` alone. */
  readonly hosts?: readonly string[];
  /** Variables of all hosts; the lab's own key is named unless these name another, or none (`null`). */
  readonly vars?: Readonly<Record<string, unknown>>;
  /** Variables of single hosts. */
  readonly of?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The text of known_hosts; default is the lab's. */
  readonly known?: string;
  /** More of `ansible_ssh_common_args`. */
  readonly ssh?: string;
  /** The command line; default is `plan`. */
  readonly words?: readonly string[];
  /** Home directory, environment and terminal of the operator. */
  readonly io?: Partial<CliIo>;
}

/** Runs a command line as that operator, with an inventory in `folder`. */
export async function loginToLab(cluster: LabCluster, folder: string, login: LabLogin): Promise<CliResult> {
  const inventory = await writeLogin(cluster, folder, login);
  return konvoyHa([...(login.words ?? ['plan']), '--inventory', inventory], login.io);
}

/** Writes the inventory of a login into `folder`, and returns its path. */
export async function writeLogin({ lab }: LabCluster, folder: string, login: LabLogin): Promise<string> {
  const knownHosts = join(folder, 'known_hosts');
  await writeFile(knownHosts, login.known ?? (await readFile(lab.knownHostsPath, 'utf8')));
  const names = login.hosts ?? ['cp1'];
  const address = (name: string): string =>
    lab.hosts.find((candidate) => candidate.name === name)?.address ?? name;
  const hosts = names.map((name) => [name, { ansible_host: address(name), ...login.of?.[name] }]);
  const vars: Readonly<Record<string, unknown>> = {
    ansible_user: 'operator',
    ansible_ssh_private_key_file: lab.privateKeyPath,
    ansible_ssh_common_args: `-o UserKnownHostsFile=${knownHosts} ${login.ssh ?? ''}`,
    control_plane_endpoint: `${lab.vip}:6443`,
    ...login.vars,
  };
  const inventory = join(folder, 'inventory.yaml');
  const said = Object.entries(vars).filter(([, value]) => value !== null);
  const document = {
    'control-plane': { hosts: Object.fromEntries(hosts) as unknown },
    all: { vars: Object.fromEntries(said) as unknown },
  };
  // JSON is YAML.
  await writeFile(inventory, JSON.stringify(document));
  return inventory;
}

/** The lines of known_hosts of a lab for one host, which the test may bend. */
export async function knownOf({ lab }: LabCluster, host: LabHost): Promise<readonly string[]> {
  const lines = (await readFile(lab.knownHostsPath, 'utf8')).split('\n');
  return lines.filter((line) => line.split(' ')[0]?.split(',').includes(host.address));
}

/** What a program wrote to the journal of a host from a moment on. */
export class JournalSince {
  readonly #cluster: LabCluster;
  readonly #host: LabHost;
  readonly #since: string;

  private constructor(cluster: LabCluster, host: LabHost, since: string) {
    [this.#cluster, this.#host, this.#since] = [cluster, host, since];
  }

  static async now(cluster: LabCluster, host: LabHost): Promise<JournalSince> {
    return new JournalSince(cluster, host, await cluster.read(host, 'date', '+@%s.%6N'));
  }

  /** The messages of `sshd` or `sudo`, one a line. */
  async of(program: 'sshd' | 'sudo'): Promise<string> {
    const script = `journalctl --sync; journalctl --quiet -o cat --since='${this.#since}' -t ${program}`;
    return this.#cluster.script(this.#host, script);
  }
}

/**
 * Gives sshd of a host its settings, in sh. Not by a reload, after which it is deaf for a moment; and systemd starts
 * nothing more than five times in ten seconds, unless it is told to forget that.
 */
export const RESTART_SSHD = 'systemctl reset-failed ssh; systemctl restart ssh';
