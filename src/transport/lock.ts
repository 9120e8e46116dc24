import { posix } from 'node:path';
import { shellWord, stderrOf, stdoutOf, type CommandResult } from '../domain/command.ts';
import { KonvoyError } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import { lockFd } from './frame.ts';
import type { LockHolder, LockOutcome } from './transport.ts';

/**
 * Shell text that takes the flock(2) of `path` on the lock descriptor of the root shell and names the owner in
 * `<path>.owner`: a line about it, and the shell itself by its process and when that began. It sets `k`: 0 held, 1 held by
 * another (whose lines it prints), anything else a failure.
 */
export function acquireScript(path: string, owner: string): string {
  const file = shellWord(path);
  const ownerFile = shellWord(`${path}.owner`);
  const draft = shellWord(`${path}.owner.new`);
  // The holder before us unlinks the file while it holds the lock: a lock won on an unlinked inode excludes nobody,
  // hence `-ef` and another round. A holder that has just won may not have said its name yet. The redirection is tried in a subshell first: POSIX lets a failing `exec` end
  // the shell.
  return `k=3; n=0
mkdir -p -- ${shellWord(posix.dirname(path))} 2>&7
while [ $k = 3 ] && [ $n -lt 10 ]; do
n=$((n + 1))
if ( : >>${file} ) 2>&7; then exec ${lockFd}>>${file}; else k=4; break; fi
flock -n ${lockFd} 2>&7; k=$?
case $k in
0) if [ /proc/self/fd/${lockFd} -ef ${file} ]; then :; else k=3; exec ${lockFd}>&-; fi ;;
1) cat -- ${ownerFile} 2>/dev/null || { sleep 1; cat -- ${ownerFile} 2>/dev/null; } ;;
3) k=5 ;;
esac
done
if [ $k = 0 ]; then
if ( read -r stat </proc/$$/stat; set -- \${stat##*) }
printf '%s\\n' ${shellWord(owner)} "$$ \${20}" >${draft} && mv -f -- ${draft} ${ownerFile} ) 2>&7; then :; else k=6; fi
fi
if [ $k = 0 ]; then trap ${shellWord(removal(path))} EXIT; trap 'exit 141' PIPE; else exec ${lockFd}>&-; fi`;
}

/** Shell text that gives the lock back: the files go first, while nobody else can hold it. */
export function releaseScript(path: string): string {
  return `k=0
${removal(path)}
trap - EXIT PIPE
exec ${lockFd}>&-`;
}

/**
 * Removes the files of a lock that is still held. Another's may stand there by now, when somebody broke our lock: they are not
 * ours to remove. The shell does it by itself when its connection dies: whoever comes next finds nothing to wonder about.
 */
function removal(path: string): string {
  const file = shellWord(path);
  return `if [ /proc/self/fd/${lockFd} -ef ${file} ]; then rm -f -- ${shellWord(`${path}.owner`)} ${file}; fi`;
}

/** What the answer to `acquireScript` means. */
export function lockOutcome(host: HostName, path: string, result: CommandResult): LockOutcome {
  if (result.exitCode === 0) return { held: true };
  if (result.exitCode === 1) {
    const [owner = '', shell = ''] = stdoutOf(result).split('\n');
    const [, pid, startedAt] = /^(\d+) (\d+)$/.exec(shell) ?? [];
    if (pid === undefined || startedAt === undefined) return { held: false, owner };
    return { held: false, owner, holder: { pid: Number(pid), startedAt } };
  }
  throw new KonvoyError(`cannot lock ${path} on ${host}: ${stderrOf(result).trim() || 'flock failed'}`, {
    code: 'step-failed',
    host,
    hints: result.exitCode === 127 ? [`install util-linux on ${host}: it has no flock`] : [],
  });
}

/**
 * Shell text that ends the root shell which holds the lock of `path`, after having made sure that it is that very process
 * and has the lock. It begins nothing new from then on; the command that it is in may still come to its end for `graceMs`.
 * It sets `k`: 0 ended, anything else a failure.
 */
export function breakScript(path: string, { pid, startedAt }: LockHolder, graceMs: number): string {
  const polls = [graceMs, TERM_MS].map((ms) => Math.ceil(ms / POLL_MS));
  const words = [path, pid, startedAt, lockFd, ...polls].map((word) => shellWord(String(word)));
  // A subshell, so that its variables and its `exit` are its own.
  return `( set -- ${words.join(' ')}\n${END_HOLDER} ) </dev/null 2>&7 ${lockFd}>&-; k=$?`;
}

/** Throws when the holder was not ended. */
export function requireEnded(host: HostName, path: string, result: CommandResult | undefined): void {
  if (result?.exitCode === 0) return;
  const why = result === undefined ? 'there was no answer' : stderrOf(result).trim();
  throw new KonvoyError(`cannot break the lock ${path} on ${host}: ${why}`, {
    code: 'lock-held',
    host,
    hints: ['another run may have taken it meanwhile: try again'],
  });
}

const POLL_MS = 100;

/** From SIGTERM to SIGKILL. */
const TERM_MS = 5000;

/**
 * `began` is the 22nd field of proc(5)'s stat: with it a process id names one process for good. What the shell started
 * is told before it is ended, when it is still below it. TERM ends a shell at once, also one that waits for a command.
 */
const END_HOLDER = `file=$1 pid=$2 began=$3 fd=$4 grace=$5 term=$6
began() { read -r stat <"/proc/$1/stat" && set -- \${stat##*) } && [ "$1" != Z ] && echo "\${20}"; } 2>/dev/null
inode() { stat -L -c %d:%i -- "$1" 2>/dev/null; }
holds() { [ "$(began "$pid")" = "$began" ] && at=$(inode "/proc/$pid/fd/$fd") && [ "$at" = "$(inode "$file")" ]; }
holds || { echo 'its holder is not the process that is named in it' >&2; exit 1; }
below=$pid list=$(cat /proc/[0-9]*/stat 2>/dev/null | sed -n 's/^\\([0-9]*\\) (.*) . \\([0-9]*\\) .*/\\1 \\2/p')
found=$pid
while [ -n "$found" ]; do
  found=$(echo "$list" | while read -r child parent; do
    case " $found " in *" $parent "*) printf '%s ' "$child" ;; esac
  done)
  below="$below $found"
done
processes=
for p in $below; do at=$(began "$p") && processes="$processes $p:$at"; done
left() {
  alive=
  for p in $processes; do [ "$(began "\${p%:*}")" != "\${p#*:}" ] || alive="$alive \${p%:*}"; done
  [ -n "$alive" ]
}
settle() {
  tries=$1
  while left; do
    [ "$tries" -gt 0 ] || return 1
    tries=$((tries - 1)); sleep 0.1
  done
}
kill -TERM "$pid" 2>/dev/null
tries=$term
while holds; do
  [ "$tries" -gt 0 ] || kill -KILL "$pid" 2>/dev/null
  tries=$((tries - 1)); [ "$tries" -gt -50 ] || { echo 'its holder cannot be killed' >&2; exit 1; }
  sleep 0.1
done
settle "$grace" && exit 0
kill -TERM $alive 2>/dev/null
settle "$term" && exit 0
kill -KILL $alive 2>/dev/null
settle 50 || { echo "what its holder had begun cannot be killed: $alive" >&2; exit 1; }`;
