import type { Mutation } from '../domain/command.ts';
import type { ServiceResource } from '../domain/resource.ts';
import { present, type Handler } from './handler.ts';

export const serviceHandler: Handler<ServiceResource> = {
  probe: (name, platform) => platform.services.query(name),
  // A unit that does not exist neither runs nor starts at boot; the unit itself belongs to a package.
  parse: (name, result, platform) => {
    const state = platform.services.parseQuery(result) ?? { enabled: false, running: false };
    return present({ kind: 'service', name, ...state });
  },
  isSame: (wanted, observed) => wanted.enabled === observed.enabled && wanted.running === observed.running,
  converge: (wanted, observed, { services }) => {
    const name = wanted?.name ?? observed?.name;
    if (name === undefined) return [];
    const { running, enabled } = wanted ?? { running: false, enabled: false };
    const mutations: Mutation[] = [];
    if (enabled && observed?.enabled !== true) mutations.push(services.enable(name));
    if (running && observed?.running !== true) mutations.push(services.start(name));
    if (!running && observed?.running === true) mutations.push(services.stop(name));
    if (!enabled && observed?.enabled === true) mutations.push(services.disable(name));
    return mutations;
  },
  restore: (before, after, { services }) => {
    const name = before?.name ?? after?.name;
    if (name === undefined) return [];
    const how = (before ?? after)?.role === undefined ? 'by-signal' : 'by-unit';
    return [services.restore(name, before ?? { enabled: false, running: false }, how)];
  },
};
