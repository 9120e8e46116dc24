import { expect, it } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { CliProcess, endsOf, hostStep, runStep } from '../support/cli-process.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { changesSince, lastingState, leftovers, lockedHosts } from '../support/undone.ts';

const cluster = clusterOfFile();

/** Moments of a first apply on hosts that have the package already: everything else is undone to the byte. */
const moments: readonly (readonly [string, NodeJS.Signals, (event: RunEvent) => boolean])[] = [
  ['SIGINT while the configuration is staged', 'SIGINT', hostStep('cp2', 'staging the configuration')],
  ['SIGTERM between two waves', 'SIGTERM', hostStep('cp1', 'waiting until it owns the VIP')],
  ['SIGINT while verifying', 'SIGINT', runStep('verifying')],
];

it('SIGINT while the package is installed: the step is finished, everything but the package is undone', async () => {
  await using process = new CliProcess('apply', '--yes', '-i', cluster().lab.inventoryPath);
  await process.reported(hostStep('cp1', 'installing keepalived'));
  process.signal('SIGINT');
  const end = await process.end();
  expect(end.code).toBe(130);
  expect(endsOf(end.events)).toEqual(['cp1 undone', 'cp2 undone', 'cp3 undone']);
  expect(end.events.at(-1)).toMatchObject({ type: 'exit', code: 130, error: { code: 'interrupted' } });
  await nothingLeft();
  for (const host of cluster().hosts) {
    // Disabled where the package was installed by then, and nothing at all where it was not.
    expect(await cluster().script(host, 'systemctl is-enabled keepalived 2>/dev/null || true')).not.toBe(
      'enabled',
    );
    expect(await cluster().script(host, 'getent passwd keepalived_script || echo none')).toBe('none');
  }
});

it('hosts that have been through an apply and a destroy keep the package', async () => {
  await cluster().succeed('apply', '--yes');
  await cluster().succeed('destroy', '--yes');
  expect(await cluster().owners()).toEqual([]);
});

for (const [title, signal, moment] of moments) {
  it(`${title}: each host is named as undone, and is to the byte what it was`, async () => {
    const before = await lastingState(cluster());
    await using process = new CliProcess('apply', '--yes', '-i', cluster().lab.inventoryPath);
    await process.reported(moment);
    process.signal(signal);
    const end = await process.end();
    expect(end.code).toBe(130);
    expect(endsOf(end.events)).toEqual(['cp1 undone', 'cp2 undone', 'cp3 undone']);
    await nothingLeft();
    expect(await changesSince(before, cluster())).toEqual([]);
  });
}

it('an interrupt before anything was changed says that no host was touched', async () => {
  const before = await lastingState(cluster());
  await using process = new CliProcess('apply', '--yes', '-i', cluster().lab.inventoryPath);
  await process.reported(hostStep('cp1', 'connecting'));
  process.signal('SIGINT');
  expect((await process.end()).code).toBe(130);
  await nothingLeft();
  expect(await changesSince(before, cluster())).toEqual([]);
});

it('when it is killed in the middle, no lock remains, and the next apply mends everything', async () => {
  await using process = new CliProcess('apply', '--yes', '-i', cluster().lab.inventoryPath);
  await process.reported(hostStep('cp1', 'waiting until it owns the VIP'));
  process.signal('SIGKILL');
  await process.end();
  await expect.poll(async () => lockedHosts(cluster()), { timeout: 10_000 }).toEqual([]);
  await cluster().succeed('apply', '--yes');
  expect(await cluster().owners()).toHaveLength(1);
  expect(await leftovers(cluster())).toEqual([]);
  const again = await cluster().succeed('plan', '--detailed-exitcode');
  expect(again.stdout).toContain('no changes');
});

async function nothingLeft(): Promise<void> {
  expect(await leftovers(cluster())).toEqual([]);
  expect(await lockedHosts(cluster())).toEqual([]);
  expect(await cluster().owners()).toEqual([]);
}
