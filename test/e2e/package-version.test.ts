import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf } from '../support/cli.ts';
import { CliProcess, runStep } from '../support/cli-process.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { lockedHosts } from '../support/undone.ts';
import { changeRow, stationsOf, watchedVip, type Watched } from '../support/vip-watch.ts';

/** The program of the lab under other versions: what a restart and a package manager do is the same. */
const NEWER = '1:2.2.7-1+b2+konvoy1';
const BROKEN = '1:2.2.7-1+b2+konvoy2';

describe('another version of keepalived, under 50 connections a second', () => {
  const cluster = clusterOfFile();
  const table: string[] = [];
  let older = '';

  const versions = async (): Promise<readonly string[]> =>
    Promise.all(
      cluster().hosts.map(async (host) =>
        cluster().script(host, "dpkg-query -W -f '${db:Status-Status} ${Version}' keepalived"),
      ),
    );
  const pids = async (): Promise<readonly string[]> =>
    Promise.all(cluster().hosts.map(async (host) => cluster().script(host, 'cat /run/keepalived.pid')));
  const all = (version: string): readonly string[] => cluster().hosts.map(() => `installed ${version}`);
  const seenBy = async (title: string, work: () => Promise<void>): Promise<Watched> => {
    const seen = await watchedVip(cluster().lab, work);
    table.push(changeRow(title, seen));
    expect(seen.use.refused, seen.words).toBe(0);
    expect(seen.lostOnTheWay, seen.words).toBe(0);
    expect(seen.owners.longestNoneMs, seen.words).toBeLessThanOrEqual(20 * seen.stretch);
    return seen;
  };

  beforeAll(async () => {
    await Promise.all(
      cluster().hosts.map(async (host) => {
        await cluster().script(host, offer(NEWER, 'exit 0'));
        await cluster().script(host, offer(BROKEN, host.name === 'cp2' ? 'exit 1' : 'exit 0'));
        await cluster().script(host, LIST);
      }),
    );
    // The lists now have newer ones: what is there is asked for by its number.
    older = await cluster().script(
      cluster().host('cp1'),
      "apt-cache policy keepalived | sed -n 's/^ *\\(1:2.2.7-1+b2\\) .*/\\1/p'",
    );
    await cluster().configure({ packageVersion: older });
    await cluster().succeed('apply', '--yes');
    expect(await versions()).toEqual(all(older));
  });
  afterAll(() => void process.stdout.write(`${table.join('\n')}\n`));

  it('a version that no host can have is refused, with those that there are', async () => {
    await cluster().configure({ packageVersion: '1:9.9-1' });
    const refused = await cluster().run('plan');
    expect(refused.code).toBe(10);
    expect(refused.stderr).toContain('keepalived 1:9.9-1 is not to be had here: its package lists have');
    expect(refused.stderr).toContain(NEWER);
  });

  it('is installed everywhere, restarted on the backups first, and moves the VIP as foretold', async () => {
    await cluster().configure({ packageVersion: NEWER });
    const before = await pids();
    let prediction = '';
    const seen = await seenBy('package upgraded', async () => {
      const events = eventsOf(await cluster().succeed('apply', '--yes', '--json'));
      const plan = events.find(({ type }) => type === 'plan');
      prediction = plan?.type === 'plan' ? plan.plan.activation.prediction : '';
    });
    expect(prediction).toMatch(/^the VIP moves to cp2, then to cp1, which has the highest priority/);
    expect(stationsOf(seen), seen.words).toEqual(['cp1', 'cp2', 'cp1']);
    expect(await versions()).toEqual(all(NEWER));
    const after = await pids();
    expect(after.filter((pid, index) => pid === before[index])).toEqual([]);
    expect((await cluster().run('plan', '--detailed-exitcode')).code).toBe(0);
    expect(await cluster().script(cluster().host('cp1'), 'ls /run/konvoy-ha')).not.toContain('handover');
    expect(
      await cluster().script(
        cluster().host('cp1'),
        'systemctl is-enabled keepalived; ls -A /var/lib/konvoy-ha/.packages',
      ),
    ).toBe(`enabled\nkeepalived_${older.replace(':', '_')}.deb`);
  });

  it('goes back with a rollback, without a mirror, and comes again', async () => {
    const hidden =
      'mv /etc/apt/sources.list.d /etc/apt/hidden.d; mv /etc/apt/sources.list /etc/apt/hidden.list || :';
    await Promise.all(cluster().hosts.map(async (host) => cluster().script(host, hidden)));
    const back = await seenBy('rolled back', async () => {
      await cluster().succeed('rollback', '--yes');
    });
    expect(stationsOf(back), back.words).toEqual(['cp1', 'cp2', 'cp1']);
    expect(await versions()).toEqual(all(older));
    const again = await seenBy('and again', async () => {
      await cluster().succeed('rollback', '--yes', '--to', '2');
    });
    expect(stationsOf(again), again.words).toEqual(['cp1', 'cp2', 'cp1']);
    expect(await versions()).toEqual(all(NEWER));
    const shown =
      'mv /etc/apt/hidden.d /etc/apt/sources.list.d; mv /etc/apt/hidden.list /etc/apt/sources.list || :';
    await Promise.all(cluster().hosts.map(async (host) => cluster().script(host, shown)));
  });

  it('that cannot be installed on one host is undone on all, and nobody notices', async () => {
    await cluster().configure({ packageVersion: BROKEN });
    const before = await pids();
    const seen = await seenBy('postinst fails on cp2', async () => {
      const failed = await cluster().run('apply', '--yes');
      expect(failed.code, failed.stderr).toBe(3);
      expect(failed.stderr).toContain('cp2: replacing keepalived');
    });
    expect(stationsOf(seen), seen.words).toEqual(['cp1']);
    expect(await pids()).toEqual(before);
    expect(await versions()).toEqual(all(NEWER));
    expect(await cluster().owners()).toEqual(['cp1']);
    expect((await cluster().run('verify')).code).toBe(0);
    await cluster().configure({ packageVersion: NEWER });
    expect((await cluster().run('plan', '--detailed-exitcode')).code).toBe(0);
  });

  it('is not started on the active while no peer is ready, and that is undone without a move', async () => {
    await cluster().configure({ packageVersion: older });
    for (const name of ['cp2', 'cp3']) await cluster().host(name).api('sick');
    const [active] = await pids();
    const seen = await seenBy('nobody can take over', async () => {
      const failed = await cluster().run('apply', '--yes');
      expect(failed.code, failed.stderr).toBe(3);
      expect(failed.stderr).toMatch(
        /cp1: no peer has taken the VIP within \d+ s, so keepalived was not restarted here/,
      );
    });
    expect(stationsOf(seen), seen.words).toEqual(['cp1']);
    expect((await pids())[0]).toBe(active);
    expect(await versions()).toEqual(all(NEWER));
    for (const name of ['cp2', 'cp3']) await cluster().host(name).api('ok');
    await cluster().ownedBy(['cp1'], 15_000);
  });

  it('goes back to what was there by a dead-man, on the host alone', async () => {
    await cluster().configure({ packageVersion: older });
    await using run = new CliProcess(
      ...['apply', '--yes', '--confirm-timeout', '30', '--inventory', cluster().lab.inventoryPath],
    );
    await run.reported(runStep('verifying'));
    run.signal('SIGKILL');
    await run.end();
    expect(await versions()).toEqual(all(older));
    await expect.poll(versions, { timeout: 60_000, interval: 1000 }).toEqual(all(NEWER));
    await cluster().ownedBy(['cp1'], 30_000);
    await expect.poll(async () => lockedHosts(cluster()), { timeout: 60_000, interval: 1000 }).toEqual([]);
    await cluster().configure({ packageVersion: NEWER });
    await cluster().succeed('apply', '--yes');
  });

  it('leaves no packed package when the cluster is forgotten', async () => {
    await cluster().succeed('destroy', '--yes');
    expect(await cluster().script(cluster().host('cp1'), 'ls -A /var/lib/konvoy-ha 2>&1 || :')).toContain(
      'No such file',
    );
  });
});

/** Packs the lab's own package under another version, with a script that runs after its installation. */
function offer(version: string, postinst: string): string {
  return `mkdir -p /srv/offer && cd /srv/offer
apt-get update -qq && apt-get download -qq keepalived=1:2.2.7-1+b2
dpkg-deb -R keepalived_*b2_*.deb tree
sed -i 's/^Version: .*/Version: ${version}/' tree/DEBIAN/control
printf '%s\\n' '${postinst}' >>tree/DEBIAN/postinst
dpkg-deb -Zgzip -b tree './${version.replace(':', '_')}.deb' >/dev/null
rm -rf tree keepalived_*`;
}

const LIST = `cd /srv/offer
for deb in *.deb; do
  dpkg-deb -f "$deb"
  printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d ' ' -f 1)"
done >Packages
echo 'deb [trusted=yes] file:/srv/offer ./' >/etc/apt/sources.list.d/offer.list
apt-get update -qq`;
