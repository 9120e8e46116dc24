import { mutate, mutateScript, probe, stdoutOf } from '../domain/command.ts';
import type { UserResource } from '../domain/resource.ts';
import { ABSENT, present, type Handler } from './handler.ts';

export const userHandler: Handler<UserResource> = {
  probe: (name) => probe('getent', 'passwd', name),
  parse: (name, result) =>
    stdoutOf(result).startsWith(`${name}:`) ? present({ kind: 'user', name }) : ABSENT,
  isSame: () => true,
  converge: (wanted, observed) => {
    if (wanted !== undefined && observed === undefined) {
      return [mutate(...ADD_SYSTEM_USER, wanted.name)];
    }
    return wanted === undefined && observed !== undefined ? [mutate('userdel', observed.name)] : [];
  },
  restore: (before, after) => {
    if (before !== undefined) return [mutateScript(UNLESS_THERE, before.name, ...ADD_SYSTEM_USER)];
    return after === undefined ? [] : [mutateScript(IF_THERE, after.name, 'userdel')];
  },
};

const ADD_SYSTEM_USER = [
  'useradd',
  '--system',
  '--user-group',
  '--no-create-home',
  '--shell',
  '/usr/sbin/nologin',
] as const;

const UNLESS_THERE =
  'user=$1; shift; if getent passwd "$user" >/dev/null; then exit 0; fi; exec "$@" "$user"';
const IF_THERE = 'user=$1; shift; if getent passwd "$user" >/dev/null; then exec "$@" "$user"; fi; exit 0';
