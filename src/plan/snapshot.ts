import type { Listening } from '../domain/advert.ts';
import type { DeadManTraces } from '../domain/dead-man.ts';
import type { HostFacts } from '../domain/facts.ts';
import type { Recorded } from '../domain/generation.ts';
import type { HostIntent } from '../domain/intent.ts';
import type { Observed } from '../domain/resource.ts';

/** One host as one round trip saw it: what it is, what stands on it, what we left there. */
export interface HostSnapshot {
  readonly intent: HostIntent;
  readonly facts: HostFacts;
  readonly observed: Observed;
  readonly recorded: Recorded;
  /** Absent when no dead-man has left anything. */
  readonly deadMan?: DeadManTraces;
  /** Absent when it did not listen. */
  readonly heard?: Listening;
}
