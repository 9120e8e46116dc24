import { describe, expect, it } from 'vitest';
import { CliProcess, runStep } from '../support/cli-process.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { watchForChanges } from '../support/untouched.ts';

describe('a rehearsal of the VIP on three hosts', () => {
  const cluster = clusterOfFile();
  const on = async (name: string, script: string): Promise<string> =>
    cluster().script(cluster().host(name), script);
  /** What a rehearsal can have left on the hosts. */
  const traces = async (): Promise<readonly string[]> =>
    Promise.all(
      ['cp1', 'cp2', 'cp3'].map(async (name) =>
        on(
          name,
          `ip -o address show | grep ' ${cluster().lab.vip}/' || :
ls /run/konvoy-ha 2>/dev/null || :
systemctl list-units --all --no-legend 'konvoy-ha-later-*' || :`,
        ),
      ),
    );
  const clean = ['', '', ''];

  it('reaches it on each of them, and leaves nothing behind', async () => {
    const changes = await watchForChanges(cluster().hosts);
    const { stdout } = await cluster().succeed('check', '--rehearse');
    expect(stdout).toMatch(/^pass +rehearsal +cp1 +had \S+ for a moment, .* from cp2, cp3, here$/m);
    expect(stdout).toMatch(/^pass +rehearsal +cp3 +had \S+ for a moment, .* from cp1, cp2$/m);
    expect(await traces()).toEqual(clean);
    expect((await changes()).filter((path) => !path.includes('/run/lock'))).toEqual([]);
  });

  it('names the host that may not answer for an address that is not its own', async () => {
    await on(
      'cp2',
      `nft -f - <<'END'
table arp spoofing {
  chain output { type filter hook output priority 0; policy accept; arp saddr ip ${cluster().lab.vip} drop; }
}
END`,
    );
    const { code, stdout } = await cluster().run('check', '--rehearse');
    expect(code).toBe(4);
    expect(stdout).toMatch(
      /^fail +rehearsal +cp2 +had \S+ for a moment, and was not reached there from cp1, cp3$/m,
    );
    expect(stdout).toMatch(/^pass +rehearsal +cp1 /m);
    await on('cp2', 'nft delete table arp spoofing');
    expect(await traces()).toEqual(clean);
  });

  it('that is killed leaves a host that gives the VIP up by itself', async () => {
    await using run = new CliProcess('check', '--rehearse', '--inventory', cluster().lab.inventoryPath);
    await run.reported(runStep('rehearsing with the VIP on cp1'));
    await expect.poll(async () => (await traces())[0], { timeout: 10_000, interval: 20 }).toContain('/32');
    run.signal('SIGKILL');
    await run.end();
    await expect.poll(traces, { timeout: 60_000, interval: 1000 }).toEqual(clean);
  });

  it('is left out while the VIP is in use', async () => {
    await cluster().succeed('apply', '--yes');
    const { stdout } = await cluster().succeed('check', '--rehearse');
    expect(stdout).toMatch(/^skipped +rehearsal +\S+ is in use: /m);
    expect(await cluster().owners()).toEqual(['cp1']);
  });
});
