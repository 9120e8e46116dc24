import { appendFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { stdoutOf, type CommandResult, type Mutation, type Probe } from '../../../src/domain/command.ts';
import type { Generation, Recorded } from '../../../src/domain/generation.ts';
import {
  generationProbe,
  parseGenerationOf,
  parseRecorded,
  recordedProbe,
  recordGeneration,
} from '../../../src/engine/generations.ts';
import { clusterName, hostName } from '../../support/branded.ts';
import { appliedCluster } from '../../support/cluster.ts';
import { runCommand, SHELLS, type Shell } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const OF = { host: hostName('lb1'), cluster: clusterName('prod') };
const STORE = '/var/lib/konvoy-ha';
const [LB1] = appliedCluster();
const LATEST = LB1?.recorded.latest;
if (LATEST === undefined) throw new Error('no generation');

function generation(number: number): Generation {
  return { ...(LATEST as Generation), number, runId: `run-${number}` };
}

/** A host's store in a directory of the test. */
class Store implements AsyncDisposable {
  readonly #shell: Shell;
  readonly #directory: Awaited<ReturnType<typeof temporaryDirectory>>;

  private constructor(shell: Shell, directory: Awaited<ReturnType<typeof temporaryDirectory>>) {
    this.#shell = shell;
    this.#directory = directory;
  }

  static async open(shell: Shell): Promise<Store> {
    return new Store(shell, await temporaryDirectory());
  }

  path(number: number, file: string): string {
    return `${this.#directory.path}/prod/generations/${number}/${file}`;
  }

  async run({ argv, ...rest }: Probe | Mutation): Promise<CommandResult> {
    const moved = argv.map((word) => word.replace(STORE, this.#directory.path));
    return runCommand(this.#shell, { ...rest, argv: moved });
  }

  async record(...numbers: readonly number[]): Promise<void> {
    for (const number of numbers)
      for (const mutation of recordGeneration(generation(number))) {
        const { exitCode, stderr } = await this.run(mutation);
        expect({ exitCode, stderr: Buffer.from(stderr).toString() }).toEqual({ exitCode: 0, stderr: '' });
      }
  }

  async recorded(): Promise<Recorded> {
    return parseRecorded(await this.run(recordedProbe(OF.cluster)), OF);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#directory[Symbol.asyncDispose]();
  }
}

describe.each(SHELLS)('generations on a host with $name', (shell) => {
  test('come back as they were recorded, the newest whole, and are for root alone', async () => {
    await using store = await Store.open(shell);
    await store.record(1, 2, 10);
    const recorded = await store.recorded();
    expect(recorded.latest).toEqual(generation(10));
    expect(recorded.heads.map(({ number, runId }) => [number, runId])).toEqual([
      [1, 'run-1'],
      [2, 'run-2'],
      [10, 'run-10'],
    ]);
    expect(recorded.damaged).toEqual([]);
    const probed = await store.run(generationProbe(OF.cluster, 2));
    expect(parseGenerationOf(probed, { ...OF, number: 2 })).toEqual(generation(2));
    expect((await readdir(store.path(1, ''))).toSorted()).toEqual(['generation.json', 'head.json', 'sums']);
    for (const file of ['head.json', 'generation.json', 'sums'])
      expect((await stat(store.path(1, file))).mode & 0o777).toBe(0o600);
  });

  test('are none on a host that was never changed', async () => {
    await using store = await Store.open(shell);
    expect(await store.recorded()).toEqual({ heads: [], damaged: [], foreignClusters: [] });
  });

  test.each<readonly [string, (store: Store) => Promise<unknown>, readonly string[]]>([
    [
      'a changed byte',
      async (store) => appendFile(store.path(2, 'generation.json'), ' '),
      ['generation.json'],
    ],
    ['an empty file', async (store) => writeFile(store.path(2, 'generation.json'), ''), ['generation.json']],
    ['a missing file', async (store) => rm(store.path(2, 'head.json')), ['head.json']],
    ['missing sums', async (store) => rm(store.path(2, 'sums')), ['sums']],
    ['empty sums', async (store) => writeFile(store.path(2, 'sums'), ''), ['sums']],
    [
      'words in its head that look like ours',
      async (store) => writeFile(store.path(2, 'head.json'), 'x\nlatest {"number":99}\ndamaged 1 y\n'),
      ['head.json'],
    ],
    [
      'nothing in it',
      async (store) => rm(store.path(2, ''), { recursive: true }).then(async () => mkdir(store.path(2, ''))),
      ['sums'],
    ],
  ])('that are damaged by %s are named, and nothing is taken from them', async (_, damage, files) => {
    await using store = await Store.open(shell);
    await store.record(1, 2);
    await damage(store);
    const recorded = await store.recorded();
    const paths = files.map((file) => `${STORE}/prod/generations/2/${file}`);
    expect(recorded.damaged).toEqual([{ number: 2, files: paths }]);
    expect(recorded.heads.map(({ number }) => number)).toEqual([1]);
    expect(recorded.latest).toEqual(generation(1));
    const probed = await store.run(generationProbe(OF.cluster, 2));
    expect(stdoutOf(probed)).toBe('');
    expect(() => parseGenerationOf(probed, { ...OF, number: 2 })).toThrow(
      /^generation 2 on lb1 is damaged: /,
    );
  });
});

test('the last ten generations are kept, damaged ones counted', async () => {
  const [shell] = SHELLS;
  if (shell === undefined) throw new Error('no shell');
  await using store = await Store.open(shell);
  await store.record(...Array.from({ length: 11 }, (_, index) => index + 1));
  await rm(store.path(5, 'sums'));
  const { heads, damaged } = await store.recorded();
  expect(heads.map(({ number }) => number)).toEqual([2, 3, 4, 6, 7, 8, 9, 10, 11]);
  expect(damaged.map(({ number }) => number)).toEqual([5]);
});
