import { beforeAll, describe, expect, it } from 'vitest';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { OwnerWatch } from '../support/vip-owners.ts';

/** What a host filters with, whoever asks: all of nft's and of iptables', without what only counts. */
const RULES = `{ nft -s list ruleset 2>&1 | grep -v '^#' || :
for tool in iptables-save ip6tables-save; do
  ! command -v "$tool" >/dev/null || "$tool" | sed '/^#/d; s/ \\[[0-9]*:[0-9]*\\]$//'
done; } | sed '/127.0.0.11/s/[0-9]\\{4,5\\}/PORT/' # of the container engine's name server, another one after a boot
cat /etc/ufw/*.rules /etc/default/ufw 2>/dev/null || :
ls /etc/systemd/system /etc/systemd/system/*.wants; ls -d /etc/konvoy-ha 2>&1 || :`;

/** A file of rules as an administrator of a lone server writes it: what is not named does not come in. */
const NFT_DROP = `cat >/etc/nftables.conf <<'END'
#!/usr/sbin/nft -f
flush ruleset
table inet filter {
  chain input {
    type filter hook input priority 0; policy drop;
    iif "lo" accept
    ct state established,related accept
    meta l4proto { 1, 58 } accept
    tcp dport 22 accept
  }
  chain output {
    type filter hook output priority 0; policy drop;
    oif "lo" accept
    ct state established,related accept
    meta l4proto { 1, 6, 17, 58 } accept
  }
}
END
systemctl enable --now nftables`;

const UFW = `apt-get install -y -q ufw >/dev/null 2>&1
ufw allow 22/tcp; ufw allow 6443/tcp; ufw --force enable`;

const EXPLICIT = `nft -f - <<'END'
table ip theirs {
  chain guard {
    type filter hook input priority -10; policy accept;
    ip protocol 112 counter drop comment "no routers here"
  }
}
END`;

/** Where konvoy-ha does not look. */
const PREROUTING = `nft -f - <<'END'
table ip early {
  chain first { type filter hook prerouting priority -300; policy accept; ip protocol 112 drop; }
}
END`;

describe('hosts whose firewalls drop VRRP: nftables on cp1, ufw on cp2, a rule against it on cp3', () => {
  const cluster = clusterOfFile();
  const on = async (name: string, script: string): Promise<string> =>
    cluster().script(cluster().host(name), script);
  const rules = async (): Promise<readonly string[]> =>
    Promise.all(['cp1', 'cp2', 'cp3'].map(async (name) => on(name, RULES)));
  let before: readonly string[];

  beforeAll(async () => {
    await Promise.all([on('cp1', NFT_DROP), on('cp2', UFW), on('cp3', EXPLICIT)]);
    before = await rules();
  });

  it('check finds each of them, by what its rules say and by trying, and changes nothing', async () => {
    const { stdout } = await cluster().succeed('check');
    expect(stdout).toMatch(/^warn +firewall +cp1 +the chain inet filter input, .* drops .*in vrrp from/m);
    expect(stdout).toMatch(/^warn +firewall +cp2 +ufw \(the chain ip filter INPUT\) drops in vrrp from/m);
    expect(stdout).toMatch(/^warn +firewall +cp3 +the chain ip theirs guard drops in vrrp from/m);
    for (const name of ['cp1', 'cp2', 'cp3'])
      expect(stdout).toMatch(new RegExp(`^warn +vrrp-reach +${name} +${name} does not hear VRRP from`, 'm'));
    expect(await rules()).toEqual(before);
  });

  it('apply opens them before anybody is active, and never two are', async () => {
    const watch = await OwnerWatch.start(cluster().lab);
    const { stdout } = await cluster().succeed('apply', '--yes');
    const seen = await watch.stop();
    expect(stdout).toMatch(/\+ cp2 +opening netfilter +open in vrrp from \S+, in vrrp from \S+$/m);
    expect(seen.longestSeveralMs, seen.course.join('; ')).toBe(0);
    expect(await cluster().oneOwner(5_000)).toBe('cp1');
    const verified = await cluster().run('verify');
    expect(verified.code, verified.stdout).toBe(0);
  });

  it('then every host hears every other, and there is nothing to do', async () => {
    const { stdout } = await cluster().succeed('check');
    for (const name of ['cp1', 'cp2', 'cp3'])
      expect(stdout).toMatch(new RegExp(`^pass +vrrp-reach +${name} +hears cp., cp. by unicast$`, 'm'));
    expect((await cluster().run('plan', '--detailed-exitcode')).code).toBe(0);
  });

  it('routers take no notice of the test, in neither mode', async () => {
    const said = async (): Promise<readonly string[]> =>
      Promise.all(
        ['cp1', 'cp2', 'cp3'].map(async (name) => on(name, 'journalctl -u keepalived -o cat | wc -l')),
      );
    await cluster().configure({ mode: 'multicast' });
    await cluster().succeed('apply', '--yes');
    expect(await cluster().oneOwner(10_000)).toBe('cp1');
    const quiet = await said();
    expect((await cluster().succeed('check')).stdout).toMatch(
      /^pass +vrrp-reach +cp2 +hears cp1, cp3 by multicast$/m,
    );
    expect(await said()).toEqual(quiet);
    await cluster().configure();
    await cluster().succeed('apply', '--yes');
    expect(await cluster().oneOwner(10_000)).toBe('cp1');
  });

  it('what loads the rules again does not close them, nor does a boot', async () => {
    await on('cp1', 'systemctl reload nftables');
    expect(await on('cp1', 'nft list chain inet filter input')).toContain('konvoy-ha: in vrrp from');
    await on('cp1', 'systemctl restart nftables');
    expect(await on('cp1', 'nft list chain inet filter input')).toContain('konvoy-ha: in vrrp from');
    await on('cp2', 'ufw reload; ufw allow 8080/tcp; ufw delete allow 8080/tcp');
    expect(await on('cp2', 'iptables -S INPUT')).toContain('konvoy-ha: in vrrp from');
    await cluster().host('cp2').reboot();
    expect(await on('cp2', 'iptables -S INPUT')).toContain('konvoy-ha: in vrrp from');
    expect(await cluster().oneOwner(10_000)).toBe('cp1');
  });

  it('rules that somebody flushes are drift, and the next apply opens again', async () => {
    await on('cp3', 'nft flush chain ip theirs guard; nft add rule ip theirs guard ip protocol 112 drop');
    const drifted = await cluster().run('plan', '--detailed-exitcode');
    expect(drifted.code).toBe(2);
    expect(drifted.stdout).toMatch(/~ cp3 +opening netfilter +open in vrrp/);
    await cluster().succeed('apply', '--yes');
    expect(await on('cp3', 'nft list chain ip theirs guard')).toContain('konvoy-ha: in vrrp from');
    await on('cp3', 'nft delete table ip theirs');
    const gone = await cluster().succeed('apply', '--yes');
    expect(gone.stdout).toMatch(/- cp3 +opening netfilter +close/);
    await on('cp3', EXPLICIT);
    await cluster().succeed('apply', '--yes');
  });

  it('rollback to before us closes them, and the firewalls are what they were, to the byte', async () => {
    await cluster().succeed('rollback', '--to', '0', '--yes');
    expect(await rules()).toEqual(before);
    await cluster().succeed('apply', '--yes');
    await cluster().succeed('destroy', '--yes');
    expect(await rules()).toEqual(before);
  });

  const drop = async (name: string): Promise<string> => on(name, PREROUTING);

  it('what apply opens and is closed elsewhere all the same is undone before anybody is active', async () => {
    await drop('cp3');
    const now = await rules();
    const undone = await cluster().run('apply', '--yes');
    expect(undone.code, undone.stderr).toBe(3);
    expect(undone.stderr).toContain('cp3 does not hear VRRP from cp1: what comes in on cp3 is dropped');
    expect(await cluster().owners()).toEqual([]);
    expect(await rules()).toEqual(now);
  });

  it('what apply could not open stops it, with the pair and a way out, and nothing is changed', async () => {
    await on('cp3', 'nft delete table ip theirs');
    const now = await rules();
    const refused = await cluster().run('apply', '--yes');
    expect(refused.code, refused.stderr).toBe(10);
    expect(refused.stderr).toContain('cp3 does not hear VRRP from cp1: what comes in on cp3 is dropped');
    const checked = await cluster().run('check');
    expect(checked.code).toBe(10);
    expect(checked.stdout).toMatch(/^fail +vrrp-reach +cp3 /m);
    expect(await rules()).toEqual(now);
  });
});
