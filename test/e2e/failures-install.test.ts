import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LabHost } from '../../src/lab/host.ts';
import { eventsOf } from '../support/cli.ts';
import { endsOf } from '../support/cli-process.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { filesOfPackages, type Listing } from '../support/host-state.ts';
import { changesSince, lastingState, leftovers } from '../support/undone.ts';

// The tests build on each other: each leaves hosts that were never changed, with more packages than before.
describe('a first apply that fails on one of three hosts leaves no trace of konvoy-ha on any', () => {
  const cluster = clusterOfFile();
  const sh = async (name: string, script: string): Promise<string> =>
    cluster().script(cluster().host(name), script);

  let firstPackages: readonly string[] = [];
  const mends: (() => Promise<unknown>)[] = [];
  const afterwards = (name: string, script: string): void => void mends.push(() => sh(name, script));

  afterEach(async () => {
    for (const mend of mends.splice(0).toReversed()) await mend();
  });

  /** Runs an apply that has to fail, be undone everywhere, and say so; returns what is another than before. */
  const failing = async (says: RegExp, because: RegExp): Promise<Listing> => {
    const before = await lastingState(cluster());
    const result = await cluster().run('apply', '--yes', '--json');
    const events = eventsOf(result);
    const exit = events.at(-1);
    if (exit?.type !== 'exit' || exit.error === undefined)
      throw new Error(`it did not fail: ${result.stderr}`);
    expect(exit.error.message).toMatch(says);
    expect(exit.error.hints.join('\n')).toMatch(because);
    expect(result.code).toBe(3);
    expect(endsOf(events)).toEqual(['cp1 undone', 'cp2 undone', 'cp3 undone']);
    expect(await leftovers(cluster())).toEqual([]);
    for (const host of cluster().hosts) {
      expect(await cluster().script(host, 'getent passwd keepalived_script || true')).toBe('');
      expect(await cluster().script(host, 'systemctl is-active keepalived || true')).toBe('inactive');
      expect(
        await cluster().script(host, 'ls -d /var/lib/konvoy-ha /run/konvoy-ha 2>&1 || true'),
      ).not.toMatch(/^\//m);
    }
    expect(await cluster().owners()).toEqual([]);
    return changesSince(before, cluster());
  };
  const packages = async (host: LabHost): Promise<readonly string[]> =>
    (await cluster().script(host, "dpkg-query -W -f '${Package}\\n'")).split('\n');
  /** What packages leave behind is left out: konvoy-ha never removes what it has installed unless it is asked to. */
  const besidePackages = async (changes: Listing): Promise<Listing> => {
    const files = await Promise.all(
      cluster().hosts.map(async (host) => {
        const added = (await packages(host)).filter((name) => !firstPackages.includes(name));
        return [host.name, await filesOfPackages(host, added)] as const;
      }),
    );
    const known = new Map(files);
    return changes.filter((line) => {
      const [, name = '', path = ''] = /^[+-] (\w+): (\S+)/.exec(line) ?? [];
      return known.get(name)?.has(path) !== true && !BY_PACKAGES.test(path);
    });
  };

  beforeAll(async () => {
    firstPackages = (await Promise.all(cluster().hosts.map(packages))).flat();
  });

  it('because the package cannot be had', async () => {
    await sh(
      'cp2',
      "mv /etc/apt/sources.list /root/; echo 'deb http://127.0.0.1:9/ ./' >/etc/apt/sources.list",
    );
    await sh('cp2', 'mv /var/lib/apt/lists /root/lists; mkdir -p /var/lib/apt/lists/partial');
    afterwards(
      'cp2',
      'mv /root/sources.list /etc/apt/; rm -r /var/lib/apt/lists; mv /root/lists /var/lib/apt/',
    );
    const changes = await failing(
      /^cp2: installing keepalived failed with exit code 100$/,
      /Connection refused/,
    );
    expect(await besidePackages(changes)).toEqual([]);
  });

  it('because the package fails while it is set up', async () => {
    await sh('cp2', BREAK_PACKAGE);
    afterwards(
      'cp2',
      'dpkg --purge --force-all keepalived; mv /root/sources.list /etc/apt/; apt-get -qq update',
    );
    const changes = await failing(/^cp2: installing keepalived failed with exit code 100$/, /no luck today/);
    expect(await besidePackages(changes)).toEqual([]);
  });

  it('because keepalived dies as soon as it is started', async () => {
    await sh(
      'cp2',
      'DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install keepalived',
    );
    await sh('cp2', 'systemctl disable --now keepalived');
    await sh('cp1', 'cp -p /usr/sbin/keepalived /root/keepalived');
    afterwards('cp1', 'cp -p /root/keepalived /usr/sbin/keepalived; rm /root/keepalived');
    await sh(
      'cp1',
      `cat >/usr/sbin/keepalived <<'END'
#!/bin/sh
case " $* " in *" -t "* | *" --version "*) exec /root/keepalived "$@" ;; esac
echo 'Out of luck' >&2; exit 1
END`,
    );
    const changes = await failing(/^cp1: (activating|taking the VIP \\S+) failed/, /Out of luck|journalctl/);
    expect(changes).toEqual([]);
  });

  it('and once all that is mended, apply makes the hosts what was asked for', async () => {
    await cluster().succeed('apply', '--yes');
    await cluster().succeed('verify');
    await cluster().ownedBy(['cp1'], 10_000);
    expect(await leftovers(cluster())).toEqual([]);
  });
});

/** What maintainer scripts make: links of services, caches; and what useradd(8) and userdel(8) keep of the last change. */
const BY_PACKAGES =
  /^\/etc\/(rc\d\.d\/|ld\.so\.cache|systemd\/system\/\S*\.wants|(passwd|shadow|group|gshadow)-$)/;

/** A repository whose keepalived cannot be configured. */
const BREAK_PACKAGE = `cp -r /opt/konvoy-ha-lab/repository /root/repository; cd /root/repository
dpkg-deb -R keepalived_*.deb /root/keepalived; rm keepalived_*.deb
printf '#!/bin/sh\\necho no luck today >&2; exit 1\\n' >/root/keepalived/DEBIAN/postinst
dpkg-deb -b /root/keepalived keepalived_broken.deb >/dev/null
apt-ftparchive packages . >Packages 2>/dev/null; apt-ftparchive release . >Release
mv /etc/apt/sources.list /root/; echo 'deb [trusted=yes] file:/root/repository ./' >/etc/apt/sources.list
chmod 0755 /root; apt-get -qq update`;
