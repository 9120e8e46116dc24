import { mutateScript, stderrOf, stdoutOf, type CommandResult, type Mutation } from '../../domain/command.ts';

/**
 * Asks the keepalived that is installed whether it takes a configuration file. It is a mutation because the daemon
 * may have to be asked about a copy: 2.2.5–2.2.7 kill themselves while testing when the script user is not root
 * (exit 143, keepalived #2617), and then the copy says `script_user root`.
 */
export function testConfiguration(path: string): Mutation {
  return mutateScript(TEST, path);
}

/**
 * What is wrong with the configuration, or `undefined`. Exit codes alone lie: 2.1.5 returns 0 for every broken file
 * and 2.2 returns 0 for an empty one, but all of them then say something. So only 0 *and* silence is a pass.
 */
export function configurationProblem(result: CommandResult): string | undefined {
  const said = `${stdoutOf(result)}${stderrOf(result)}`.trim();
  if (result.exitCode === 0 && said === '') return undefined;
  return said === '' ? `keepalived -t exited with ${result.exitCode}` : said;
}

const TEST = `[ -s "$1" ] || { echo "$1 is missing or empty"; exit 1; }
for script in $(sed -n 's/^[[:space:]]*\\(script\\|notify\\|notify_master\\|notify_backup\\|notify_fault\\|notify_stop\\|misc_path\\)[[:space:]]["[:space:]]*\\(\\/[^"[:space:]]*\\).*/\\2/p' "$1"); do
  [ -x "$script" ] || { echo "$script is not executable"; exit 1; }
done
{ said=$(keepalived -t -f "$1" 2>&1); status=$?; } 2>/dev/null
[ "$status" -eq 143 ] || { printf '%s' "$said"; exit "$status"; }
copy=$(mktemp "\${1%/*}/.konvoy-ha.XXXXXXXX") || exit 1
trap 'rm -f -- "$copy"' EXIT; trap 'exit 1' HUP INT TERM
sed 's/^\\([[:space:]]*script_user[[:space:]]\\).*/\\1root/' "$1" >"$copy" && keepalived -t -f "$copy" 2>&1`;
