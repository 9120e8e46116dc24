import { posix } from 'node:path';
import { shellWord, stderrOf, stdoutOf, type CommandResult } from '../domain/command.ts';
import { KonvoyError } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import { lockFd } from './frame.ts';
import type { LockOutcome } from './transport.ts';

/**
 * Shell text that takes the flock(2) of `path` on the lock descriptor of the root shell and names the owner in
 * `<path>.owner`. It sets `k`: 0 held, 1 held by another (whose name it prints), anything else a failure.
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
if ( printf '%s\\n' ${shellWord(owner)} >${draft} && mv -f -- ${draft} ${ownerFile} ) 2>&7; then :; else k=6; fi
fi
if [ $k != 0 ]; then exec ${lockFd}>&-; fi`;
}

/** Shell text that gives the lock back: the files go first, while nobody else can hold it. */
export function releaseScript(path: string): string {
  const file = shellWord(path);
  // Another's file may stand there by now, when somebody broke our lock: it is not ours to remove.
  return `k=0
if [ /proc/self/fd/${lockFd} -ef ${file} ]; then rm -f -- ${shellWord(`${path}.owner`)} ${file}; fi
exec ${lockFd}>&-`;
}

/** What the answer to `acquireScript` means. */
export function lockOutcome(host: HostName, path: string, result: CommandResult): LockOutcome {
  if (result.exitCode === 0) return { held: true };
  if (result.exitCode === 1) return { held: false, owner: stdoutOf(result).trim() };
  throw new KonvoyError(`cannot lock ${path} on ${host}: ${stderrOf(result).trim() || 'flock failed'}`, {
    code: 'step-failed',
    host,
    hints: result.exitCode === 127 ? [`install util-linux on ${host}: it has no flock`] : [],
  });
}
