import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LabHost } from '../../src/lab/host.ts';
import { eventsOf } from '../support/cli.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { files, lifeOf, MANAGED } from '../support/host-state.ts';
import { askVip } from '../support/vip-client.ts';

describe('the life of a virtual router on three hosts', () => {
  const cluster = clusterOfFile();
  let firstApply: string;

  beforeAll(async () => {
    firstApply = (await cluster().succeed('apply', '--yes')).stdout;
  });

  /** All there is of ours on all hosts, with times, and the life of the service. */
  const everything = async (): Promise<readonly (readonly string[])[]> =>
    Promise.all(
      cluster().hosts.map(async (host) => [
        ...(await files(host, MANAGED)),
        await lifeOf(host, 'keepalived'),
      ]),
    );
  const conf = async (host: LabHost): Promise<string> =>
    cluster().read(host, 'cat', '/etc/keepalived/keepalived.conf');
  const kept = async (host: LabHost): Promise<string> =>
    cluster().script(host, 'cat /var/lib/konvoy-ha/kubernetes/kept/*/etc_keepalived_keepalived.conf');
  const nothingToDo = async (): Promise<void> => {
    expect((await cluster().run('plan', '--detailed-exitcode')).code).toBe(0);
    expect((await cluster().run('status', '--detailed-exitcode')).code).toBe(0);
  };

  it('the first apply proves that one host holds the VIP and that it answers', async () => {
    expect(firstApply).toMatch(/^konvoy-ha: verified: \d+ passed; vip active on cp1$/m);
    expect(firstApply).toMatch(/^konvoy-ha: generation 1 recorded; /m);
    expect(await cluster().owners()).toEqual(['cp1']);
  });

  it('the VIP answers over TLS, asked from the test machine and from every host', async () => {
    expect(await askVip(cluster().lab)).toEqual({ outcome: 'answered', status: 200, servedBy: 'cp1' });
    const ask = `printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' |
      timeout 5 openssl s_client -quiet -verify_return_error -CAfile /etc/konvoy-ha-lab/api/ca.crt \
        -verify_ip ${cluster().lab.vip} -connect ${cluster().lab.vip}:6443 2>/dev/null | head -n 1`;
    for (const host of cluster().hosts) expect(await cluster().script(host, ask)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('every host is configured for its own interface, address and peers', async () => {
    const interfaces = ['eth0', 'ens3', 'eth0'];
    for (const [index, host] of cluster().hosts.entries()) {
      const text = await conf(host);
      expect(text).toContain(`    interface ${interfaces[index]}\n`);
      expect(text).toContain(`        ${cluster().lab.vip}/32 dev ${interfaces[index]}\n`);
      expect(text).toContain(`    unicast_src_ip ${host.address}\n`);
      const peers = cluster()
        .hosts.filter((other) => other !== host)
        .map((other) => `        ${other.address}\n`);
      expect(text).toContain(`    unicast_peer {\n${peers.join('')}    }\n`);
    }
  });

  it('a second apply and a plan change nothing: no file, no time of a file, no process, no generation', async () => {
    const before = await everything();
    const second = await cluster().succeed('apply', '--yes');
    expect(second.stdout).toContain('konvoy-ha: no changes; the hosts are as the inventory asks\n');
    expect((await cluster().run('plan', '--detailed-exitcode')).code).toBe(0);
    expect((await cluster().run('apply', '--dry-run', '--detailed-exitcode')).code).toBe(0);
    expect(await everything()).toEqual(before);
  });

  it('without --yes and without a terminal an apply that would change something changes nothing', async () => {
    await cluster().configure({ profile: 'safe' });
    const before = await everything();
    const refused = await cluster().run('apply');
    expect(refused).toMatchObject({ code: 10, stderr: expect.stringContaining('add --yes') as string });
    expect(await everything()).toEqual(before);
    await cluster().configure();
  });

  it('a priority edited by hand is shown as the exact difference, kept, and mended', async () => {
    const host = cluster().host('cp2');
    const before = await conf(host);
    await cluster().script(
      host,
      "sed -i 's/^    priority 240$/    priority 199/' /etc/keepalived/keepalived.conf",
    );
    const edited = await everything();

    const plan = await cluster().run('plan', '--detailed-exitcode');
    expect(plan.code).toBe(2);
    expect(plan.stdout).toContain(
      [
        '    --- a/etc/keepalived/keepalived.conf',
        '    +++ b/etc/keepalived/keepalived.conf',
        '    @@ -34,7 +34,7 @@',
        '         state BACKUP',
        '         interface ens3',
        `         virtual_router_id 100`,
        '    -    priority 199',
        '    +    priority 240',
        '         advert_int 0.5',
        `         unicast_src_ip ${host.address}`,
        '         unicast_peer {',
        '',
      ].join('\n'),
    );
    expect(plan.stdout).toContain('! cp2  changed by hand since generation 1; this apply overwrites that\n');
    expect(plan.stdout).toMatch(/^= cp1 {2}\d+ unchanged$/m);
    const status = await cluster().run('status', '--detailed-exitcode');
    expect(status.code).toBe(2);
    expect(status.stdout).toContain(
      '! cp2  file /etc/keepalived/keepalived.conf: changed by hand since generation 1\n',
    );
    expect(await everything()).toEqual(edited);

    await cluster().succeed('apply', '--yes');
    expect(await conf(host)).toBe(before);
    expect(await kept(host)).toBe(before.replace('priority 240', 'priority 199'));
    expect(await cluster().owners()).toEqual(['cp1']);
    await nothingToDo();
  });

  it('a saved plan is applied as it is, without asking, and refused when a host has changed since', async () => {
    const host = cluster().host('cp2');
    const before = await conf(host);
    const path = join(cluster().lab.stateDir, 'friday.plan');
    const edit = async (script: string): Promise<string> =>
      cluster().script(host, `sed -i '${script}' /etc/keepalived/keepalived.conf`);
    await edit('s/priority 240/priority 199/');
    expect((await cluster().succeed('plan', '-o', path)).stdout).toContain(`konvoy-ha: saved as ${path}; `);
    await edit('$a# again');
    const edited = await everything();
    const refused = await cluster().run('apply', path);
    expect(refused.code).toBe(10);
    expect(refused.stderr).toContain('cp2: file /etc/keepalived/keepalived.conf has changed on the host\n');
    expect(await everything()).toEqual(edited);
    await edit('$d');
    await cluster().succeed('apply', path);
    expect(await conf(host)).toBe(before);
    expect(await cluster().run('apply', path)).toMatchObject({
      code: 10,
      stderr: expect.stringContaining('is there now') as string,
    });
    await nothingToDo();
  });

  it.each(['cp3', 'cp1'])(
    '%s, made a virtual router of its own by hand, joins the others again',
    async (name) => {
      const host = cluster().host(name);
      const before = await conf(host);
      await cluster().script(
        host,
        "sed -i 's/virtual_router_id .*/virtual_router_id 199/' /etc/keepalived/keepalived.conf; systemctl reload keepalived",
      );
      // It hears nobody any more, and the others do not hear it.
      await expect.poll(() => cluster().owners(), { timeout: 20_000 }).toHaveLength(2);
      const verdict = await cluster().run('verify');
      expect(verdict).toMatchObject({
        code: 4,
        stdout: expect.stringContaining('split brain: cp1 and cp') as string,
      });

      await cluster().succeed('apply', '--yes');
      expect(await conf(host)).toBe(before);
      expect(await kept(host)).toContain('virtual_router_id 199');
      await cluster().ownedBy(['cp1'], 10_000);
      await nothingToDo();
    },
  );

  it('a check script that was deleted is back, and keepalived asks it, also when it had given up on it', async () => {
    const host = cluster().host('cp3');
    // On reading its configuration keepalived disables a script that is not there, for good.
    await cluster().script(host, 'rm /usr/libexec/keepalived/konvoy-ha-ready; systemctl reload keepalived');
    const status = await cluster().run('status', '--detailed-exitcode');
    expect(status.code).toBe(2);
    expect(status.stdout).toContain(
      'file /usr/libexec/keepalived/konvoy-ha-ready: changed by hand since generation',
    );
    await cluster().succeed('apply', '--yes');
    expect(await trackedScripts(host)).toEqual(['konvoy_ha_live weight 0', 'konvoy_ha_ready weight -60']);
    await nothingToDo();
  });

  it('a keepalived that was stopped on a backup runs again, and nobody else notices', async () => {
    const others = [cluster().host('cp1'), cluster().host('cp3')];
    const before = await Promise.all(others.map(async (host) => lifeOf(host, 'keepalived')));
    await cluster().script(cluster().host('cp2'), 'systemctl stop keepalived');
    const status = await cluster().run('status', '--detailed-exitcode');
    expect(status).toMatchObject({ code: 2, stdout: expect.stringMatching(/^! cp2 +stopped /m) as string });
    await cluster().succeed('apply', '--yes');
    expect(await cluster().read(cluster().host('cp2'), 'systemctl', 'is-active', 'keepalived')).toBe(
      'active',
    );
    expect(await Promise.all(others.map(async (host) => lifeOf(host, 'keepalived')))).toEqual(before);
    await nothingToDo();
  });

  it('a keepalived that was disabled is enabled again without a restart', async () => {
    const host = cluster().host('cp2');
    const before = await lifeOf(host, 'keepalived');
    await cluster().script(host, 'systemctl --quiet disable keepalived');
    const verdict = await cluster().run('verify');
    expect(verdict.stdout).toContain('keepalived runs, but would not after a reboot');
    expect(verdict.code).toBe(4);
    await cluster().succeed('apply', '--yes');
    expect(await cluster().read(host, 'systemctl', 'is-enabled', 'keepalived')).toBe('enabled');
    expect(await lifeOf(host, 'keepalived')).toBe(before);
    await nothingToDo();
  });

  it('what looks like a secret in a file is shown nowhere', async () => {
    const host = cluster().host('cp1');
    await cluster().script(host, "echo '# auth_pass hunter2' >>/etc/keepalived/keepalived.conf");
    for (const words of [['plan'], ['plan', '--json'], ['apply', '--yes', '--json']]) {
      const { stdout, stderr } = await cluster().run(...words);
      expect(stdout + stderr).not.toContain('hunter2');
      expect(stdout).toContain('[redacted]');
    }
    await nothingToDo();
  });

  it('--limit refuses a change that would give the VIP two owners, and a pattern that matches nothing', async () => {
    await cluster().configure({ vrid: 88 });
    const before = await everything();
    const refused = await cluster().run('apply', '--yes', '--limit', 'cp1');
    expect(refused.code).toBe(10);
    expect(refused.stderr).toContain(
      'changing this host alone would give the VIP two owners: cp2, cp3 would not hear it',
    );
    expect(await cluster().run('status', '--limit', 'cp9')).toMatchObject({ code: 10, stdout: '' });
    const one = eventsOf(await cluster().succeed('status', '--limit', 'cp2', '--json')).find(
      ({ type }) => type === 'status',
    );
    expect(one).toMatchObject({ status: { hosts: [{ host: 'cp2', state: 'backup', drift: [] }] } });
    expect((one as unknown as { status: { hosts: unknown[] } }).status.hosts).toHaveLength(1);
    expect(await everything()).toEqual(before);
    await cluster().configure();
  });

  /** The scripts that the running keepalived asks, by its own word. */
  const trackedScripts = async (host: LabHost): Promise<readonly string[]> => {
    const data = await cluster().script(
      host,
      `rm -f /tmp/keepalived.data; kill -s USR1 "$(cat /run/keepalived.pid)"
      tries=0; until grep -q '^------< VRRP Scripts' /tmp/keepalived.data 2>/dev/null; do
        [ $tries -lt 100 ]; tries=$((tries + 1)); sleep 0.05; done
      sed -n '/Tracked scripts/,/Using smtp/s/^     \\(konvoy.*\\)/\\1/p' /tmp/keepalived.data`,
    );
    return data.split('\n').toSorted();
  };
});
