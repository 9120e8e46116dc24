import { mutate, probe } from '../domain/command.ts';
import type { ModuleResource } from '../domain/resource.ts';
import { ABSENT, present, type Handler } from './handler.ts';

export const moduleHandler: Handler<ModuleResource> = {
  // A module that is built in has no other trace there than a loaded one.
  probe: (name) => probe('test', '-d', `/sys/module/${name}`),
  parse: (name, { exitCode }) => (exitCode === 0 ? present({ kind: 'module', name }) : ABSENT),
  isSame: () => true,
  converge: (wanted, observed) =>
    wanted !== undefined && observed === undefined ? [mutate('modprobe', '--', wanted.name)] : [],
  restore: () => [],
};
