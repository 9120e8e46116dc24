import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { askVip } from '../support/vip-client.ts';
import { watchedVip } from '../support/vip-watch.ts';

/** The same lab with another address in place of the VIP. */
function at(lab: Lab, vip: string): Lab {
  return Object.create(lab, { vip: { value: vip } }) as Lab;
}

describe('a VIP of IPv6, and one of IPv4 that moves with it', () => {
  const cluster = clusterOfFile();
  const addresses = (): readonly Lab[] => [cluster().lab, at(cluster().lab, cluster().lab.vip6)];

  beforeAll(async () => {
    const { inventoryPath, vip6 } = cluster().lab;
    const inventory = await readFile(inventoryPath, 'utf8');
    const endpoint = `control_plane_endpoint: "[${vip6}]:6443"`;
    await writeFile(inventoryPath, inventory.replace(/control_plane_endpoint: .*/, endpoint));
    await cluster().succeed('apply', '--yes');
  });

  it('of IPv6 alone is proven, and its routers talk by IPv6', async () => {
    const lab = at(cluster().lab, cluster().lab.vip6);
    expect(await askVip(lab)).toEqual({ outcome: 'answered', status: 200, servedBy: 'cp1' });
    expect(await cluster().script(cluster().host('cp1'), 'cat /etc/keepalived/keepalived.conf')).toContain(
      `unicast_src_ip ${cluster().host('cp1').address6}\n`,
    );
    const { stdout } = await cluster().succeed('verify');
    expect(stdout).toContain(`[${lab.vip}]:6443/readyz says 200 from here`);
  });

  it('comes to both families without losing a request', async () => {
    await cluster().configure({ additionalVIPs: [cluster().lab.vip] });
    const lab = at(cluster().lab, cluster().lab.vip6);
    const seen = await watchedVip(lab, async () => cluster().succeed('apply', '--yes'));
    expect(seen.use.refused + seen.use.cut + seen.lostOnTheWay, seen.words).toBe(0);
    for (const address of addresses())
      expect(await askVip(address)).toEqual({ outcome: 'answered', status: 200, servedBy: 'cp1' });
    const { stdout } = await cluster().succeed('verify');
    expect(stdout).toMatch(/^pass {2}additional-vip .* is on cp1, as the VIP$/m);
  });

  it('moves in both families when its host is stopped, and comes back', async () => {
    const host = cluster().host('cp1');
    const move = async (): Promise<void> => {
      await cluster().script(host, 'systemctl stop keepalived');
      await cluster().ownedBy(['cp2'], 10_000);
      for (const address of addresses())
        expect(await askVip(address)).toMatchObject({ outcome: 'answered', servedBy: 'cp2' });
      await cluster().script(host, 'systemctl start keepalived');
      await cluster().ownedBy(['cp1'], 10_000);
      for (const address of addresses())
        expect(await askVip(address)).toMatchObject({ outcome: 'answered', servedBy: 'cp1' });
    };
    for (const address of addresses()) {
      const seen = await watchedVip(address, move);
      expect(seen.use.refused, seen.words).toBe(0);
      // DESIGN §9: stopped orderly, 150 ms at most.
      expect(seen.owners.longestNoneMs, seen.words).toBeLessThanOrEqual(150 * seen.stretch);
    }
  });

  it('is called what it is when somebody leaves the additional one on another host', async () => {
    const host = cluster().host('cp2');
    const vip = cluster().lab.vip;
    await cluster().script(host, `ip address add ${vip}/32 dev ens3`);
    const { code, stdout } = await cluster().run('verify');
    expect(code).toBe(4);
    expect(stdout).toContain(`${vip} is on cp1 and cp2, while ${cluster().lab.vip6} is on cp1`);
    await cluster().script(host, `ip address del ${vip}/32 dev ens3`);
    expect((await cluster().run('verify')).code).toBe(0);
  });

  it('goes back to the one of IPv6 alone', async () => {
    await cluster().succeed('rollback', '--yes');
    const lab = at(cluster().lab, cluster().lab.vip6);
    expect(await askVip(lab)).toMatchObject({ outcome: 'answered', servedBy: 'cp1' });
    expect(await cluster().owners()).toEqual([]);
    await cluster().succeed('destroy', '--yes');
  });
});
