import { createHash } from 'node:crypto';
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
  restore: (before, after) => {
    if (before !== undefined) return [writeFile(before.path, before)];
    return after === undefined ? [] : [mutate('rm', '-f', '--', after.path)];
  },
};

/** Writes content to `path` in one step: a reader sees the old file or the new one, with its final mode and owner. */
export function writeFile(
  path: string,
  file: Pick<FileResource, 'content' | 'mode' | 'owner' | 'group'>,
): Mutation {
  const { content, mode, owner, group } = file;
  return {
    ...mutateScript(WRITE_FILE, path, mode.toString(8), `${owner}:${group}`, sha256(content)),
    stdin: content,
  };
}

/** The sum that a host compares a content with. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function parseFile(path: string, result: CommandResult): Observation {
  const { buffer, byteOffset, byteLength } = result.stdout;
  const output = Buffer.from(buffer, byteOffset, byteLength);
  const lineEnd = output.indexOf('\n');
  if (result.exitCode !== 0 || lineEnd < 0) return ABSENT;
  const [mode = '', owner = '', group = '', ...type] = output.subarray(0, lineEnd).toString().split(' ');
  // An empty regular file is `regular empty file` to stat(1).
  if (!type.join(' ').startsWith('regular')) return { status: 'obstacle', what: type.join(' ') };
  // A view: a copy of a large file would be one too many.
  const content = new Uint8Array(output.buffer, output.byteOffset + lineEnd + 1, output.length - lineEnd - 1);
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
[ ! -f "$1" ] || [ -L "$1" ] || exec cat -- "$1"`;

/**
 * The script stands in the directory from then on, whatever happens to its name, and goes on only where none but root
 * (or whoever runs it) could put something else there. The temporary file lies beside its place, so that mv(1) is a
 * rename; nobody else can read it before it has its owner and mode. The sum is compared because a connection that dies
 * may cut what we are fed.
 */
const WRITE_FILE = `set -u; umask 077
path=$1 name=\${1##*/} mode=$2 owner=$3 sum=$4 tmp='' relabel=''
fail() { echo "cannot write $path: $1" >&2; exit 1; }
cd -P -- "\${path%/*}/" || fail 'there is no such directory'
set -- ; at=$(pwd -P)
while set -- "$@" "\${at:-/}"; [ -n "$at" ]; do at=\${at%/*}; done
stat -c '%u %a %n' -- "$@" | {
  place=below
  while read -r uid bits where; do
    [ "$uid" = 0 ] || [ -O "$where" ] || fail "$where belongs to the user $uid and not to root"
    case $place/$bits in
      above/[1357]???) ;;
      *[2367]) fail "everybody may write to $where" ;;
    esac
    place=above
  done
  [ $place = above ] || fail 'its directory cannot be looked at'
} || exit 1
[ ! -L "./$name" ] || fail 'it is a symbolic link'
[ ! -d "./$name" ] || fail 'it is a directory'
tmp=$(mktemp ./.konvoy-ha.XXXXXXXX) || fail 'no temporary file can be made beside it'
trap 'rm -f -- "$tmp"' EXIT; trap 'exit 1' HUP INT TERM
cat >"$tmp" || fail 'its content cannot be stored'
arrived=$(sha256sum <"$tmp") || fail 'its content cannot be read again'
[ "\${arrived%% *}" = "$sum" ] || fail 'it did not arrive whole'
chown -- "$owner" "$tmp" || fail "it cannot be given to $owner"
chmod -- "$mode" "$tmp" || fail "it cannot be given the mode $mode"
if command -v restorecon >/dev/null 2>&1; then
  { [ -f "./$name" ] && chcon --reference="./$name" -- "$tmp" 2>/dev/null; } || relabel=yes
fi
sync "$tmp" || fail 'it cannot be brought to the disk'
mv -f -- "$tmp" "./$name" || fail 'it cannot be put in its place'
[ -z "$relabel" ] || restorecon -- "$path" || fail 'it is there, but cannot be given its SELinux label'`;
