import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { acquireScript } from '../../../src/transport/lock.ts';
import { SHELLS } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { until } from '../../support/until.ts';

describe.each(SHELLS)(
  'a root shell with $name that holds the lock removes its files',
  ({ argv, calledAs }) => {
    test.each([
      ['when nothing more comes', ''],
      ['also when nobody hears any more what it has to say', 'sleep 0.3; echo a word || exit\n'],
    ])('%s', async (_, last) => {
      await using directory = await temporaryDirectory();
      const path = `${directory.path}/lock`;
      const [program, ...parameters] = argv;
      const shell = spawn(program, [...parameters, '-s'], {
        argv0: calledAs,
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      const ended = new Promise((resolve) => void shell.once('close', resolve));
      shell.stdin.write(`exec 7>&2\n{ ${acquireScript(path, 'ann')}\n}\necho "$k"\n`);
      const [said] = await new Promise<readonly Buffer[]>((resolve) => {
        shell.stdout.once('data', (chunk: Buffer) => resolve([chunk]));
      });
      expect(said?.toString()).toBe('0\n');
      expect(existsSync(path) && existsSync(`${path}.owner`)).toBe(true);
      shell.stdin.end(last);
      shell.stdout.destroy();
      await ended;
      await until(() => !existsSync(path) && !existsSync(`${path}.owner`));
    });
  },
);
