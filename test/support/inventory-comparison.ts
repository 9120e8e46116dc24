import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AnsibleOracle, type OracleAnswer } from './ansible-oracle.ts';
import { konvoyHa, type CliResult } from './cli.ts';
import type { InventoryCase } from './inventory-cases.ts';
import { temporaryDirectory } from './temporary-directory.ts';

type TemporaryDirectory = Awaited<ReturnType<typeof temporaryDirectory>>;

/** Gives the same files and the same command line to `ansible-inventory` and to `konvoy-ha inventory`. */
export class InventoryComparison implements AsyncDisposable {
  readonly #folder: TemporaryDirectory;
  readonly #home: TemporaryDirectory;
  readonly #oracle: AnsibleOracle;

  private constructor(folder: TemporaryDirectory, home: TemporaryDirectory) {
    this.#folder = folder;
    this.#home = home;
    this.#oracle = new AnsibleOracle(home.path);
  }

  static async start(): Promise<InventoryComparison> {
    return new InventoryComparison(await temporaryDirectory(), await temporaryDirectory());
  }

  async run({
    files,
    args,
  }: InventoryCase): Promise<{ readonly theirs: OracleAnswer; readonly ours: CliResult }> {
    const cwd = join(this.#folder.path, 'case');
    await rm(cwd, { recursive: true, force: true });
    await mkdir(join(cwd, 'play'), { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      const path = join(cwd, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
      if (text.startsWith('#!')) await chmod(path, 0o755);
    }
    const theirs = await this.#oracle.run(args, cwd);
    return { theirs, ours: await konvoyHa(['inventory', ...args], { cwd }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#oracle[Symbol.asyncDispose]();
    await Promise.all([this.#folder, this.#home].map(async (folder) => folder[Symbol.asyncDispose]()));
  }
}
