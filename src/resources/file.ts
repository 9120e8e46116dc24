import { mutate, mutateScript, probeScript, type CommandResult, type Mutation } from '../domain/command.ts';
import type { FileResource, Observation } from '../domain/resource.ts';
import { ABSENT, present, type Handler } from './handler.ts';

export const fileHandler: Handler<FileResource> = {
  probe: (path) => probeScript(READ_FILE, path),
  parse: parseFile,
  isSame: (wanted, observed) =>
    wanted.mode === observed.mode &&
    wanted.owner === observed.owner &&
    wanted.group === observed.group &&
    Buffer.compare(wanted.content, observed.content) === 0,
  converge: (wanted, observed) => {
    if (wanted !== undefined) return [writeFile(wanted.path, wanted)];
    return observed === undefined ? [] : [mutate('rm', '-f', '--', observed.path)];
  },
};

/** Writes content to `path` in one step: a reader sees the old file or the new one, with its final mode and owner. */
export function writeFile(
  path: string,
  file: Pick<FileResource, 'content' | 'mode' | 'owner' | 'group'>,
): Mutation {
  const { content, mode, owner, group } = file;
  return {
    ...mutateScript(WRITE_FILE, path, mode.toString(8), `${owner}:${group}`, String(content.byteLength)),
    stdin: content,
  };
}

function parseFile(path: string, result: CommandResult): Observation {
  const output = Buffer.from(result.stdout);
  const lineEnd = output.indexOf('\n');
  if (result.exitCode !== 0 || lineEnd < 0) return ABSENT;
  const [mode = '', owner = '', group = '', ...type] = output.subarray(0, lineEnd).toString().split(' ');
  // An empty regular file is `regular empty file` to stat(1).
  if (!type.join(' ').startsWith('regular')) return { status: 'obstacle', what: type.join(' ') };
  const content = Uint8Array.from(output.subarray(lineEnd + 1));
  return present({
    kind: 'file',
    path,
    content,
    mode: Number.parseInt(mode, 8),
    owner,
    group,
    effect: 'none',
  });
}

const READ_FILE = `stat -c '%a %U %G %F' -- "$1" || exit 1
[ ! -f "$1" ] || [ -L "$1" ] || cat -- "$1"`;

/**
 * The temporary file lies in the same directory, so that mv(1) is a rename; it is never readable by others before
 * it has its mode. The size is checked because a connection that dies may cut what we are fed.
 */
const WRITE_FILE = `set -u; umask 077
[ ! -L "$1" ] || { echo "$1 is a symbolic link" >&2; exit 1; }
[ ! -d "$1" ] || { echo "$1 is a directory" >&2; exit 1; }
tmp=$(mktemp "\${1%/*}/.konvoy-ha.XXXXXXXX") || exit 1
trap 'rm -f -- "$tmp"' EXIT; trap 'exit 1' HUP INT TERM
cat >"$tmp" && [ "$(wc -c <"$tmp")" -eq "$4" ] || { echo "$1 did not arrive whole" >&2; exit 1; }
chown "$3" "$tmp" && chmod "$2" "$tmp" && { sync "$tmp" 2>/dev/null || sync; } && mv -f -- "$tmp" "$1" || exit 1
if command -v restorecon >/dev/null 2>&1; then restorecon -- "$1"; fi`;
