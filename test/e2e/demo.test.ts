import { spawn } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.ts';

describe('konvoy-ha lab demo', () => {
  it('shows all of it on hosts of its own and leaves nothing behind', async () => {
    await using directory = await temporaryDirectory();
    const [home, work] = [join(directory.path, 'home'), join(directory.path, 'work')];
    await mkdir(home);
    await mkdir(work);
    const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
    const demo = await run([process.execPath, main, 'lab', 'demo'], {
      cwd: work,
      env: { PATH: process.env['PATH'], HOME: home },
    });

    expect(demo.code, demo.stderr + demo.stdout).toBe(0);
    const seconds = /answers again after (\d+\.\d+) s, from cp2; \d+ requests were lost/.exec(
      demo.stdout,
    )?.[1];
    expect(Number(seconds)).toBeGreaterThan(0);
    expect(Number(seconds)).toBeLessThan(5);
    for (const command of [
      'check',
      'apply --yes',
      'status',
      'drill --yes',
      'verify',
      'history',
      'destroy --yes',
    ]) {
      expect(demo.stdout).toContain(`$ konvoy-ha ${command} -i `);
    }
    expect(demo.stdout).toContain('no changes; the hosts are as the inventory asks');

    const label = ['--filter', 'label=dev.konvoy-ha.lab=demo', '--quiet'];
    expect(await run(['docker', 'ps', '--all', ...label])).toMatchObject({ code: 0, stdout: '' });
    expect(await run(['docker', 'network', 'ls', ...label])).toMatchObject({ code: 0, stdout: '' });
    expect(await readdir(work)).toEqual([]);
  });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(
  [file = '', ...args]: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string | undefined> } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
