import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configurationProblem, testConfiguration } from '../../../src/backends/keepalived/config-test.ts';
import { said, complained } from '../../support/command-results.ts';
import { confText } from '../../support/cluster.ts';
import { fakePrograms } from '../../support/fake-programs.ts';
import { runCommand, SHELLS, type Shell } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** What our configuration says when a line of it is unknown (keepalived 2.2.7, Debian 12). */
const UNKNOWN = "(Line 6) Unknown keyword 'vrrp_magic'";

/** The rows of reference/keepalived.md §6.3: what keepalived really does, by version. */
const ROWS: readonly (readonly [string, string, string | undefined])[] = [
  ['takes a good file: 0 and silence', 'exit 0', undefined],
  ['2.1.5 complains, and exits with 0', `echo "${UNKNOWN}" >&2; exit 0`, UNKNOWN],
  ['2.1.5 dies of a missing brace', 'kill -SEGV $$', 'keepalived -t exited with 139'],
  ['2.0.19 complains, and exits with 4', `echo "${UNKNOWN}" >&2; exit 4`, UNKNOWN],
  ['2.2 and later complain, and exit with 5', `echo "${UNKNOWN}" >&2; exit 5`, UNKNOWN],
  ['script security is missing', 'echo "SECURITY VIOLATION" >&2; exit 6', 'SECURITY VIOLATION'],
  ['says on standard output what others say on standard error', `echo "${UNKNOWN}"; exit 0`, UNKNOWN],
  ['exits without a word', 'exit 3', 'keepalived -t exited with 3'],
  // #2617: with a script user that is not root, 2.2.5–2.2.7 end themselves; asked about root they tell the truth.
  [
    '2.2.7 kills itself over a good file',
    'grep -q "script_user root" "$3" && exit 0; kill -TERM $$',
    undefined,
  ],
  [
    '2.2.7 kills itself over a bad file',
    `grep -q "script_user root" "$3" && { echo "${UNKNOWN}" >&2; exit 5; }; kill -TERM $$`,
    UNKNOWN,
  ],
  [
    'complains before it kills itself over a good file',
    `grep -q "script_user root" "$3" && exit 0; echo x >&2; kill -TERM $$`,
    undefined,
  ],
  ['is not installed', 'exit 127', 'keepalived -t exited with 127'],
];

async function problem(
  shell: Shell,
  keepalived: string,
  prepare: (conf: string) => Promise<unknown> = async () => undefined,
): Promise<{ readonly problem: string | undefined; readonly left: readonly string[] }> {
  await using directory = await temporaryDirectory();
  const script = join(directory.path, 'konvoy-ha-live');
  await writeFile(script, '#!/bin/sh\n', { mode: 0o755 });
  const conf = join(directory.path, 'keepalived.conf.konvoy-ha-new');
  await writeFile(
    conf,
    confText()
      .replaceAll('/usr/libexec/keepalived', directory.path)
      .replace(/konvoy-ha-(ready|notify)/g, 'konvoy-ha-live'),
  );
  await prepare(conf);
  const path = fakePrograms(directory.path, { keepalived: `echo "$*" >>"$calls"\n${keepalived}` });
  const found = configurationProblem(await runCommand(shell, testConfiguration(conf), { path }));
  const left = (await readdir(directory.path)).filter((name) => name.startsWith('.konvoy-ha'));
  return { problem: found?.replaceAll(directory.path, 'DIR'), left };
}

describe.each(SHELLS)('a test of the configuration in $name', (shell) => {
  test.each(ROWS)('when keepalived %s', async (_, keepalived, expected) => {
    expect(await problem(shell, keepalived)).toEqual({ problem: expected, left: [] });
  });

  test.each<readonly [string, (conf: string) => Promise<unknown>, string]>([
    [
      'that is empty',
      async (conf) => writeFile(conf, ''),
      'DIR/keepalived.conf.konvoy-ha-new is missing or empty',
    ],
    ['that is missing', async (conf) => rm(conf), 'DIR/keepalived.conf.konvoy-ha-new is missing or empty'],
    [
      'with a script that may not be executed, which keepalived itself does not mind',
      async (conf) => chmod(join(conf, '../konvoy-ha-live'), 0o644),
      'DIR/konvoy-ha-live is not executable',
    ],
    [
      'with such a script that is written with tabs and without quotes',
      async (conf) => {
        await chmod(join(conf, '../konvoy-ha-live'), 0o644);
        const text = await readFile(conf, 'utf8');
        await writeFile(conf, text.replace(/^ *(script|notify) "(.*)"/gm, '\t$1\t$2'));
      },
      'DIR/konvoy-ha-live is not executable',
    ],
    [
      'with another script that is told of a change and not there',
      async (conf) => {
        const text = await readFile(conf, 'utf8');
        await writeFile(
          conf,
          text.replace('    notify "', '    notify_master "/nowhere/mail active"\n    notify "'),
        );
      },
      '/nowhere/mail is not executable',
    ],
    [
      'with a script that is not there',
      async (conf) =>
        writeFile(conf, (await readFile(conf, 'utf8')).replace('konvoy-ha-live', 'konvoy-ha-gone')),
      'DIR/konvoy-ha-gone is not executable',
    ],
  ])('refuses a file %s, without asking', async (_, prepare, expected) => {
    expect(await problem(shell, 'exit 0', prepare)).toEqual({ problem: expected, left: [] });
  });

  test('refuses a file over which keepalived kills itself, whatever it is asked', async () => {
    // Some shells say of a child that a signal has ended it.
    const found = await problem(shell, 'kill -TERM $$');
    expect(found.problem).toMatch(/^Terminated$|exited with 143$/);
    expect(found.left).toEqual([]);
  });

  test('asks about the copy with the user root only, and about nothing else', async () => {
    const copy =
      'grep -q "script_user root" "$3" || kill -TERM $$; sed "s/script_user root/script_user keepalived_script/" "$3" | cmp - "${3%/.konvoy-ha.*}/keepalived.conf.konvoy-ha-new"';
    expect(await problem(shell, copy)).toEqual({ problem: undefined, left: [] });
  });
});

describe('an answer of keepalived -t', () => {
  test.each([
    ['passes in silence', said('', 0), undefined],
    ['passes with white space', said('\n', 0), undefined],
    ['is a problem in its own words', complained('bad\n', 0), 'bad'],
    ['is a problem without words', said('', 139), 'keepalived -t exited with 139'],
  ])('%s', (_, result, expected) => {
    expect(configurationProblem(result)).toBe(expected);
  });
});
