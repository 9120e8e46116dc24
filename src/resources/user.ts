import { mutate, probe, stdoutOf } from '../domain/command.ts';
import type { UserResource } from '../domain/resource.ts';
import { ABSENT, present, type Handler } from './handler.ts';

export const userHandler: Handler<UserResource> = {
  probe: (name) => probe('getent', 'passwd', name),
  parse: (name, result) =>
    stdoutOf(result).startsWith(`${name}:`) ? present({ kind: 'user', name }) : ABSENT,
  isSame: () => true,
  converge: (wanted, observed) => {
    if (wanted !== undefined && observed === undefined) {
      return [
        mutate(
          'useradd',
          '--system',
          '--user-group',
          '--no-create-home',
          '--shell',
          '/usr/sbin/nologin',
          wanted.name,
        ),
      ];
    }
    return wanted === undefined && observed !== undefined ? [mutate('userdel', observed.name)] : [];
  },
};
