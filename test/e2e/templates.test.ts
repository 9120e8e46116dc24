import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { KEEPALIVED_SOURCES } from '../support/templates.ts';
import { watchForChanges } from '../support/untouched.ts';

const CONF = '/etc/keepalived/keepalived.conf';

describe("templates of the operator's", () => {
  const cluster = clusterOfFile({ hosts: 2 });
  const folder = (): string => join(cluster().lab.stateDir, 'templates');

  beforeEach(async () => rm(folder(), { recursive: true, force: true }));

  async function write(
    name: keyof typeof KEEPALIVED_SOURCES,
    ...edits: readonly (readonly [string, string])[]
  ): Promise<void> {
    const path = join(folder(), 'keepalived', `${name}.hbs`);
    const text = edits.reduce((before, [from, to]) => {
      if (!before.includes(from)) throw new Error(`nothing is ${from}`);
      return before.replace(from, to);
    }, KEEPALIVED_SOURCES[name]);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }

  it('that are wrong are refused with their place, and no host is touched', async () => {
    const changes = await watchForChanges(cluster().hosts);
    await write('keepalived.conf', ['{{vrid}}', '{{vrld}}']);
    const unknown = await cluster().run('apply', '--yes', '--templates', folder());
    expect(unknown.code).toBe(10);
    expect(unknown.stderr).toContain('there is no field vrld');
    expect(unknown.stderr).toMatch(/--> \S+keepalived\.conf\.hbs:\d+:\d+/);

    await write('keepalived.conf', [
      '    enable_script_security',
      '    enable_script_security\n    vrrp_strict',
    ]);
    const hurtful = await cluster().run('apply', '--yes', '--templates', folder());
    expect(hurtful.code).toBe(10);
    expect(hurtful.stderr).toContain('vrrp_strict forbids unicast peers');
    expect(hurtful.stderr).toContain(`--> ${CONF}:5:5`);

    // Bookworm's 2.2.7, which is not even installed yet.
    await write('keepalived.conf', ['    state BACKUP', '    state BACKUP\n    timer_expired_backup']);
    const tooNew = await cluster().run('plan', '--templates', folder());
    expect(tooNew.code).toBe(10);
    expect(tooNew.stderr).toContain(
      'timer_expired_backup is known since keepalived 2.3.3, and this host has 2.2.7',
    );
    expect(await changes()).toEqual([]);
  });

  it('are used where they are given, and only there', async () => {
    await write('keepalived.conf', [
      '    state BACKUP',
      '    # ours: { quiet } switches\n\tstate BACKUP\n    garp_master_delay 2',
    ]);
    const own = ['--templates', folder()];
    const check = await cluster().succeed('check', ...own);
    expect(check.stdout).toMatch(/keepalived-version\s+cp1\s+2\.2\.7, to be installed: reload-crash/);
    await cluster().succeed('apply', '--yes', ...own);
    for (const host of cluster().hosts)
      expect(await cluster().read(host, 'cat', CONF)).toContain('garp_master_delay 2');
    expect((await cluster().run('verify')).code).toBe(0);
    expect((await cluster().run('plan', '--detailed-exitcode', ...own)).code).toBe(0);
    expect((await cluster().run('status', '--detailed-exitcode', ...own)).code).toBe(0);

    const without = await cluster().run('plan', '--detailed-exitcode');
    expect(without.code).toBe(2);
    expect(without.stdout).toMatch(/^ *- *garp_master_delay 2$/m);
  });

  it('belong to a saved plan', async () => {
    await write('keepalived.conf', ['    state BACKUP', '    state BACKUP\n    garp_master_delay 3']);
    const saved = join(cluster().lab.stateDir, 'saved.plan');
    await cluster().succeed('plan', '-o', saved, '--templates', folder());
    const other = await cluster().run('apply', saved);
    expect(other.code).toBe(10);
    expect(other.stderr).toContain(`file ${CONF}: something else is asked for now`);
    await cluster().succeed('apply', saved, '--templates', folder());
    expect(await cluster().read(cluster().host('cp2'), 'cat', CONF)).toContain('garp_master_delay 3');
  });

  it('that only keepalived itself or a shell refuses are undone, and the VIP stays', async () => {
    await cluster().oneOwner(10_000);
    const before = await Promise.all(
      cluster().hosts.map(async (host) =>
        cluster().script(host, `sha256sum ${CONF} /usr/libexec/keepalived/*`),
      ),
    );
    await write('keepalived.conf', ['    state BACKUP', '    state BACKUP\n    frobnicate 3']);
    const unknown = await cluster().run('apply', '--yes', '--templates', folder());
    expect(unknown.code).toBe(3);
    expect(unknown.stderr).toContain("Unknown keyword 'frobnicate'");

    await rm(folder(), { recursive: true });
    await write('live.sh', ['# All peers at once', 'if true; then\n# All peers at once']);
    const broken = await cluster().run('apply', '--yes', '--templates', folder());
    expect(broken.code).toBe(3);
    expect(broken.stderr).toMatch(/[Ss]yntax error/);
    const after = await Promise.all(
      cluster().hosts.map(async (host) =>
        cluster().script(host, `sha256sum ${CONF} /usr/libexec/keepalived/*`),
      ),
    );
    expect(after).toEqual(before);
    expect((await cluster().run('verify')).code).toBe(0);
  });
});
