import { SERVICE } from '../backends/keepalived/layout.ts';
import {
  mutateScript,
  probeScript,
  shellLine,
  stdoutOf,
  type CommandResult,
  type Mutation,
  type Probe,
} from '../domain/command.ts';
import type { ArmedRun, DeadManTraces, UndoneRun } from '../domain/dead-man.ts';
import type { ClusterName } from '../domain/names.ts';
import type { Watch } from '../platform/systemd-watch.ts';
import { DEADLINE_PREFIX, deadlinePath, type DeadManScript } from '../plan/dead-man.ts';
import { writeFile } from '../resources/file.ts';
import { STORE } from './generations.ts';

/** One run on one host, as far as its dead-man is concerned. */
export interface DeadManRun {
  readonly cluster: ClusterName;
  readonly runId: string;
  readonly watch: Watch;
}

/** What arming needs beyond the run. */
export interface Arming {
  readonly script: DeadManScript;
  /** `apply ada@laptop`. */
  readonly about: string;
  readonly seconds: number;
  /** Runs that are armed already: this one takes them over. */
  readonly earlier: readonly string[];
}

/** The status with which a fence and a disarming say that the dead-man has fired. */
export const FIRED = 75;

/** Arms a host in one batch: whole or not at all, on the disk before anything is changed. */
export function armHost(run: DeadManRun, arming: Arming): readonly Mutation[] {
  const { script, about, seconds, earlier } = arming;
  const draft = `${directoryOf(run, 'armed')}/.${run.runId}.new`;
  const text = new TextEncoder().encode(script.text);
  return [
    mutateScript(MAKE_DRAFT, draft, about),
    writeFile(`${draft}/undo`, { content: text, mode: 0o700, owner: 'root', group: 'root' }),
    ...script.saved.map(({ path, name, sum }) => mutateScript(SAVE, path, `${draft}/saved/${name}`, sum)),
    run.watch.prepareBoot(STORE, SERVICE),
    mutateScript(
      ARM,
      ...[`${STORE}/${run.cluster}`, run.runId, deadlinePath(run.runId), String(seconds)],
      shellLine(run.watch.begin(run.runId, `${armedPath(run)}/undo`).argv),
      earlier.map((runId) => shellLine(run.watch.end(runId).argv)).join('\n'),
      ...earlier,
    ),
  ];
}

/** Renews the deadline, and fails with `FIRED` when the run is not armed any more: what follows in the batch is not done. */
export function fence({ cluster, runId }: DeadManRun, seconds: number): Mutation {
  return mutateScript(FENCE, `${STORE}/${cluster}/armed/${runId}`, deadlinePath(runId), String(seconds));
}

/** Takes the dead-man away; fails with `FIRED` when it was not there any more. */
export function disarm(run: DeadManRun): Mutation {
  return mutateScript(DISARM, ...disarmParameters(run));
}

/** Takes away whatever a run has armed, if it has: it was undone, or nobody wants it to be. */
export function dropRun(run: DeadManRun): Mutation {
  return mutateScript(DROP, ...disarmParameters(run));
}

/** Undoes a run by its own script, at once. */
export function undoNow(run: DeadManRun): Mutation {
  return mutateScript(UNDO_NOW, armedPath(run), `${directoryOf(run, 'undoing')}/${run.runId}`);
}

/** Forgets what was said of a run that was undone. */
export function forgetUndone(cluster: ClusterName): Mutation {
  return mutateScript(
    'rm -f -- "$1/undone"; rmdir -- "$1" "$2" 2>/dev/null; exit 0',
    `${STORE}/${cluster}`,
    STORE,
  );
}

/** Asks what dead-men have left or have to do. */
export function deadManProbe(cluster: ClusterName): Probe {
  return probeScript(READ_TRACES, `${STORE}/${cluster}`, DEADLINE_PREFIX);
}

/** What a dead-man has left; `undefined` when there is nothing. `nowMs` is the time of asking. */
export function parseTraces(result: CommandResult, nowMs: number): DeadManTraces | undefined {
  const lines = stdoutOf(result).split('\n').filter(Boolean);
  const failures = new Map<string, string>();
  const armed: ArmedRun[] = [];
  let undone: UndoneRun | undefined;
  for (const line of lines) {
    const [word = '', runId = '', second = '', third = '', ...rest] = line.split(' ');
    if (word === 'failed') failures.set(runId, [second, third, ...rest].join(' ').trim());
    if (word === 'undone') undone = undoneRun(runId, [second, third, rest.join(' ')]);
    if (word !== 'armed' && word !== 'undoing') continue;
    const due = /^-?\d+$/.test(second)
      ? { undoesAt: new Date(nowMs + Number(second) * 1000).toISOString() }
      : {};
    armed.push({ runId, command: third, by: rest.join(' '), state: word, ...due });
  }
  if (armed.length === 0 && undone === undefined) return undefined;
  const withFailures = armed.map((run): ArmedRun => {
    const failure = failures.get(run.runId);
    return failure === undefined ? run : { ...run, failure };
  });
  return {
    armed: withFailures.toSorted((a, b) => (a.runId < b.runId ? 1 : -1)),
    ...(undone === undefined ? {} : { undone }),
  };
}

function undoneRun(
  runId: string,
  [seconds = '', because = '', by = '']: readonly string[],
): UndoneRun | undefined {
  const known = (['timeout', 'reboot', 'asked'] as const).find((word) => word === because);
  if (known === undefined || !/^\d+$/.test(seconds)) return undefined;
  return { runId, by, at: new Date(Number(seconds) * 1000).toISOString(), because: known };
}

function directoryOf({ cluster }: DeadManRun, name: 'armed' | 'undoing'): string {
  return `${STORE}/${cluster}/${name}`;
}

function armedPath(run: DeadManRun): string {
  return `${directoryOf(run, 'armed')}/${run.runId}`;
}

function disarmParameters({ cluster, runId, watch }: DeadManRun): readonly string[] {
  const lines = [watch.end(runId), watch.forgetBoot()].map(({ argv }) => shellLine(argv));
  return [STORE, cluster, runId, deadlinePath(runId), ...lines];
}

const MAKE_DRAFT = `umask 077; rm -rf -- "$1" && mkdir -p -- "$1/saved" "$1/prior" && printf '%s\\n' "$2" >"$1/about"`;

const SAVE = `cp -p -- "$1" "$2" || exit 1
sum=$(sha256sum <"$2") && [ "\${sum%% *}" = "$3" ] || { echo "$1 has changed since it was looked at" >&2; exit 1; }`;

/**
 * One script, which goes on to its end when the connection dies: no host is armed without anybody who waits. The deadline is
 * there first, because without one a dead-man believes that its host was restarted.
 */
const ARM = `store=$1 run=$2 deadline=$3 seconds=$4 begin=$5 end=$6; shift 6
find "$store/armed/.$run.new" -exec sync {} + || exit 1
read -r up _ </proc/uptime && echo $((\${up%%.*} + seconds)) >"$deadline" || exit 1
eval "$end"
mv -- "$store/armed/.$run.new" "$store/armed/$run" || exit 1
for earlier in "$@"; do
  for there in "$store/armed/$earlier" "$store/undoing/$earlier"; do
    [ ! -d "$there" ] || mv -- "$there" "$store/armed/$run/prior/$earlier" || exit 1
  done
  rm -f -- "\${deadline%"$run.deadline"}$earlier.deadline"
done
rmdir -- "$store/undoing" 2>/dev/null
sync "$store/armed" "$store/armed/$run/prior"
eval "$begin"`;

const UNDO_NOW = 'for at in "$@"; do if [ -f "$at/undo" ]; then exec sh "$at/undo" now; fi; done; exit 0';

const FENCE = `[ -d "$1" ] || exit ${FIRED}
read -r up _ </proc/uptime && echo $((\${up%%.*} + $3)) >"$2.new" && mv -f -- "$2.new" "$2" || exit 1
[ -d "$1" ] || { rm -f -- "$2"; exit ${FIRED}; }`;

const TAKE_AWAY = `eval "$5"
rm -rf -- "$store/armed"/.*.gone "$store/armed"/.*.new; rm -f -- "$store/undone" "$4"
rmdir -- "$store/armed" "$store/undoing" "$store" "$1" 2>/dev/null
for left in "$1"/*/armed/* "$1"/*/undoing/*; do [ ! -d "$left" ] || exit 0; done
eval "$6"`;

const DISARM = `store=$1/$2
mv -- "$store/armed/$3" "$store/armed/.$3.gone" 2>/dev/null || exit ${FIRED}
${TAKE_AWAY}`;

const DROP = `store=$1/$2
rm -rf -- "$store/undoing/$3"
[ ! -d "$store/armed/$3" ] || mv -- "$store/armed/$3" "$store/armed/.$3.gone" || exit 1
${TAKE_AWAY}`;

const READ_TRACES = `cd "$1" 2>/dev/null || exit 0
read -r up _ </proc/uptime
for dir in armed/* undoing/*; do
  [ -f "$dir/undo" ] || continue
  run=\${dir#*/} left=-
  if read -r due <"$2$run.deadline"; then left=$((due - \${up%%.*})); fi 2>/dev/null
  echo "\${dir%%/*} $run $left $(cat "$dir/about")"
  [ ! -f "$dir/failed" ] || echo "failed $run $(head -n 1 "$dir/failed")"
done
[ ! -f undone ] || echo "undone $(cat undone)"`;
