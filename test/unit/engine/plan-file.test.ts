import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KonvoyError } from '../../../src/domain/error.ts';
import { decodePlanFile, encodePlanFile, isPlanFile } from '../../../src/engine/plan-file.ts';
import { proposeApply } from '../../../src/engine/propose.ts';
import { savePlan } from '../../../src/engine/saved-plan.ts';
import { hostName } from '../../support/branded.ts';
import { freshCluster } from '../../support/cluster.ts';
import { worldOf } from '../../support/world.ts';

const VIEW = { ...worldOf(freshCluster()), serial: { unit: 'percent', share: 30 } as const };
const limit = new Set(['lb1', 'lb2', 'lb3'].map(hostName));
const PROPOSAL = proposeApply(VIEW, { limited: limit, snapshots: freshCluster(), absent: [] });
const SAVED = savePlan(VIEW, PROPOSAL, { tool: '0.1.0', salt: 'salt', limit });
const TEXT = encodePlanFile(SAVED, { headline: 'shown' });

function withFile(change: (file: Record<string, unknown>) => Record<string, unknown>): string {
  return JSON.stringify(change(JSON.parse(TEXT) as Record<string, unknown>));
}

describe('a plan file', () => {
  test('is read as it was written, however it is indented', () => {
    expect(decodePlanFile(TEXT, 'p')).toEqual(SAVED);
    expect(decodePlanFile(JSON.stringify(JSON.parse(TEXT)), 'p')).toEqual(SAVED);
    expect(SAVED.serial).toBe('30%');
  });

  test.each<readonly [string, string, string]>([
    ['an empty file', '', 'p is no plan of konvoy-ha'],
    ['an inventory', 'all:\n  hosts: {}\n', 'p is no plan of konvoy-ha'],
    ['other JSON', '[1]', 'p is no plan of konvoy-ha'],
    ['a part of one', TEXT.slice(0, -20), 'p is no plan of konvoy-ha'],
    [
      'a plan of another format',
      withFile((file) => ({ ...file, version: 2 })),
      'p is a plan in format 2; this konvoy-ha reads format 1',
    ],
    [
      'a plan without its body',
      withFile(({ body, ...file }) => ({ ...file, was: body })),
      'p is damaged: its checksum is another',
    ],
    [
      'a plan that somebody has edited',
      TEXT.replace('"cluster": "prod"', '"cluster": "test"'),
      'p is damaged: its checksum is another',
    ],
    [
      'a plan without hosts, with a sum that fits',
      encodePlanFile({ ...SAVED, basis: { ...SAVED.basis, hosts: undefined as never } }, {}),
      'p is damaged: a part of the plan is missing',
    ],
  ])('is not %s', (_, text, message) => {
    expect(() => decodePlanFile(text, 'p')).toThrow(message);
  });

  test('with any one character changed is refused, or says the same', () => {
    fc.assert(
      fc.property(fc.nat(TEXT.length - 1), fc.string({ unit: 'grapheme', maxLength: 2 }), (at, other) => {
        const text = TEXT.slice(0, at) + other + TEXT.slice(at + 1);
        try {
          expect(decodePlanFile(text, 'p')).toEqual(SAVED);
        } catch (error) {
          if (!(error instanceof KonvoyError)) throw error;
          expect(error).toMatchObject({ code: 'usage', hints: ['make a new one: konvoy-ha plan -o FILE'] });
        }
      }),
    );
  });

  test('is known as one in any version, to be written over', () => {
    expect(
      [TEXT, withFile((file) => ({ ...file, version: 2 })), '', '{}', 'ssh key'].map(isPlanFile),
    ).toEqual([true, true, false, false, false]);
  });
});
