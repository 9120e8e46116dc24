import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keepalivedFact } from '../../../src/backends/keepalived/facts.ts';
import { shellWord } from '../../../src/domain/command.ts';
import { said } from '../../support/command-results.ts';
import {
  resultOf,
  runShell,
  SHELLS,
  startShell,
  type Shell,
  type TimedResult,
} from '../../support/shells.ts';
import { RENDERER } from '../../support/templates.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** The notify script with its state in a directory of the test, which keepalived's RuntimeDirectory= has made or not. */
async function notifyScript(): Promise<AsyncDisposable & { readonly state: string; readonly file: string }> {
  const directory = await temporaryDirectory();
  const state = join(directory.path, "run it's", 'konvoy-ha');
  const file = join(directory.path, 'notify.sh');
  await writeFile(file, RENDERER.render('notify.sh', { stateDirectory: shellWord(state) }));
  return { state, file, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}

async function tell(shell: Shell, file: string, ...words: readonly string[]): Promise<TimedResult> {
  return runShell(shell, [file, ...words]);
}

async function stateIn(directory: string): Promise<string> {
  return readFile(join(directory, 'state'), 'utf8');
}

/** What is there beside the state and its lock: temporary files that somebody forgot. */
async function leftIn(directory: string): Promise<readonly string[]> {
  return (await readdir(directory)).filter((name) => name !== 'state' && name !== '.state.lock');
}

describe.each(SHELLS)('notify in $name', (shell) => {
  test.each(['MASTER', 'BACKUP', 'FAULT', 'STOP'])(
    'writes the state %s and when it was, for status to read',
    async (state) => {
      await using script = await notifyScript();
      const before = Math.floor(Date.now() / 1000);
      expect(await tell(shell, script.file, 'INSTANCE', 'konvoy_ha_api', state, '250')).toMatchObject({
        exitCode: 0,
      });
      const text = await stateIn(script.state);
      expect(text).toMatch(new RegExp(`^${state} \\d+ \\d+\\n$`));
      const { stateSince = 0 } = keepalivedFact.parse([said(''), said(text)]);
      expect(stateSince).toBeGreaterThanOrEqual(before);
      expect(stateSince).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000));
      expect(await leftIn(script.state)).toEqual([]);
    },
  );

  test('leaves a state that everybody may read', async () => {
    await using script = await notifyScript();
    await tell(shell, script.file, 'INSTANCE', 'konvoy_ha_api', 'MASTER', '250');
    expect((await stat(join(script.state, 'state'))).mode & 0o777).toBe(0o644);
  });

  test('does not mind what is not about the instance', async () => {
    await using script = await notifyScript();
    expect(await tell(shell, script.file, 'GROUP', 'all', 'MASTER', '250')).toMatchObject({ exitCode: 0 });
    expect(await tell(shell, script.file)).toMatchObject({ exitCode: 0 });
    await expect(stateIn(script.state)).rejects.toThrow('ENOENT');
  });

  test.each([
    ['older by more than two seconds, whoever wrote it', 'BACKUP 1763820000 4194303\n'],
    ['that is empty', ''],
    ['that an older release wrote', `BACKUP ${Math.floor(Date.now() / 1000) - 60}\n`],
    ['that makes no sense', 'BACKUP yesterday noon\n'],
    ['that is no line', 'BACKUP'],
  ])('replaces a state %s', async (_, text) => {
    await using script = await notifyScript();
    await mkdir(script.state, { recursive: true });
    await writeFile(join(script.state, 'state'), text);
    await tell(shell, script.file, 'INSTANCE', 'konvoy_ha_api', 'MASTER', '250');
    expect(await stateIn(script.state)).toMatch(/^MASTER /);
  });

  test('keeps the state of a script that was started later, though this one comes last', async () => {
    await using script = await notifyScript();
    await mkdir(script.state, { recursive: true });
    // The highest id that Linux gives (kernel.pid_max) is later than any other.
    const later = `MASTER ${Math.floor(Date.now() / 1000) + 1} 4194304\n`;
    await writeFile(join(script.state, 'state'), later);
    await tell(shell, script.file, 'INSTANCE', 'konvoy_ha_api', 'BACKUP', '250');
    expect(await stateIn(script.state)).toBe(later);
  });

  test('has the last word of many that run side by side', async () => {
    await using script = await notifyScript();
    const states = ['BACKUP', 'FAULT', 'BACKUP', 'MASTER', 'BACKUP', 'MASTER'];
    const children = states.map((state) =>
      startShell(shell, [script.file, 'INSTANCE', 'konvoy_ha_api', state, '250']),
    );
    await Promise.all(children.map(resultOf));
    const last = children.reduce((a, b) => ((b.pid ?? 0) > (a.pid ?? 0) ? b : a));
    expect(await stateIn(script.state)).toMatch(
      new RegExp(`^${states[children.indexOf(last)] ?? ''} \\d+ ${last.pid ?? 0}\n$`),
    );
    expect(await leftIn(script.state)).toEqual([]);
  });

  test('fails, and does not hang, where it cannot write', async () => {
    await using script = await notifyScript();
    await writeFile(join(script.file, '..', "run it's"), 'a file in the way');
    await chmod(script.file, 0o644);
    expect((await tell(shell, script.file, 'INSTANCE', 'konvoy_ha_api', 'MASTER', '250')).exitCode).not.toBe(
      0,
    );
  });
});
