import { beforeAll, describe, expect, it } from 'vitest';
import { CliProcess, endsOf, runStep } from '../support/cli-process.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { changesSince, lastingState, leftovers, lockedHosts, untaken } from '../support/undone.ts';
import { VipClient } from '../support/vip-client.ts';

describe('when a host is lost in the middle of an apply', () => {
  const cluster = clusterOfFile();
  const apply = (): CliProcess =>
    new CliProcess('apply', '--yes', '--timeout', '5', '--inventory', cluster().lab.inventoryPath);
  /** The same once more, when the host is back: it ends well, and nothing is left of the first attempt. */
  const heal = async (): Promise<void> => {
    // What was at work on the host when it was cut off comes to its end there, and keeps the lock until then.
    await expect.poll(() => lockedHosts(cluster()), { timeout: 20_000 }).toEqual([]);
    await cluster().succeed('apply', '--yes');
    await cluster().succeed('verify');
    expect(await leftovers(cluster())).toEqual([]);
    await cluster().configure();
    expect(await cluster().run('plan', '--detailed-exitcode')).toMatchObject({ code: 0 });
  };

  beforeAll(async () => {
    await cluster().succeed('apply', '--yes');
  });

  it('its power cut: the others are undone, it is named as lost, and it ends in bounded time', async () => {
    const others = [...(await lastingState(cluster()))].filter((line) => !line.startsWith('cp3: '));
    const lost = cluster().host('cp3');
    await using client = await VipClient.start(cluster().lab);
    await cluster().configure({ vrid: 72 });
    await using run = apply();
    await run.reported(runStep('activating cp2'));
    await lost.kill();
    const { code, events, elapsedMs } = await run.end();
    const use = await client.stop();
    await lost.start();

    expect(code).toBe(4);
    expect(elapsedMs).toBeLessThan(75_000);
    expect(endsOf(events)).toEqual(['cp1 undone', 'cp2 undone', 'cp3 undo-failed']);
    const message = /^lost the connection to cp3: .*; cp3 could not be brought back/;
    expect(events.at(-1)).toMatchObject({
      error: { code: 'undo-failed', message: expect.stringMatching(message) as string },
    });
    expect(untaken(use)).toEqual([]);
    const now = (await changesSince(others, cluster())).filter((line) => !/^[+-] cp3: /.test(line));
    expect(now).toEqual([]);
    await heal();
  });

  it('its sshd ended for good: the others are undone, and it is mended as soon as it can be reached', async () => {
    const lost = cluster().host('cp2');
    const before = (await lastingState(cluster())).filter((line) => !line.startsWith('cp2: '));
    await cluster().configure({ vrid: 73 });
    await using run = apply();
    await run.reported(runStep('activating'));
    await cluster().script(lost, "systemctl stop ssh; pkill -KILL -f '^sshd: operator' || true");
    const { code, events } = await run.end();
    await cluster().script(lost, 'systemctl start ssh');

    expect(code).toBe(4);
    expect(endsOf(events)).toEqual(['cp1 undone', 'cp2 undo-failed', 'cp3 undone']);
    const detail = events.find((event) => event.type === 'host-finished' && event.host === 'cp2');
    expect(detail).toMatchObject({ detail: expect.stringContaining('nothing listens there') as string });
    const now = (await changesSince(before, cluster())).filter((line) => !/^[+-] cp2: /.test(line));
    expect(now).toEqual([]);
    await heal();
  });

  it('with --keep-on-failure the others stay as they were changed, and apply goes on from there', async () => {
    const cut = cluster().host('cp3');
    await cluster().configure({ vrid: 74 });
    const table =
      "nft add table inet cut; nft add chain inet cut o '{ type filter hook output priority 0; }'";
    await cluster().script(
      cut,
      `${table}; nft add rule inet cut o ip daddr ${cluster().lab.vip} tcp dport 6443 drop`,
    );
    const kept = await cluster().run('apply', '--yes', '--keep-on-failure');
    await cluster().script(cut, 'nft delete table inet cut');

    expect(kept.code).toBe(4);
    expect(kept.stdout).toMatch(/^~ cp3 {2}changed {2}left as it is, as asked$/m);
    for (const host of cluster().hosts) {
      const conf = await cluster().read(host, 'cat', '/etc/keepalived/keepalived.conf');
      expect(conf).toContain('virtual_router_id 74\n');
    }
    expect(await leftovers(cluster())).toEqual([]);
    await heal();
  });
});
