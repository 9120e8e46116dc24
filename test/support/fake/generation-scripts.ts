import { PATHS } from '../../../src/backends/keepalived/layout.ts';
import type { CommandResult } from '../../../src/domain/command.ts';
import type { Generation } from '../../../src/domain/generation.ts';
import {
  forgetCluster,
  generationProbe,
  keepCopy,
  recordedProbe,
  recordGeneration,
  withdrawGeneration,
} from '../../../src/engine/generations.ts';
import { sha256 } from '../../../src/resources/file.ts';
import { clusterName } from '../branded.ts';
import { complained, said } from '../command-results.ts';
import type { FakeMachine } from './machine.ts';
import { done, scriptOf, type Script } from './script-table.ts';
import type { FakeTree } from './tree.ts';

/** The scripts that keep, read and forget generations. */
export function generationScripts(): readonly (readonly [string, Script])[] {
  const cluster = clusterName('prod');
  const [prepare, , , , publish] = recordGeneration({
    cluster,
    number: 1,
    resources: [],
    before: [],
  } as unknown as Generation);
  return [
    [scriptOf(recordedProbe(cluster)), readRecorded],
    [scriptOf(generationProbe(cluster, 1)), readOne],
    [
      scriptOf(prepare),
      ({ tree }, [draft = '']) => {
        tree.remove(draft);
        tree.makeDirectories(draft, 0o700);
        return done;
      },
    ],
    [scriptOf(publish), publishDraft],
    [scriptOf(withdrawGeneration(cluster, 1)), withdraw],
    [scriptOf(keepCopy(cluster, 'run', '/x')), keep],
    [scriptOf(forgetCluster(cluster)[1]), forget],
  ];
}

const readRecorded: Script = ({ tree }, [store = '', cluster = '']) => {
  const lines = tree
    .names(store)
    .filter((name) => name !== cluster && tree.isDirectory(`${store}/${name}/generations`))
    .map((name) => `foreign ${name}`);
  const path = `${store}/${cluster}/generations`;
  const numbers = tree.names(path).filter((name) => /^\d+$/.test(name));
  const whole = numbers.filter((name) => isWhole(tree, `${path}/${name}`));
  for (const name of numbers)
    lines.push(
      whole.includes(name) ? `head ${tree.text(`${path}/${name}/head.json`) ?? ''}` : `damaged ${name} sums`,
    );
  const latest = Math.max(0, ...whole.map(Number));
  if (latest > 0) lines.push(`latest ${tree.text(`${path}/${latest}/generation.json`) ?? ''}`);
  return said(`${lines.join('\n')}\n`);
};

const readOne: Script = ({ tree }, [path = '']): CommandResult =>
  isWhole(tree, path) ? said(tree.text(`${path}/generation.json`) ?? '') : complained('', 1);

/** The sum of a content is always the same, and taking it is what costs most here. */
const sums = new WeakMap<Uint8Array, string>();

function isWhole(tree: FakeTree, path: string): boolean {
  const expected = ['head.json', 'generation.json'].map((name) => {
    const content = tree.file(`${path}/${name}`)?.content;
    if (content === undefined) return '';
    const sum = sums.get(content) ?? sha256(content);
    sums.set(content, sum);
    return `${sum}  ${name}\n`;
  });
  return tree.text(`${path}/sums`) === expected.join('');
}

const publishDraft: Script = ({ tree }, [draft = '', directory = '', number = '', kept = '']) => {
  tree.remove(`${directory}/${number}`);
  if (!tree.move(draft, `${directory}/${number}`)) return complained('mv: cannot move', 1);
  const numbers = tree.names(directory).filter((name) => /^\d+$/.test(name));
  const old = numbers.toSorted((a, b) => Number(a) - Number(b)).slice(0, -Number(kept));
  for (const name of old) tree.remove(`${directory}/${name}`);
  for (const name of tree.names(directory))
    if (/^\.\d.*\.new$/.test(name)) tree.remove(`${directory}/${name}`);
  return done;
};

const withdraw: Script = ({ tree }, [cluster = '', store = '', number = '']) => {
  tree.remove(`${cluster}/generations/${number}`);
  tree.remove(`${cluster}/generations/.${number}.new`);
  tree.removeEmpty(`${cluster}/generations`);
  tree.removeEmpty(cluster);
  tree.removeEmpty(store);
  if (!tree.isDirectory(`${cluster}/generations`)) forgetState(tree);
  return done;
};

const keep: Script = ({ tree }, [directory = '', path = '']) => {
  const file = tree.file(path);
  if (file === undefined) return done;
  tree.makeDirectories(directory, 0o700);
  tree.put(`${directory}/${path.slice(1).replaceAll('/', '_')}`, file);
  return done;
};

const forget: Script = ({ tree }: FakeMachine, [cluster = '', store = '']) => {
  tree.remove(`${cluster}/undone`);
  tree.removeEmpty(cluster);
  const left = tree
    .all()
    .filter(([path, { kind }]) => kind === 'file' && path.startsWith(`${cluster}/`))
    .map(([path]) => `${path}\n`);
  tree.removeEmpty(store);
  forgetState(tree);
  return said(left.join(''));
};

function forgetState(tree: FakeTree): void {
  tree.remove(PATHS.state);
  tree.removeEmpty('/run/konvoy-ha');
}
