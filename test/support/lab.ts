import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { LabContext, Suite } from '../../src/lab/context.ts';
import { labUp, type Lab } from '../../src/lab/lab.ts';

/** What the lab may know of the test process. */
export function labContextOfTests(): LabContext {
  return {
    env: process.env,
    uid: process.getuid?.() ?? -1,
    nodePath: process.execPath,
    say: (line) => void process.stderr.write(`lab: ${line}\n`),
  };
}

/** A lab of its own for one test file; `await using` or `[Symbol.asyncDispose]` takes it down. */
export async function testLab(
  options: { readonly hosts?: number; readonly suite?: Suite; readonly strangers?: number } = {},
): Promise<Lab> {
  const name = `test-${randomBytes(4).toString('hex')}`;
  const stateDir = await mkdtemp(join(tmpdir(), 'konvoy-ha-lab-'));
  return labUp(
    {
      name,
      hosts: options.hosts ?? 3,
      suite: options.suite ?? 'bookworm',
      stateDir,
      strangers: options.strangers ?? 0,
    },
    labContextOfTests(),
  );
}
