import { beforeAll, describe, expect, it } from 'vitest';
import { CliProcess, endsOf, runStep } from '../support/cli-process.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { changesSince, lastingState, leftovers, lockedHosts } from '../support/undone.ts';
import type { Listing } from '../support/host-state.ts';

describe('hosts that hear nothing more of a run', { timeout: 400_000 }, () => {
  const cluster = clusterOfFile();
  const apply = (...words: readonly string[]): CliProcess =>
    new CliProcess('apply', '--yes', ...words, '--inventory', cluster().lab.inventoryPath);
  /** What is another than before, but for the notes of dead-men and the copies of what no run had recorded. */
  const changes = async (before: Listing): Promise<Listing> =>
    (await changesSince(before, cluster())).filter(
      (line) => !/\/var\/lib\/konvoy-ha\/\w+\/(undone\t|kept\b)/.test(line),
    );
  const vridOn = async (name: string): Promise<string> =>
    cluster().script(cluster().host(name), "grep -o 'virtual_router_id.*' /etc/keepalived/keepalived.conf");
  /** Changes the identity and kills the run when all is changed and nothing is confirmed. */
  const killed = async (vrid: number, timeout: string): Promise<void> => {
    await cluster().configure({ vrid });
    await using run = apply('--confirm-timeout', timeout);
    await run.reported(runStep('verifying'));
    run.signal('SIGKILL');
    await run.end();
  };

  beforeAll(async () => {
    await cluster().configure({ vrid: 61 });
    await cluster().succeed('apply', '--yes', '--no-verify');
  });

  it('undo it by themselves, say so, and the next apply leaves no trace of it', async () => {
    expect(await leftovers(cluster())).toEqual([]);
    const before = await lastingState(cluster());
    await killed(62, '30');
    expect((await cluster().run('status')).stdout).toMatch(
      /^! cp3 {2}run \S+ \(apply by \S+\) is not confirmed: this host undoes it at .*, in \d+ s$/m,
    );
    await expect.poll(async () => changes(before), { timeout: 60_000, interval: 1000 }).toEqual([]);
    await cluster().oneOwner(15_000);
    expect(await lockedHosts(cluster())).toEqual([]);
    expect((await cluster().run('status')).stdout).toMatch(
      /^! cp2 {2}run \S+ of \S+ was undone by its dead-man at \S+ \S+Z: this host had not heard from it in time$/m,
    );
    await cluster().succeed('apply', '--yes');
    expect(await leftovers(cluster())).toEqual([]);
    expect((await cluster().run('status')).stdout).not.toContain('dead-man');
  });

  it('undo it when they are restarted, before keepalived starts, and the next apply finishes it', async () => {
    const before = await vridOn('cp3');
    await killed(63, '3600');
    await cluster().host('cp3').reboot();
    await expect.poll(async () => vridOn('cp3'), { timeout: 20_000 }).toBe(before);
    expect(await vridOn('cp2')).toBe('virtual_router_id 63');
    expect((await cluster().run('status')).stdout).toMatch(
      /^! cp3 .* was undone by .*: this host was restarted$/m,
    );
    const finished = await cluster().succeed('apply', '--yes');
    expect(finished.stderr).toMatch(/warning: cp1: run \S+ \(apply by \S+\) has not ended here/);
    expect(await vridOn('cp3')).toBe('virtual_router_id 63');
    await cluster().succeed('verify');
    expect(await leftovers(cluster())).toEqual([]);
  });

  it('are what they were before both, when the run after it fails too', async () => {
    const before = await lastingState(cluster());
    await killed(64, '3600');
    await cluster().configure({ vrid: 65 });
    await using second = apply();
    await second.reported(runStep('verifying'));
    second.signal('SIGINT');
    const { code, events } = await second.end();
    expect(code).toBe(130);
    expect(endsOf(events)).toEqual(['cp1 undone', 'cp2 undone', 'cp3 undone']);
    expect(await changes(before)).toEqual([]);
    expect(await leftovers(cluster())).toEqual([]);
    await cluster().oneOwner(15_000);
  });

  it('have undone it when the run comes back late, and it does not report success', async () => {
    const before = await lastingState(cluster());
    await cluster().configure({ vrid: 66 });
    await using run = apply('--confirm-timeout', '30');
    await run.reported(runStep('verifying'));
    run.signal('SIGSTOP');
    await expect.poll(async () => changes(before), { timeout: 60_000, interval: 1000 }).toEqual([]);
    run.signal('SIGCONT');
    const { code, events } = await run.end();
    expect(code).toBe(3);
    expect(endsOf(events)).toEqual(['cp1 undone', 'cp2 undone', 'cp3 undone']);
    const detail = 'by its own dead-man, as it was before';
    expect(events.find((event) => event.type === 'host-finished')).toMatchObject({ detail });
    expect(await changes(before)).toEqual([]);
  });

  it('are all undone when one of them lets nobody in any more', async () => {
    const before = await lastingState(cluster());
    await using run = apply();
    await run.reported(runStep('verifying'));
    await cluster().script(cluster().host('cp2'), 'systemctl stop ssh.socket ssh 2>/dev/null || true');
    const { code, events } = await run.end();
    await cluster().script(cluster().host('cp2'), 'systemctl start ssh');
    expect(code).toBe(3);
    expect(events.at(-1)).toMatchObject({
      error: { message: expect.stringContaining('cp2 lets nobody in any more') as string },
    });
    expect(endsOf(events)).toEqual(['cp1 undone', 'cp2 undone', 'cp3 undone']);
    expect(await changes(before)).toEqual([]);
    expect(await leftovers(cluster())).toEqual([]);
  });

  it('are named, with the time at which they undo it, when the operator gives up on the undo', async () => {
    await using run = apply();
    await run.reported(runStep('activating'));
    run.signal('SIGINT');
    await run.reported(runStep('interrupted'));
    run.signal('SIGINT');
    const { code, stderr } = await run.end(5_000);
    expect(code).toBe(130);
    expect(stderr).toMatch(/^konvoy-ha: stopped at once: cp1 undoes this run by itself in \d+ s, at \S+Z$/m);
    expect(stderr).toContain('konvoy-ha: look at the hosts: konvoy-ha status');
    await expect.poll(() => lockedHosts(cluster()), { timeout: 20_000 }).toEqual([]);
    await cluster().succeed('destroy', '--yes');
    expect(await leftovers(cluster())).toEqual([]);
  });
});
