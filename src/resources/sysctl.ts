import { mutateScript, probe, stdoutOf } from '../domain/command.ts';
import type { SysctlResource } from '../domain/resource.ts';
import { ABSENT, present, type Handler } from './handler.ts';

export const sysctlHandler: Handler<SysctlResource> = {
  probe: (name) => probe('cat', pathOf(name)),
  // One that is not there belongs to a module that is not loaded.
  parse: (name, result) => (stdoutOf(result).trim() === '1' ? present({ kind: 'sysctl', name }) : ABSENT),
  isSame: () => true,
  converge: (wanted, observed) =>
    wanted !== undefined && observed === undefined
      ? [mutateScript('printf 1 >"$1"', pathOf(wanted.name))]
      : [],
  restore: () => [],
};

/** sysctl.d(5): dots stand for the slashes below /proc/sys. */
function pathOf(name: string): string {
  return `/proc/sys/${name.replaceAll('.', '/')}`;
}
