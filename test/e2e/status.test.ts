import { beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import type { ClusterStatus } from '../../src/domain/status.ts';
import { CliProcess } from '../support/cli-process.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';

/** A look of a status that is watched, of which this is true. */
function look(isWanted: (status: ClusterStatus) => boolean): (event: RunEvent) => boolean {
  return (event) => event.type === 'status' && isWanted(event.status);
}

const owners = ({ hosts }: ClusterStatus): string =>
  hosts.flatMap(({ host, holdsVip }) => (holdsVip ? [host] : [])).join();

describe('a status', () => {
  const cluster = clusterOfFile();

  beforeAll(async () => {
    await cluster().succeed('apply', '--yes');
    await cluster().ownedBy(['cp1'], 10_000);
  });

  it('has the numbers for Prometheus and nothing else on stdout', async () => {
    const { stdout } = await cluster().succeed('status', '--format', 'prometheus');
    expect(stdout.split('\n')).toContain(`konvoy_ha_vip_owners{endpoint="${cluster().lab.vip}:6443"} 1`);
    expect(stdout.replace(/^(?:# (?:HELP|TYPE) .*|konvoy_ha_\w+\{[^}]*\} [\d.]+)\n/gm, '')).toBe('');
  });

  it('is a diagram for Mermaid', async () => {
    const { stdout } = await cluster().succeed('status', '--format', 'mermaid');
    expect(stdout).toContain('  h0["cp1<br/>active<br/>priority 250"]:::active\n');
  });

  it('that is watched sees a host that freezes and comes back, and a VIP that goes', async () => {
    await using run = new CliProcess('status', '--watch', '1', '--inventory', cluster().lab.inventoryPath);
    await run.reported(look((status) => owners(status) === 'cp1'));

    await cluster().host('cp3').pause();
    await run.reported(
      look(({ hosts }) =>
        hosts.some(({ host, problem }) => host === 'cp3' && problem === 'no answer within 4 s'),
      ),
    );
    await cluster().host('cp3').unpause();

    const stopped = Date.now();
    await Promise.all(
      cluster().hosts.map(async (host) => cluster().script(host, 'systemctl stop keepalived')),
    );
    await run.reported(
      look((status) => owners(status) === '' && status.hosts.every(({ reachable }) => reachable)),
    );
    // 5 s are promised; a machine that is busy with other tests gets more.
    expect(Date.now() - stopped).toBeLessThan(20_000);

    run.signal('SIGINT');
    expect((await run.end()).code).toBe(130);
  });
});
