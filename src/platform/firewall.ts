import type { CommandResult, Mutation, Probe } from '../domain/command.ts';
import type { OpeningRule } from '../domain/opening.ts';
import type { ServiceManager } from './systemd.ts';

/** How one firewall is asked what it lets through for us, and told. */
export interface Firewall {
  query(): Probe;
  /** Our rules, sorted; undefined where nothing of ours is. */
  parse(result: CommandResult): readonly OpeningRule[] | undefined;
  /** Lets through what is wanted and nothing else for us, now and after every boot. */
  open(services: ServiceManager, wanted: readonly OpeningRule[]): readonly Mutation[];
  /** Takes away what we let through. */
  close(services: ServiceManager): readonly Mutation[];
  /** Brings back what was let through, `undefined`: nothing, whatever is there now; can be repeated. */
  restore(before: readonly OpeningRule[] | undefined, services: ServiceManager): readonly Mutation[];
}
