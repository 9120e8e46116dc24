import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LabHost } from '../../src/lab/host.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { watchedVip, type Watched } from '../support/vip-watch.ts';

/** As a playbook writes it: VRRPv2 by multicast with a password, the VIP with the prefix of its subnet. */
function playbook(
  vip: string,
  { device, priority }: { readonly device: string; readonly priority: number },
): string {
  return `! Configuration File for keepalived
global_defs {
   router_id LVS_DEVEL
}

vrrp_script chk_api {
    script "/usr/bin/test -e /etc/hostname"
    interval 2
}

vrrp_instance VI_1 {
    state BACKUP
    interface ${device}
    virtual_router_id 51
    priority ${priority}
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        ${vip}/24 dev ${device}
    }
    track_script {
        chk_api
    }
}
`;
}

/** Another VIP that the same keepalived moves, which is none of ours. */
function other(device: string): string {
  return `
vrrp_instance OTHER {
    state BACKUP
    interface ${device}
    virtual_router_id 77
    priority 100
    advert_int 1
    virtual_ipaddress {
        10.77.0.177/32 dev ${device}
    }
}
`;
}

const PRIORITIES: Readonly<Record<string, number>> = { cp1: 130, cp2: 150, cp3: 140 };

describe('a keepalived that somebody else has configured', () => {
  const cluster = clusterOfFile();
  const hosts = (): readonly LabHost[] => cluster().hosts;
  const deviceOf = (host: LabHost): string => (host.name === 'cp2' ? 'ens3' : 'eth0');
  const confOf = (host: LabHost): string =>
    playbook(cluster().lab.vip, { device: deviceOf(host), priority: PRIORITIES[host.name] ?? 100 }) +
    other(deviceOf(host));
  const sums = async (): Promise<readonly string[]> =>
    Promise.all(
      hosts().map(async (host) =>
        cluster().script(
          host,
          `stat -c '%n %a %U:%G' /etc/keepalived/*; sha256sum /etc/keepalived/keepalived.conf
           systemctl is-active keepalived; systemctl is-enabled keepalived; ls /usr/libexec/keepalived 2>/dev/null || :`,
        ),
      ),
    );
  const havingOther = async (): Promise<number> =>
    (
      await Promise.all(
        hosts().map(async (host) =>
          cluster().script(host, "ip -o address show | grep -c ' 10.77.0.177/' || :"),
        ),
      )
    ).filter((count) => count.trim() === '1').length;
  const nothingLost = ({ use, lostOnTheWay, owners, stretch, words }: Watched): void => {
    expect(use.refused + lostOnTheWay, words).toBe(0);
    // The instant of a move from one host to the other.
    expect(owners.longestNoneMs, words).toBeLessThanOrEqual(20 * stretch);
  };

  beforeAll(async () => {
    await Promise.all(
      hosts().map(async (host) => {
        await cluster().script(host, 'apt-get install -y -qq keepalived >/dev/null 2>&1');
        await cluster().script(
          host,
          `cat >/etc/keepalived/keepalived.conf <<'END'\n${confOf(host)}END\nsystemctl restart keepalived`,
        );
      }),
    );
  });
  beforeEach(async () => cluster().ownedBy(['cp2'], 20_000));

  it('is recognised by check and plan, and never fought', async () => {
    const before = await sums();
    for (const command of ['check', 'plan', 'apply --yes']) {
      const { code, stderr } = await cluster().run(...command.split(' '));
      expect(code).toBe(10);
      expect(stderr).toContain(
        `somebody else runs keepalived here (vrrp_instance VI_1: VRID 51, priority 150, ${cluster().lab.vip} on ens3)`,
      );
      expect(stderr).toContain('take it over, with the VIP staying up: konvoy-ha apply --adopt');
    }
    expect(await sums()).toEqual(before);
  });

  it('is taken over with its VRID, its priorities and its VIP, which stays up all the time; and is given back', async () => {
    const before = await sums();
    const seen = await watchedVip(cluster().lab, async () => cluster().succeed('apply', '--adopt', '--yes'));
    process.stdout.write(`apply --adopt\n${seen.words}\n`);
    nothingLost(seen);
    await cluster().ownedBy(['cp2'], 10_000);
    for (const host of hosts()) {
      const conf = await cluster().script(host, 'cat /etc/keepalived/keepalived.conf');
      expect(conf).toContain('virtual_router_id 51\n');
      expect(conf).toContain(`priority ${PRIORITIES[host.name] ?? 0}\n`);
    }
    expect((await cluster().run('verify')).code).toBe(0);
    // Later runs need no word of it, and what is not ours goes on.
    expect((await cluster().run('plan', '--detailed-exitcode')).code).toBe(0);
    expect(await havingOther()).toBe(1);

    const back = await watchedVip(cluster().lab, async () =>
      cluster().succeed('rollback', '--to', '0', '--yes'),
    );
    process.stdout.write(`rollback --to 0\n${back.words}\n`);
    nothingLost(back);
    expect(await sums()).toEqual(before);
    expect(await havingOther()).toBe(1);
  });
});
