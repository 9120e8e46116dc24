import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configurationProblem, testConfiguration } from '../../src/backends/haproxy/config-test.ts';
import { PATHS } from '../../src/backends/ipvs/layout.ts';
import { shellLine } from '../../src/domain/command.ts';
import { runShell, SHELLS } from '../support/shells.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const GOLDEN = join(import.meta.dirname, '../unit/backends/golden/ipvs/masquerade.nft');
const [SHELL] = SHELLS;

describe('nft itself', () => {
  const check = async (text: string): Promise<string | undefined> => {
    await using directory = await temporaryDirectory();
    const candidate = join(directory.path, 'candidate');
    await writeFile(candidate, text);
    if (SHELL === undefined) throw new Error('no shell');
    const line = shellLine(testConfiguration(PATHS.masquerade, candidate).argv);
    return configurationProblem(await runShell(SHELL, ['-c', line]));
  };

  test('takes the masquerade that we write', async () => {
    expect(await check(await readFile(GOLDEN, 'utf8'))).toBeUndefined();
  });

  test('refuses it when it is cut', async () => {
    const text = await readFile(GOLDEN, 'utf8');
    expect(await check(text.slice(0, -4))).toContain('syntax error');
  });
});
