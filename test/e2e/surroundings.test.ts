import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { hostMender } from '../support/host-mender.ts';
import { watchedVip } from '../support/vip-watch.ts';

const NETWORK = '/etc/systemd/network/10-eth0.network';

describe('what surrounds the VIP', () => {
  const cluster = clusterOfFile();
  const { sh, arrange } = hostMender(cluster);
  const check = async (): Promise<string> => (await cluster().run('check')).stdout;
  /** Ends keepalived on hosts, one after the other, as the kernel would that has no memory left; nothing starts it again. */
  const kill = async (...names: readonly string[]): Promise<void> => {
    const hosts = names.map((name) => cluster().host(name));
    const each = async (script: string): Promise<unknown> =>
      Promise.all(hosts.map(async (host) => cluster().script(host, script)));
    await each(`mkdir -p /run/systemd/system/keepalived.service.d
      printf '[Service]\\nRestart=no\\n' >/run/systemd/system/keepalived.service.d/99-test.conf; systemctl daemon-reload`);
    // The child first: one whose parent dies takes the VIP away as it ends.
    for (const host of hosts)
      await cluster().script(host, 'main=$(cat /run/keepalived.pid); kill -KILL $(pgrep -P "$main") "$main"');
    await each(`while systemctl is-active -q keepalived; do sleep 0.1; done; systemctl reset-failed keepalived
      rm -r /run/systemd/system/keepalived.service.d; systemctl daemon-reload`);
  };

  beforeAll(async () => {
    await cluster().succeed('apply', '--yes');
  });

  it('is calm on hosts of the lab, whose certificates are good for the VIP', async () => {
    const { vip } = cluster().lab;
    const said = await check();
    for (const name of ['cp1', 'cp2', 'cp3'])
      expect(said).toMatch(
        new RegExp(`^pass +certificate +${name} +the API server's is good for ${vip}$`, 'm'),
      );
    // Debian 12's keepalived has a fault that is known.
    expect(said).not.toMatch(/^(?:warn|fail)(?! +keepalived-version )/m);
  });

  it('has certificates that are not good for another VIP, and says how to make them', async () => {
    const { inventoryPath } = cluster().lab;
    const inventory = await readFile(inventoryPath, 'utf8');
    await writeFile(
      inventoryPath,
      inventory.replace(/control_plane_endpoint: .*/, 'control_plane_endpoint: 10.77.0.150:6443'),
    );
    try {
      const said = await check();
      expect(said).toMatch(/^warn +certificate +cp2 +the API server's is not good for 10\.77\.0\.150/m);
      expect(said).toContain('kubeadm init phase certs apiserver --config kubeadm.yaml');
    } finally {
      await writeFile(inventoryPath, inventory);
    }
  });

  it('has nothing to say of a certificate where no API server is', async () => {
    await cluster().host('cp1').api('stopped');
    expect(await check()).not.toMatch(/^\w+ +certificate +cp1/m);
    await cluster().host('cp1').api('ok');
  });

  it('has a networkd that takes the VIP away, until it is told to leave it', async () => {
    const { vip } = cluster().lab;
    await arrange(
      `printf '[Match]\\nName=eth0\\n\\n[Network]\\nAddress=%s\\n' "$(ip -4 -o address show dev eth0 scope global | sed -n 's/.*inet \\([^ ]*\\/24\\).*/\\1/p')" >${NETWORK}
       systemctl enable -q systemd-networkd; systemctl start systemd-networkd
       for n in 1 2 3 4 5 6 7 8 9; do networkctl --no-legend list eth0 | grep -q configured && break; sleep 0.5; done`,
      `systemctl disable -q --now systemd-networkd.socket systemd-networkd; rm -rf ${NETWORK} ${NETWORK}.d`,
    );
    await cluster().ownedBy(['cp1'], 15_000);
    expect(await check()).toMatch(
      /^warn +link-manager +cp1 +networkd \(\/etc\/systemd\/network\/10-eth0\.network\) takes the VIP away/m,
    );
    // keepalived may put it back before anybody looks: what the kernel told counts.
    const taken = `{ timeout 6 ip -o monitor address >/run/moves || :; } & sleep 0.3; echo DNS=10.77.0.1 >>${NETWORK}
      networkctl reload; wait; grep -q 'Deleted .* ${vip}/' /run/moves && echo taken || echo kept; rm /run/moves`;
    expect(await sh(taken)).toBe('taken');
    await cluster().ownedBy(['cp1'], 15_000);
    await sh(
      `mkdir ${NETWORK}.d; printf '[Network]\\nKeepConfiguration=static\\n' >${NETWORK}.d/konvoy-ha.conf; networkctl reload; sleep 1`,
    );
    await cluster().ownedBy(['cp1'], 15_000);
    expect(await check()).toMatch(
      /^pass +link-manager +cp1 +networkd keeps the VIP: KeepConfiguration=static$/m,
    );
    expect(await sh(taken)).toBe('kept');
  });

  it('has a kubelet and an etcd that take the VIP for the address of a host, and stops there', async () => {
    const { vip } = cluster().lab;
    await arrange(
      `mkdir -p /etc/kubernetes/manifests
       printf 'spec:\\n  containers:\\n  - command:\\n    - etcd\\n    - --listen-peer-urls=https://${vip}:2380\\n' >/etc/kubernetes/manifests/etcd.yaml
       cp /bin/sleep /usr/local/bin/kubelet
       systemd-run -q --unit=kubelet /bin/sh -c 'exec /usr/local/bin/kubelet 300 "$@"' sh; sleep 0.2
       echo 'KUBELET_EXTRA_ARGS=--node-ip=${vip}' >/etc/default/kubelet`,
      'systemctl stop kubelet; rm -r /etc/kubernetes /usr/local/bin/kubelet /etc/default/kubelet',
    );
    const { code, stderr } = await cluster().run('plan');
    expect(code).toBe(10);
    expect(stderr).toContain(`--node-ip of kubelet (/etc/default/kubelet) names the VIP ${vip}`);
    expect(stderr).toContain(
      `--listen-peer-urls of etcd (/etc/kubernetes/manifests/etcd.yaml) names the VIP ${vip}`,
    );
    await sh('rm -r /etc/default/kubelet /etc/kubernetes/manifests/etcd.yaml');
    expect(await check()).toMatch(/^warn +node-ip +cp1 +kubelet chooses its address by itself/m);
    await sh('echo KUBELET_EXTRA_ARGS=--node-ip=10.77.0.11 >/etc/default/kubelet');
    expect(await check()).not.toMatch(/^\w+ +node-ip/m);
  });

  it('has a tunnel of the container network that ends at the VIP', async () => {
    const { vip } = cluster().lab;
    await arrange(`ip link add flannel.1 type vxlan id 1 local ${vip} dstport 8472`, 'ip link del flannel.1');
    expect(await check()).toContain(`flannel.1 sends the traffic of pods from the VIP ${vip}`);
  });

  it('has a VIP that a killed keepalived has left: all say so, and apply takes it away', async () => {
    await kill('cp1');
    await cluster().ownedBy(['cp1', 'cp2'], 10_000);
    const left = `${cluster().lab.vip}/32 dev eth0`;
    expect(await check()).toMatch(/^warn +leftover +cp1/m);
    expect((await cluster().run('status')).stdout).toContain(`has ${left}, though keepalived does not run`);
    const verified = await cluster().run('verify');
    expect(verified.code).toBe(4);
    expect(verified.stdout).toContain(`ip addr del ${left}`);
    expect((await cluster().run('plan')).stdout).toContain(`- cp1  address ${left}`);
    const seen = await watchedVip(cluster().lab, async () => cluster().succeed('apply', '--yes'));
    await cluster().ownedBy(['cp1'], 10_000);
    expect(seen.use.refused + seen.lostOnTheWay, seen.words).toBe(0);
    expect((await cluster().run('plan', '--detailed-exitcode')).code).toBe(0);
    expect((await cluster().run('verify')).code).toBe(0);
  });

  it('has a VIP that all have left: it answers until another host has it', async () => {
    await kill('cp2', 'cp3', 'cp1');
    expect(await cluster().owners()).toEqual(['cp1']);
    const seen = await watchedVip(cluster().lab, async () => cluster().succeed('apply', '--yes'));
    await cluster().ownedBy(['cp1'], 10_000);
    expect(seen.use.refused + seen.lostOnTheWay, seen.words).toBe(0);
    expect(seen.owners.longestNoneMs, seen.words).toBeLessThanOrEqual(20 * seen.stretch);
  });

  it('has a VIP that all have left, and destroy takes it away', async () => {
    await kill('cp2', 'cp3', 'cp1');
    await cluster().succeed('destroy', '--yes');
    expect(await cluster().owners()).toEqual([]);
  });
});
