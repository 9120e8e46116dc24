import { mutateScript, probe, stdoutOf } from '../domain/command.ts';
import type { DirectoryResource } from '../domain/resource.ts';
import { ABSENT, present, type Handler } from './handler.ts';

export const directoryHandler: Handler<DirectoryResource> = {
  probe: (path) => probe('stat', '-c', '%a %U %G %F', '--', path),
  parse: (path, result) => {
    if (result.exitCode !== 0) return ABSENT;
    const [mode = '', owner = '', group = '', ...type] = stdoutOf(result).trim().split(' ');
    if (type.join(' ') !== 'directory') return { status: 'obstacle', what: type.join(' ') };
    return present({ kind: 'directory', path, mode: Number.parseInt(mode, 8), owner, group });
  },
  // Only its being there is ours: an administrator's mode on a directory that others share stays.
  isSame: () => true,
  converge: (wanted, observed) => {
    if (wanted !== undefined && observed === undefined) {
      const { path, mode, owner, group } = wanted;
      return [mutateScript(MAKE_DIRECTORY, path, mode.toString(8), `${owner}:${group}`)];
    }
    return wanted === undefined && observed !== undefined
      ? [mutateScript(REMOVE_IF_EMPTY, observed.path)]
      : [];
  },
  restore: (before, after) => {
    if (before === undefined) return after === undefined ? [] : [mutateScript(REMOVE_IF_EMPTY, after.path)];
    const { path, mode, owner, group } = before;
    return [mutateScript(MAKE_DIRECTORY, path, mode.toString(8), `${owner}:${group}`)];
  },
};

const MAKE_DIRECTORY = 'umask 022; mkdir -p -- "$1" && chmod "$2" -- "$1" && chown "$3" -- "$1"';

/** What somebody else put into a directory of ours keeps it. */
const REMOVE_IF_EMPTY = '[ ! -d "$1" ] || [ -n "$(ls -A -- "$1")" ] || rmdir -- "$1"';
