import { shellLine, shellWord, type Mutation } from '../domain/command.ts';
import { LOCK_FD, LOCK_PATH, lockOwnerMark } from '../domain/host-lock.ts';
import { actionOf, type Change, type HostPlan } from '../domain/plan.ts';
import { roleOf } from '../domain/resource.ts';
import type { Platform } from '../platform/platform.ts';
import { sha256 } from '../resources/file.ts';
import { restore } from '../resources/resources.ts';
import type { HostSnapshot } from './snapshot.ts';

/** What a dead-man has to know of its run and its host. */
export interface DeadManOrder {
  readonly runId: string;
  /** `user@machine` of whoever runs it. */
  readonly by: string;
  readonly plan: HostPlan;
  readonly snapshot: HostSnapshot;
  readonly platform: Platform;
  /** What a step that was cut short may have left; undone with the rest. Can be repeated. */
  readonly tidy: readonly Mutation[];
}

/** A file that the run changes, to be copied on the host before it does. */
export interface SavedFile {
  /** Below `saved/`. */
  readonly name: string;
  readonly path: string;
  /** The SHA-256 of what was observed: another content is not what the plan was made for. */
  readonly sum: string;
}

export interface DeadManScript {
  readonly text: string;
  readonly saved: readonly SavedFile[];
}

/**
 * The script that undoes a run on one host, alone and without having looked. It works from any state that the run can
 * have left the host in, and can be repeated: that is why it is no plan of the diff.
 */
export function deadManScript(order: DeadManOrder): DeadManScript {
  const changes = undoableChanges(order);
  const saved = changes.flatMap(({ observed }, index): readonly SavedFile[] =>
    observed?.kind === 'file'
      ? [{ name: String(index), path: observed.path, sum: sha256(observed.content) }]
      : [],
  );
  const steps = [
    // A function has to have a body.
    '  :',
    ...bringBackLines(changes, order),
    ...order.tidy.map((mutation) => stepLine('tidying up', mutation)),
  ];
  return { text: [...headLines(order), 'undo_run() {', ...steps, '}', DRIVER].join('\n'), saved };
}

/** Everything that differs, first what was there and comes back, then what was not and goes, each in its order. */
function undoableChanges({ plan, snapshot }: DeadManOrder): readonly Change[] {
  const changes = plan.changes.filter(
    ({ key, action, observed }) =>
      // What stands in the way of a file was never ours to replace, and is not ours to remove.
      snapshot.observed.get(key)?.status !== 'obstacle' &&
      // A service that runs on has to be told of the files that came back.
      (action !== 'none' ||
        (observed?.kind === 'service' && actionOf(plan, roleOf(observed) ?? 'router') !== 'none')),
  );
  return [
    ...changes
      .filter(({ observed }) => observed !== undefined)
      .toSorted((a, b) => creationRank(a) - creationRank(b)),
    ...changes
      .filter(({ observed }) => observed === undefined)
      .toSorted((a, b) => creationRank(b) - creationRank(a)),
  ];
}

/** A service after the files that it reads and when its peers can be heard, files after their directories. */
function creationRank({ wanted, observed }: Change): number {
  const resource = wanted ?? observed;
  if (resource === undefined) return 0;
  const isRead = resource.kind === 'file' && roleOf(resource) !== undefined;
  return { user: 0, directory: 1, file: isRead ? 3 : 2, package: 4, opening: 5, service: 6, address: 7 }[
    resource.kind
  ];
}

function bringBackLines(changes: readonly Change[], { platform, plan }: DeadManOrder): readonly string[] {
  const reload = changes.some(isUnit)
    ? [stepLine('reading units again', platform.services.reloadUnits())]
    : [];
  const lines = changes.flatMap((change, index) => [
    ...(change.observed?.kind === 'service' || change.observed?.kind === 'opening' ? reload : []),
    ...mutationsBack(change, plan, platform).map((mutation) =>
      stepLine(`bringing back ${change.key}`, mutation, change.observed?.kind === 'file' ? index : undefined),
    ),
  ]);
  // Once more at the end, for units that went away.
  return [...lines, ...reload];
}

/** A service whose program was another one has to be started anew. */
function mutationsBack(
  { observed, wanted }: Change,
  plan: HostPlan,
  platform: Platform,
): readonly Mutation[] {
  if (observed?.kind === 'service' && actionOf(plan, roleOf(observed) ?? 'router') === 'restart')
    return [platform.services.restore(observed.name, observed, 'by-restart')];
  return restore(observed, wanted, platform);
}

function isUnit({ wanted, observed }: Change): boolean {
  return [wanted, observed].some((file) => file?.kind === 'file' && file.effect === 'daemon-reload');
}

/** A step reads its saved copy, or nothing: what the mutation itself would bring stays here. */
function stepLine(what: string, { argv }: Mutation, saved?: number): string {
  const stdin = saved === undefined ? '/dev/null' : `"$here/saved/${saved}"`;
  return `  step ${shellWord(what)} ${shellLine(argv)} <${stdin}`;
}

function headLines({ runId, by, platform }: DeadManOrder): readonly string[] {
  const { watch } = platform.services;
  return [
    '#!/bin/sh',
    '# managed by konvoy-ha: undoes a run on this host unless it is confirmed in time',
    '# shellcheck disable=SC3013 # dash, bash and busybox know -ef',
    'set -u',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C booting=no',
    'export PATH LC_ALL booting',
    'umask 022',
    `run=${shellWord(runId)}`,
    `by=${shellWord(by)}`,
    `mark=${shellWord(lockOwnerMark(runId))}`,
    `lock=${shellWord(LOCK_PATH)}`,
    `deadline=${shellWord(deadlinePath(runId))}`,
    `forget_boot() { ${shellLine(watch.forgetBoot().argv)}; }`,
  ];
}

/** What stands before the run in the paths of deadlines. */
export const DEADLINE_PREFIX = '/run/konvoy-ha.';

/** The file with the uptime in seconds at which a host undoes a run; there until it is confirmed or the host restarts. */
export function deadlinePath(runId: string): string {
  return `${DEADLINE_PREFIX}${runId}.deadline`;
}

/**
 * What every dead-man does. The modes: `watch` waits for the deadline, `boot` acts after a restart, `now` acts at once for
 * a run that holds the lock, `inner` only undoes, for a run that took over. Whoever renames `armed/<run>` has it.
 */
const DRIVER = `step() {
  what=$1; shift
  "$@" || failed=\${failed:-$what}
}
undo_all() {
  failed=''
  undo_run
  for prior in "$here"/prior/*/undo; do
    [ ! -f "$prior" ] || step 'undoing the run before this one' sh "$prior" inner </dev/null
  done
  [ -z "$failed" ]
}
wait_until_due() {
  while read -r due <"$deadline" && read -r up _ </proc/uptime && [ "\${up%%.*}" -lt "$due" ]; do sleep 1; done
}
claim() {
  case $here in */armed/*) ;; *) return 0 ;; esac
  mkdir -p -- "$store/undoing" && [ ! -e "$store/undoing/$run" ] || return 1
  mv -- "$here" "$store/undoing/$run" 2>/dev/null || return 1
  here=$store/undoing/$run
  printf '%s\\n' "$because" >"$here/because"
}
wait_for_end() {
  tries=6000
  # What has ended and was not waited for by its parent is still in /proc, but runs no program.
  while [ -e "/proc/$1/exe" ] && [ "$tries" -gt 0 ]; do tries=$((tries - 1)); sleep 0.1; done
}
end_run() {
  begun=''
  case $(cat "$lock.owner" 2>/dev/null) in *"$mark"*) ;; *) return 0 ;; esac
  for fd in /proc/[0-9]*/fd/${LOCK_FD}; do
    [ "$fd" -ef "$lock" ] || continue
    shell=\${fd#/proc/}; shell=\${shell%%/*}
    # Not stopped first: sudo would stop itself, too, and never end.
    read -r begun <"/proc/$shell/task/$shell/children"
    kill -KILL "$shell" || continue
    for child in $begun; do wait_for_end "$child"; done
  done
}
take_lock() {
  tries=10
  while [ "$tries" -gt 0 ]; do
    tries=$((tries - 1))
    exec ${LOCK_FD}>>"$lock"
    if flock -w 60 ${LOCK_FD} && [ /proc/self/fd/${LOCK_FD} -ef "$lock" ]; then
      printf '%s\\n' "the dead-man of run $run undoes it" >"$lock.owner"
      return 0
    fi
  done
  return 1
}
give_lock_back() {
  [ /proc/self/fd/${LOCK_FD} -ef "$lock" ] || return 0
  rm -f -- "$lock.owner" "$lock"
}
note_undone() {
  read -r because <"$here/because"
  printf '%s\\n' "$run $(date +%s) $because $by" >"$store/undone.new" && sync "$store/undone.new" &&
    mv -f -- "$store/undone.new" "$store/undone"
}
forget() {
  rm -rf -- "$here" "$deadline"
  rmdir -- "$store/armed" "$store/undoing" 2>/dev/null
  for left in "$store"/../*/armed/* "$store"/../*/undoing/*; do [ ! -d "$left" ] || return 0; done
  forget_boot
}
main() {
  here=$(cd -P -- "\${0%/*}" && pwd) || return 1
  store=\${here%/*/*}
  case $1 in
    inner) undo_all; return ;;
    watch) because=timeout; case $here in */armed/*) wait_until_due 2>/dev/null ;; esac ;;
    boot) because=reboot booting=yes; [ ! -e "$deadline" ] || return 0 ;;
    now) because=asked ;;
  esac
  claim || { [ ! -d "$here" ]; return; }
  if [ "$1" != now ]; then end_run; take_lock || return 1; fi
  # Whoever held the lock until now may have taken this over.
  if [ -d "$here" ]; then
    if undo_all && note_undone; then forget; else printf '%s\\n' "\${failed:-noting it}" >"$here/failed"; fi
  fi
  [ "$1" = now ] || give_lock_back
  [ ! -e "$here/failed" ]
}
main "$@"; exit
`;
