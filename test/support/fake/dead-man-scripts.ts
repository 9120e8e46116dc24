import {
  deadManProbe,
  armHost,
  disarm,
  dropRun,
  fence,
  FIRED,
  forgetUndone,
  undoNow,
} from '../../../src/engine/dead-man.ts';
import { SYSTEMD_WATCH } from '../../../src/platform/systemd-watch.ts';
import { sha256 } from '../../../src/resources/file.ts';
import { clusterName } from '../branded.ts';
import { complained, said } from '../command-results.ts';
import type { FakeMachine } from './machine.ts';
import { done, scriptOf, type Script } from './script-table.ts';
import { wordsOf } from './shell-line.ts';
import { parentOf } from './tree.ts';

/** The scripts that arm, renew, disarm and ask for dead-men. */
export function deadManScripts(): readonly (readonly [string, Script])[] {
  const cluster = clusterName('prod');
  const run = { cluster, runId: 'run', watch: SYSTEMD_WATCH };
  const saved = [{ name: '0', path: '/x', sum: '' }];
  const arming = { script: { text: '', saved }, about: '', seconds: 1, earlier: [] };
  const [draft, , save, , arm] = armHost(run, arming);
  return [
    [scriptOf(draft), makeDraft],
    [scriptOf(save), saveCopy],
    [scriptOf(SYSTEMD_WATCH.prepareBoot('', '')), prepareBoot],
    [scriptOf(SYSTEMD_WATCH.end('run')), endWatch],
    [scriptOf(arm), armRun],
    [scriptOf(fence(run, 1)), renew],
    [scriptOf(disarm(run)), (machine, parameters) => takeAway(machine, parameters, FIRED)],
    [scriptOf(dropRun(run)), dropArmed],
    [scriptOf(undoNow(run)), undoAsked],
    [
      scriptOf(forgetUndone(cluster)),
      ({ tree }, [store = '', root = '']) => {
        tree.remove(`${store}/undone`);
        tree.removeEmpty(store);
        tree.removeEmpty(root);
        return done;
      },
    ],
    [scriptOf(deadManProbe(cluster)), readTraces],
  ];
}

const makeDraft: Script = ({ tree }, [draft = '', about = '']) => {
  tree.remove(draft);
  for (const name of ['saved', 'prior']) tree.makeDirectories(`${draft}/${name}`, 0o700);
  tree.write(`${draft}/about`, `${about}\n`);
  return done;
};

const saveCopy: Script = ({ tree }, [path = '', copy = '', sum]) => {
  const file = tree.file(path);
  if (file === undefined || sha256(file.content) !== sum) return complained(`${path} has changed`, 1);
  tree.put(copy, file);
  return done;
};

const prepareBoot: Script = ({ tree }, [unit = '', wantedBy = '', text = '']) => {
  tree.makeDirectories(parentOf(wantedBy));
  tree.write(unit, text);
  tree.write(wantedBy, '');
  return done;
};

const endWatch: Script = ({ watchers }, [service = '']) => {
  watchers.delete(service.slice('konvoy-ha-dead-man-'.length, -'.service'.length));
  return done;
};

const armRun: Script = (machine, parameters) => {
  const { tree } = machine;
  const [store = '', run = '', deadline = '', seconds = '', begin = '', end = '', ...earlier] = parameters;
  tree.write(deadline, `${machine.uptime + Number(seconds)}\n`);
  for (const line of end.split('\n').filter(Boolean)) machine.run(wordsOf(line));
  if (!tree.move(`${store}/armed/.${run}.new`, `${store}/armed/${run}`)) return complained('no draft', 1);
  for (const other of earlier) {
    for (const kind of ['armed', 'undoing'])
      tree.move(`${store}/${kind}/${other}`, `${store}/armed/${run}/prior/${other}`);
    tree.remove(`/run/konvoy-ha.${other}.deadline`);
  }
  tree.removeEmpty(`${store}/undoing`);
  return machine.run(wordsOf(begin));
};

const renew: Script = (machine, [armed = '', deadline = '', seconds = '']) => {
  if (!machine.tree.isDirectory(armed)) return complained('', FIRED);
  machine.tree.write(deadline, `${machine.uptime + Number(seconds)}\n`);
  return done;
};

const dropArmed: Script = (machine, parameters) => {
  const [root = '', cluster = '', run = ''] = parameters;
  machine.tree.remove(`${root}/${cluster}/undoing/${run}`);
  return takeAway(machine, parameters, 0);
};

function takeAway(
  machine: FakeMachine,
  parameters: readonly string[],
  whenMissing: number,
): ReturnType<Script> {
  const { tree } = machine;
  const [root = '', cluster = '', run = '', deadline = '', end = '', forgetBoot = ''] = parameters;
  const store = `${root}/${cluster}`;
  if (!tree.isDirectory(`${store}/armed/${run}`) && whenMissing > 0) return complained('', whenMissing);
  machine.run(wordsOf(end));
  for (const name of tree.names(`${store}/armed`))
    if (name === run || (name.startsWith('.') && name.endsWith('.new')))
      tree.remove(`${store}/armed/${name}`);
  tree.remove(`${store}/undone`);
  tree.remove(deadline);
  for (const path of [`${store}/armed`, `${store}/undoing`, store, root]) tree.removeEmpty(path);
  return machine.waiting > 0 ? done : machine.run(wordsOf(forgetBoot));
}

const undoAsked: Script = (machine, places) => {
  for (const place of places) {
    const [run = '', , cluster = ''] = place.split('/').toReversed();
    if (!machine.tree.isDirectory(place)) continue;
    return machine.undo(cluster, run, 'asked') === 0 ? done : complained('it could not be undone', 1);
  }
  return done;
};

const readTraces: Script = ({ tree, uptime }, [store = '', prefix = '']) => {
  const lines = ['armed', 'undoing'].flatMap((kind) =>
    tree
      .names(`${store}/${kind}`)
      .filter((run) => tree.file(`${store}/${kind}/${run}/undo`) !== undefined && !run.startsWith('.'))
      .flatMap((run) => {
        const due = tree.text(`${prefix}${run}.deadline`);
        const left = due === undefined ? '-' : String(Number(due) - uptime);
        const here = `${store}/${kind}/${run}`;
        const failed = tree.text(`${here}/failed`);
        const about = tree.text(`${here}/about`) ?? '\n';
        return [
          `${kind} ${run} ${left} ${about}`,
          ...(failed === undefined ? [] : [`failed ${run} ${failed}`]),
        ];
      }),
  );
  const undone = tree.text(`${store}/undone`);
  return said([...lines, ...(undone === undefined ? [] : [`undone ${undone}`])].join(''));
};
