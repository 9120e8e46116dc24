import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LabContext } from '../../src/lab/context.ts';
import { ensureEngine, stopEngine } from '../../src/lab/engine.ts';
import { testContext } from './lab-support.ts';

// An engine beside the machine's own, with directories of its own: found through PATH, as a real one is.
let directory: string;
let context: LabContext;
let said: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'konvoy-ha-lab-test-'));
  said = [];
  context = {
    ...testContext,
    env: {
      ...testContext.env,
      XDG_CACHE_HOME: directory,
      PATH: `${directory}:${testContext.env['PATH'] ?? ''}`,
    },
    say: (line) => said.push(line),
  };
  const apart = [
    ...[
      '--data-root',
      `${directory}/data`,
      '--exec-root',
      `${directory}/exec`,
      '--pidfile',
      `${directory}/pid`,
    ],
    ...['--bridge', 'none', '--iptables=false', '--ip6tables=false'],
  ].join(' ');
  const host = `--host unix://${directory}/socket`;
  await script('docker', `exec ${commandPath('docker')} ${host} "$@"`);
  await script(
    'dockerd',
    `[ "$1" = --version ] || set -- ${host} ${apart}\nexec ${commandPath('dockerd')} "$@"`,
  );
});

afterEach(async () => {
  await stopEngine(context);
  await rm(directory, { recursive: true, force: true });
});

const possible = testContext.uid === 0 && commandPath('dockerd') !== '' && !systemdRuns();

test.skipIf(!possible)(
  'two callers start one engine, a third finds it, and what was started is stopped',
  async () => {
    await Promise.all([ensureEngine(context), ensureEngine(context)]);
    const pid = await readFile(join(directory, 'pid'), 'utf8');
    await ensureEngine(context);
    expect(said).toEqual([expect.stringMatching(/^starting dockerd \(log: .*dockerd\.log\)$/)]);
    expect(await readFile(join(directory, 'pid'), 'utf8')).toBe(pid);
    expect(await stopEngine(context)).toBe(true);
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
    expect(said.at(-1)).toBe('stopped the container engine that the lab had started');
  },
);

test.skipIf(!possible)('an engine that somebody else started is not stopped', async () => {
  await ensureEngine(context);
  const mark = join(directory, 'konvoy-ha-lab', 'engine-started-by-us');
  const started = await readFile(mark, 'utf8');
  await rm(mark);
  expect(await stopEngine(context)).toBe(false);
  expect(() => process.kill(Number(started), 0)).not.toThrow();
  await writeFile(mark, started);
});

async function script(name: string, body: string): Promise<void> {
  await writeFile(join(directory, name), `#!/bin/sh\n${body}\n`);
  await chmod(join(directory, name), 0o755);
}

function commandPath(name: string): string {
  try {
    return execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

function systemdRuns(): boolean {
  return existsSync('/run/systemd/system');
}
