import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Puts programs with these names and shell texts before all others; returns the PATH. Each starts with `$calls`
 * standing for a file that the test may let it write to.
 */
export function fakePrograms(directory: string, programs: Readonly<Record<string, string>>): string {
  const bin = join(directory, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\ncalls='${join(directory, 'calls')}'\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
}
