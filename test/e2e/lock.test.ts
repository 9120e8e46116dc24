import { beforeAll, describe, expect, it } from 'vitest';
import { CliProcess, endsOf, runStep } from '../support/cli-process.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { leftovers } from '../support/undone.ts';

/** Rounds of two applies; `KONVOY_HA_ROUNDS=50` plays fifty. */
const ROUNDS = Array.from({ length: Number(process.env['KONVOY_HA_ROUNDS'] ?? 3) }, (_, index) => index + 1);

describe('of two applies at once', () => {
  const cluster = clusterOfFile();
  const apply = (): CliProcess =>
    new CliProcess('apply', '--yes', '--inventory', cluster().lab.inventoryPath);

  beforeAll(async () => {
    await cluster().succeed('apply', '--yes');
  });

  it.each(ROUNDS)('one succeeds and the other is told who is at work (round %d)', async (round) => {
    await cluster().configure({ healthCheck: { fall: 2 + round } });
    await using one = apply();
    await using other = apply();
    const ends = await Promise.all([one.end(), other.end()]);
    const [winner, loser] = ends.toSorted((a, b) => (a.code ?? 0) - (b.code ?? 0));
    expect(ends.map(({ code }) => code).toSorted()).toEqual([0, 11]);
    expect(endsOf(winner?.events ?? [])).toEqual(['cp1 changed', 'cp2 changed', 'cp3 changed']);
    expect(endsOf(loser?.events ?? [])).toEqual(['cp1 unchanged', 'cp2 unchanged', 'cp3 unchanged']);
    const message = /^cp1 is locked: \S+@\S+ runs apply \(run \S+\) since \d{4}-\S+Z$/;
    expect(loser?.events.at(-1)).toMatchObject({
      type: 'exit',
      code: 11,
      error: { code: 'lock-held', message: expect.stringMatching(message) as string },
    });
    expect(await leftovers(cluster())).toEqual([]);
    expect(await cluster().run('plan', '--detailed-exitcode')).toMatchObject({ code: 0 });
  });

  it('the one that comes while the other changes hosts changes nothing, and neither do a rollback and a destroy', async () => {
    await cluster().configure({ vrid: 90 });
    await using one = apply();
    await one.reported(runStep('activating'));
    for (const command of ['rollback', 'destroy']) {
      const refused = await cluster().run(command, '--yes');
      expect(refused).toMatchObject({ code: 11, stderr: expect.stringContaining('runs apply') as string });
    }
    expect(await one.end()).toMatchObject({ code: 0 });
    await cluster().succeed('verify');
  });

  it('one that hangs is cut off by --break-lock, and does not undo what the other has done since', async () => {
    await cluster().configure({ vrid: 91 });
    await using hanging = apply();
    await hanging.reported(runStep('verifying'));
    hanging.signal('SIGSTOP');
    await cluster().configure({ vrid: 92 });
    const refused = await cluster().run('apply', '--yes');
    expect(refused.code).toBe(11);
    expect(refused.stderr).toContain('if it hangs: --break-lock cuts it off');
    const taken = await cluster().succeed('apply', '--yes', '--break-lock');
    expect(taken.stderr).toMatch(/runs apply \(run \S+\) since \S+: cutting it off, as asked/);
    const before = await cluster().read(cluster().host('cp1'), 'cat', '/etc/keepalived/keepalived.conf');
    expect(before).toContain('virtual_router_id 92');
    hanging.signal('SIGCONT');
    expect(await hanging.end()).toMatchObject({ code: 4 });
    for (const host of cluster().hosts)
      expect(await cluster().read(host, 'cat', '/etc/keepalived/keepalived.conf')).toContain(
        'virtual_router_id 92',
      );
    await cluster().succeed('verify');
    expect(await leftovers(cluster())).toEqual([]);
  });
});
