import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostName } from '../../support/branded.ts';
import type { FakeFault } from '../../support/fake/session.ts';
import { Story, type ByHand, type Deed } from '../../support/fake/story.ts';

const host = fc.constantFrom('lb1', 'lb2', 'lb3').map(hostName);

const how = fc.constantFrom<ByHand>('conf', 'script', 'chmod', 'remove', 'theirs');

/** At the n-th batch that changes a host; an apply makes about twenty. */
const fault: fc.Arbitrary<FakeFault | undefined> = fc.option(
  fc.record({
    kind: fc.constantFrom('fail', 'cut', 'kill'),
    host,
    batch: fc.nat(15),
    isLate: fc.boolean(),
  }),
  { nil: undefined, freq: 2 },
);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('apply'), wish: fc.nat(3), fault }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('rollback'), to: fc.nat(5), fault }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('destroy'), fault }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('down'), host }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('up'), host }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('edit by hand'), host, how }) },
);

const EXPECTED = ['apply: done', 'rollback: done', 'destroy: done'].concat(
  ['apply', 'rollback', 'destroy'].flatMap((command) => [
    `${command}, fail: failed (step-failed)`,
    `${command}, kill: killed`,
  ]),
);

const RUNS = Number(process.env['KONVOY_HA_SEQUENCES'] ?? 1000);

/** A failure names the seed of its stories; with it they are told again. */
const SEED = Number(process.env['KONVOY_HA_SEED'] ?? Date.now() % 2 ** 31);

describe('whatever is done to a cluster', () => {
  test(`what is promised holds, in ${RUNS} random sequences`, { timeout: 600_000 }, async () => {
    const tally = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(deed, { minLength: 2, maxLength: 8 }), async (isNew, deeds) => {
        const story = new Story(tally);
        if (!isNew) await story.do({ do: 'apply', wish: 0 });
        for (const one of deeds) await story.do(one);
        await story.end();
      }),
      { numRuns: RUNS, seed: SEED },
    );
    const lines = [...tally].toSorted().map(([words, count]) => `${count} ${words}`);
    process.stdout.write(`${lines.join('\n')}\n`);
    // It proves nothing unless all of this has happened.
    expect([...tally.keys()]).toEqual(expect.arrayContaining(EXPECTED));
  });
});
