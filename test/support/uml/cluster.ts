import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressPlan, freeSubnets, hostPlans, type AddressPlan } from '../../../src/lab/addresses.ts';
import { must, run } from '../../../src/lab/command.ts';
import type { LabContext } from '../../../src/lab/context.ts';
import { inventoryText, knownHostsText, statePaths, type StatePaths } from '../../../src/lab/state-files.ts';
import { konvoyHa, type CliResult } from '../cli.ts';
import { labContextOfTests } from '../lab.ts';
import { ensureDisk } from './image.ts';
import { UmlMachine } from './machine.ts';

/** Three machines with kernels of their own on one bridge, with the command line for them; disposing takes them away. */
export class UmlCluster implements AsyncDisposable {
  readonly machines: readonly UmlMachine[];
  readonly addresses: AddressPlan;
  readonly #context: LabContext;
  readonly #paths: StatePaths;
  readonly #bridge: string;

  private constructor(number: number, paths: StatePaths, { context, disk }: Built) {
    this.#context = context;
    this.#paths = paths;
    this.#bridge = `kvuml${number}`;
    this.addresses = addressPlan(number);
    this.machines = hostPlans(number, { hosts: 3, strangers: 0 }).map(
      (host, at) =>
        new UmlMachine(context, { host, paths, disk, bridge: this.#bridge, tap: `${this.#bridge}t${at}` }),
    );
  }

  static async up(): Promise<UmlCluster> {
    const context = labContextOfTests();
    const disk = await ensureDisk(context);
    const own = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
    // From the other end than the lab's containers.
    const number = freeSubnets(own.map(({ address }) => address)).at(-1);
    if (number === undefined) throw new Error('no subnet is free');
    const paths = statePaths(await mkdtemp(join(tmpdir(), 'konvoy-ha-uml-')));
    const cluster = new UmlCluster(number, paths, { context, disk });
    try {
      await cluster.#start(number, disk);
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.machines.map(async (machine) => machine.remove()));
    await run(this.#context, ['ip', 'link', 'delete', this.#bridge]);
    await rm(this.#paths.directory, { recursive: true, force: true });
  }

  /** The machine of that name, `cp1` and on. */
  machine(name: string): UmlMachine {
    const found = this.machines.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`there is no machine ${name}`);
    return found;
  }

  /** Runs a command line for the inventory of these machines. */
  async run(...words: readonly string[]): Promise<CliResult> {
    return konvoyHa([...words, '--inventory', this.#paths.inventory]);
  }

  /** Runs a command line that has to end with 0; throws with all that it printed when it does not. */
  async succeed(...words: readonly string[]): Promise<CliResult> {
    const result = await this.run(...words);
    if (result.code === 0) return result;
    const said = await Promise.all(
      this.machines.map(async (machine) => `${machine.name}: ${await machine.lastWords()}`),
    );
    const all = [`${words.join(' ')} ended with ${result.code}`, result.stderr, result.stdout, ...said];
    throw new Error(all.join('\n'));
  }

  /** Writes a cluster.yaml beside the inventory; `settings` stand below `keepalived`. */
  async configure(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const document = {
      kind: 'ClusterConfiguration',
      apiVersion: 'konvoy.mesosphere.io/v1beta2',
      spec: { kubernetes: { controlPlane: { keepalived: settings } } },
    };
    await writeFile(join(this.#paths.directory, 'cluster.yaml'), `${JSON.stringify(document)}\n`);
  }

  /** Names of the machines that have the VIP at this moment; `except` names one that cannot be asked. */
  async owners(except?: string): Promise<readonly string[]> {
    const asked = this.machines.filter(({ name }) => name !== except);
    const seen = await Promise.all(
      asked.map(async (machine) =>
        (await machine.read('ip -o address show')).includes(` ${this.addresses.vip}/`),
      ),
    );
    return asked.filter((_, at) => seen[at]).map(({ name }) => name);
  }

  async #start(number: number, disk: string): Promise<void> {
    const plans = hostPlans(number, { hosts: 3, strangers: 0 });
    await mkdir(this.#paths.tls, { recursive: true });
    const names = plans.map(({ name }) => name);
    await must(this.#context, ['sh', '-euc', MINT, 'mint', this.#paths.directory, disk, ...names]);
    const publicKeys = await must(this.#context, ['debugfs', '-R', `cat ${HOST_KEY}`, disk]);
    await writeFile(this.#paths.knownHosts, knownHostsText(plans.map((plan) => ({ plan, publicKeys }))));
    await writeFile(this.#paths.inventory, inventoryText(this.addresses, plans, this.#paths));
    await must(this.#context, ['ip', 'link', 'add', this.#bridge, 'type', 'bridge']);
    await must(this.#context, ['ip', 'address', 'add', `${this.addresses.gateway}/24`, 'dev', this.#bridge]);
    await must(this.#context, ['ip', 'link', 'set', this.#bridge, 'up']);
    await Promise.all(this.machines.map(async (machine) => machine.powerOn()));
    await Promise.all(this.machines.map(async (machine) => machine.waitUntilUp()));
  }
}

interface Built {
  readonly context: LabContext;
  readonly disk: string;
}

/** The machines have one disk to start from, and so one key. */
const HOST_KEY = '/etc/ssh/ssh_host_ed25519_key.pub';

const MINT = `cd "$1"; shift 2
ssh-keygen -q -t ed25519 -N '' -C konvoy-ha-lab -f id_ed25519
for name in "$@"; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -sha256 -subj "/CN=$name" \\
    -keyout "tls/$name.key" -out "tls/$name.crt" 2>/dev/null
done
`;
