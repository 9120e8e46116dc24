import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { stopEngine } from '../../src/lab/engine.ts';
import { prepareLab } from '../../src/lab/lab.ts';
import { labContextOfTests } from '../support/lab.ts';

/**
 * Once for the whole e2e run: the command line is built as it ships, and engine and image are ready. Afterwards an
 * engine that the lab has started is stopped.
 */
export default async function setup(): Promise<() => Promise<void>> {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))], {
    stdio: 'inherit',
  });
  await prepareLab(['bookworm'], labContextOfTests());
  return async () => {
    await stopEngine(labContextOfTests());
  };
}
