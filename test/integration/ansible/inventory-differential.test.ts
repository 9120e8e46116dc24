import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OracleAnswer } from '../../support/ansible-oracle.ts';
import type { CliResult } from '../../support/cli.ts';
import { inventoryCase } from '../../support/inventory-cases.ts';
import { InventoryComparison } from '../../support/inventory-comparison.ts';

/** More cases, or the same ones again: `KONVOY_HA_CASES=5000 KONVOY_HA_SEED=1 npx vitest run --project integration …`. */
const CASES = Number(process.env['KONVOY_HA_CASES'] ?? 300);
const SEED = Number(process.env['KONVOY_HA_SEED'] ?? 20_140_301);

const outcomes = new Map<string, number>();
let comparison: InventoryComparison;

beforeAll(async () => {
  comparison = await InventoryComparison.start();
});

afterAll(async () => {
  await comparison[Symbol.asyncDispose]();
  const counts = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  process.stderr.write(`inventory differential, seed ${SEED}: ${counts}\n`);
});

it(
  `${CASES} generated inventories are printed as ansible-inventory prints them`,
  { timeout: 60_000 + CASES * 1000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(inventoryCase, async (inventory) => {
        const { theirs, ours } = await comparison.run(inventory);
        count(compare(theirs, ours));
      }),
      { numRuns: CASES, seed: SEED },
    );
  },
);

/** Whatever Ansible cannot read, or reads only a part of with a warning, konvoy-ha refuses; all else is the same to the byte. */
function compare(theirs: OracleAnswer, ours: CliResult): string {
  const warnings = warningsIn(theirs.stderr);
  const isWhole = theirs.code === 0 && warnings.length === 0;
  if (isWhole && ours.code === 10 && / is in no group, and a group has its name/.test(ours.stderr)) {
    expect(theirs.stderr.replaceAll(/\s+/g, ' ')).toContain('Found both group and host with same name');
    return 'refused where Ansible warns';
  }
  // Ansible finds a duplicate key also where a map has a key of its own beside one that is merged into it.
  const mayBeRight =
    theirs.code === 0 && warnings.every((warning) => warning.includes('found a duplicate dict key'));
  if (isWhole || (mayBeRight && ours.code === 0)) {
    expect(ours, theirs.stderr).toEqual({ code: 0, stdout: theirs.stdout, stderr: '' });
    return 'the same';
  }
  expect(ours.code, `ansible-inventory said ${theirs.stderr}`).toBe(10);
  return theirs.code === 0 ? 'refused where Ansible warns' : 'refused by both';
}

/** Without those about names, which change nothing. */
function warningsIn(stderr: string): readonly string[] {
  const [, ...warnings] = stderr.replaceAll(/\s+/g, ' ').split('[WARNING]: ');
  return warnings.filter((warning) => !HARMLESS.test(warning));
}

const HARMLESS = /^(Invalid characters were found in group names|Found both group and host with same name)/;

function count(outcome: string): void {
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
}
