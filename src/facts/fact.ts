import type { CommandResult, Probe } from '../domain/command.ts';

/** Something asked of a host: a few probes that go out with all others in one round trip, and how to read the answers. */
export interface Fact<T> {
  readonly probes: readonly Probe[];
  /** Reads one result for each probe, in their order. */
  parse(results: readonly CommandResult[]): T;
}
