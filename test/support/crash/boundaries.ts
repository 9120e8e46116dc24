import { keyOf, type Ask, type Boundary, type StepKey } from './held-run.ts';

/** One step of a run: what is asked, of which hosts, in the order in which they came to it first. */
export interface TracedStep {
  readonly key: StepKey;
  readonly kind: Ask['kind'];
  readonly hosts: readonly string[];
  /** For people: the step that was reported, and what kind of thing was asked, counted where there are several. */
  readonly title: string;
}

/** The steps of a run, in the order in which the first host came to each; a step that is repeated counts once. */
export function stepsOf(asks: readonly Ask[]): readonly TracedStep[] {
  const steps = new Map<StepKey, Omit<TracedStep, 'hosts'> & { readonly hosts: Set<string> }>();
  const counts = new Map<string, number>();
  for (const ask of asks) {
    const key = keyOf(ask);
    const known = steps.get(key);
    if (known !== undefined) {
      known.hosts.add(ask.host);
      continue;
    }
    const words = `${ask.step}: ${ask.kind}`;
    const count = (counts.get(words) ?? 0) + 1;
    counts.set(words, count);
    const title = count === 1 ? words : `${words} ${count}`;
    steps.set(key, { key, kind: ask.kind, hosts: new Set([ask.host]), title });
  }
  return [...steps.values()].map((step) => ({ ...step, hosts: [...step.hosts] }));
}

/**
 * Every boundary of a run: before a step, and, where it changes several hosts, when one of them has done it and no other.
 * The end of a step is the beginning of the next. Who goes ahead changes from step to step.
 */
export function boundariesOf(steps: readonly TracedStep[]): readonly Boundary[] {
  return steps.flatMap(({ key, hosts, kind }, index): readonly Boundary[] => {
    const first = hosts[index % hosts.length] ?? '';
    const before: Boundary = { step: key, position: 'before', first };
    return hosts.length === 1 || !CHANGING.includes(kind)
      ? [before]
      : [before, { step: key, position: 'after one', first }];
  });
}

const CHANGING: readonly Ask['kind'][] = ['lock', 'mutate', 'breakLock'];
