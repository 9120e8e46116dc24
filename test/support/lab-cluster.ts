import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabHost } from '../../src/lab/host.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { konvoyHa, type CliResult } from './cli.ts';
import { testLab } from './lab.ts';

/** A lab of its own with the command line for it; disposing of it takes the lab down. */
export class LabCluster implements AsyncDisposable {
  readonly lab: Lab;

  private constructor(lab: Lab) {
    this.lab = lab;
  }

  static async up(options: Parameters<typeof testLab>[0] = {}): Promise<LabCluster> {
    return new LabCluster(await testLab(options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab[Symbol.asyncDispose]();
  }

  get hosts(): readonly LabHost[] {
    return this.lab.hosts;
  }

  /** The host of that name, `cp1` and on. */
  host(name: string): LabHost {
    const host = this.hosts.find((candidate) => candidate.name === name);
    if (host === undefined) throw new Error(`the lab has no host ${name}`);
    return host;
  }

  /** Runs a command line for the inventory of this lab. */
  async run(...words: readonly string[]): Promise<CliResult> {
    return konvoyHa([...words, '--inventory', this.lab.inventoryPath]);
  }

  /** Runs a command line that has to end with 0; throws with all that it printed when it does not. */
  async succeed(...words: readonly string[]): Promise<CliResult> {
    const result = await this.run(...words);
    if (result.code === 0) return result;
    throw new Error(`${words.join(' ')} ended with ${result.code}\n${result.stderr}\n${result.stdout}`);
  }

  /** Writes a cluster.yaml beside the inventory; `settings` stand below `keepalived`, and none removes the file. */
  async configure(settings?: Readonly<Record<string, unknown>>): Promise<void> {
    const path = join(this.lab.stateDir, 'cluster.yaml');
    if (settings === undefined) return rm(path, { force: true });
    const document = {
      kind: 'ClusterConfiguration',
      apiVersion: 'konvoy.mesosphere.io/v1beta2',
      spec: { kubernetes: { controlPlane: { keepalived: settings } } },
    };
    // JSON is YAML.
    await writeFile(path, `${JSON.stringify(document, undefined, 2)}\n`);
  }

  /** What a command says on a host, as root; throws when it fails. */
  async read(host: LabHost, ...argv: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await host.exec(argv);
    if (exitCode !== 0)
      throw new Error(`${host.name}: ${argv.join(' ')} ended with ${exitCode}\n${stderr}${stdout}`);
    return stdout.trim();
  }

  /** What a shell script says on a host, as root; throws when it fails. */
  async script(host: LabHost, script: string): Promise<string> {
    return this.read(host, 'sh', '-euc', script);
  }

  /** Names of the hosts that have the VIP at this moment; `except` names a host that cannot be asked. */
  async owners(except?: string): Promise<readonly string[]> {
    const asked = await Promise.all(
      this.hosts
        .filter((host) => host.name !== except)
        .map(async (host) => {
          const addresses = await this.read(host, 'ip', '-o', 'address', 'show');
          return addresses.includes(` ${this.lab.vip}/`) ? [host.name] : [];
        }),
    );
    return asked.flat();
  }

  /** Waits until these hosts and no others have the VIP, three times in a row; throws with the last that was seen. */
  async ownedBy(expected: readonly string[], timeoutMs: number): Promise<void> {
    await this.#settle((owners) => owners.join() === expected.join(), {
      timeoutMs,
      what: `owned by ${expected.join()}`,
    });
  }

  /** Waits until exactly one host has the VIP, three times in a row, and returns it. */
  async oneOwner(timeoutMs: number): Promise<string> {
    const [owner = ''] = await this.#settle((owners) => owners.length === 1, {
      timeoutMs,
      what: 'on one host',
    });
    return owner;
  }

  async #settle(
    isGood: (owners: readonly string[]) => boolean,
    { timeoutMs, what }: { readonly timeoutMs: number; readonly what: string },
  ): Promise<readonly string[]> {
    const deadline = performance.now() + timeoutMs;
    let inARow = 0;
    for (;;) {
      const owners = await this.owners();
      inARow = isGood(owners) ? inARow + 1 : 0;
      if (inARow === 3) return owners;
      if (performance.now() > deadline) {
        throw new Error(
          `the VIP was not ${what} within ${timeoutMs} ms; it is on: ${owners.join() || 'none'}`,
        );
      }
      await sleep(100);
    }
  }
}
