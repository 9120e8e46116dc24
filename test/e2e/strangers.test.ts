import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Check } from '../../src/domain/verdict.ts';
import { eventsOf, konvoyHa, type CliResult } from '../support/cli.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { askVip } from '../support/vip-client.ts';

// Two clusters on one wire: ours on cp1 and cp2, and somebody else's on cp3, made by konvoy-ha as well.
describe('another cluster on the wire', () => {
  const cluster = clusterOfFile();
  const theirVip = (): string => cluster().lab.vip.replace(/\d+$/, '99');

  /** Writes an inventory of some of the hosts, with a VIP and more variables; returns its path. */
  async function inventoryOf(
    name: string,
    hosts: readonly string[],
    variables: Readonly<Record<string, string | number>>,
  ): Promise<string> {
    const folder = join(cluster().lab.stateDir, name);
    await mkdir(folder, { recursive: true });
    const text = await readFile(cluster().lab.inventoryPath, 'utf8');
    const others = cluster().hosts.filter((host) => !hosts.includes(host.name));
    const without = others.reduce(
      (kept, host) => kept.replace(`    ${host.name}:\n      ansible_host: ${host.address}\n`, ''),
      text.replace(/ {4}control_plane_endpoint: .*\n/, ''),
    );
    const all = { konvoy_ha_cluster: name, ...variables };
    // JSON is YAML.
    const lines = Object.entries(all).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`);
    const path = join(folder, 'inventory.yaml');
    await writeFile(path, without + lines.join(''));
    return path;
  }

  /** Runs a command line for our cluster. */
  async function ours(words: readonly string[], vrid?: number): Promise<CliResult> {
    const variables = {
      control_plane_endpoint: `${cluster().lab.vip}:6443`,
      ...(vrid === undefined ? {} : { keepalived_vrid: vrid }),
    };
    return konvoyHa([...words, '--inventory', await inventoryOf('ours', ['cp1', 'cp2'], variables)]);
  }

  /** Makes theirs what it shall be from now on. */
  async function theirs(vip: string, vrid: number): Promise<void> {
    const variables = {
      control_plane_endpoint: `${vip.includes(':') ? `[${vip}]` : vip}:6443`,
      keepalived_vrid: vrid,
      keepalived_mode: 'multicast',
    };
    const inventory = await inventoryOf('theirs', ['cp3'], variables);
    const { code, stdout, stderr } = await konvoyHa(['apply', '--yes', '--inventory', inventory]);
    if (code !== 0) throw new Error(`their apply ended with ${code}\n${stderr}\n${stdout}`);
  }

  function checksOf(result: CliResult, name: string): readonly Check[] {
    const checks = eventsOf(result).flatMap((event) => (event.type === 'checks' ? event.checks : []));
    return checks.filter((check) => check.name === name);
  }

  /** What a refused check and plan have to say, as JSON and in text; nothing has been changed by them. */
  async function refused(vrid: number | undefined, ...problems: readonly RegExp[]): Promise<void> {
    const [json, plan] = [await ours(['check', '--json'], vrid), await ours(['plan'], vrid)];
    for (const { code } of [json, plan]) expect(code).toBe(10);
    const errors = eventsOf(json).flatMap((event) => (event.type === 'diagnostic' ? [event.diagnostic] : []));
    expect(errors).toHaveLength(problems.length);
    problems.forEach((problem, index) => {
      expect(errors[index]?.message).toMatch(problem);
      expect(plan.stderr).toMatch(problem);
    });
    expect(checksOf(json, 'vrrp-stranger')).toMatchObject([{ status: 'fail' }]);
    await untouched();
  }

  async function untouched(): Promise<void> {
    for (const host of ['cp1', 'cp2'].map((name) => cluster().host(name)))
      expect(
        await cluster().script(
          host,
          'for path in /etc/keepalived /var/lib/konvoy-ha; do [ ! -e $path ] || echo $path; done',
        ),
      ).toBe('');
  }

  const router = String.raw`10\.77\.\d+\.13 \([0-9a-f:]{17}\): VRID`;

  describe('that was there first', () => {
    it('and has our VIP is refused, and named once, not by its link-layer address as well', async () => {
      const { vip } = cluster().lab;
      await theirs(vip, 33);
      await refused(
        undefined,
        new RegExp(`the VIP ${vip} is taken by a router .*: ${router} 33, .* VIP ${vip},`),
      );
      const { code, stdout } = await ours(['check']);
      expect(code).toBe(10);
      expect(stdout).toMatch(/^fail {2}vrrp-stranger .*heard by cp1, cp2$/m);
    });

    it('and has both our VIP and our VRID is refused for both', async () => {
      const { vip } = cluster().lab;
      await theirs(vip, 44);
      await refused(
        44,
        new RegExp(`the VRID 44 is taken by a router .*: ${router} 44, .* priority 250 with VIP ${vip},`),
        new RegExp(`the VIP ${vip} is taken by a router .*: ${router} 44,`),
      );
    });

    it('and has our VRID is refused where that is written, with others that are free', async () => {
      await theirs(theirVip(), 100);
      await refused(
        100,
        new RegExp(`the VRID 100 is taken by a router .*: ${router} 100, .* VIP ${theirVip()},`),
      );
      const { stderr } = await ours(['plan'], 100);
      expect(stderr).toMatch(/--> \S+ours\/inventory\.yaml:\d+:22/);
      expect(stderr).toContain('set all.vars.keepalived_vrid to one that is free, for example 101, 102, 103');
    });

    it('and has the VRID that we would choose makes us draw another, and stays unharmed', async () => {
      const plan = await ours(['plan']);
      expect(plan).toMatchObject({ code: 0 });
      expect(plan.stdout).toMatch(/vrid \d+ \(drawn: the one of the VIP is taken\)/);
      const apply = await ours(['apply', '--yes']);
      expect(apply.code, apply.stderr + apply.stdout).toBe(0);
      const conf = await cluster().read(cluster().host('cp1'), 'cat', '/etc/keepalived/keepalived.conf');
      expect(conf).not.toMatch(/virtual_router_id (100|51)$/m);
      expect(await askVip(cluster().lab)).toMatchObject({ outcome: 'answered', servedBy: 'cp1' });
      expect(await cluster().script(cluster().host('cp3'), 'ip -o address show')).toContain(
        ` ${theirVip()}/32`,
      );
    });
  });

  describe('beside ours', () => {
    beforeAll(async () => {
      const { code } = await ours(['apply', '--yes']);
      expect(code).toBe(0);
    });

    it('is a note of a check, and our own hosts are not', async () => {
      const [text, json] = [await ours(['check']), await ours(['check', '--json'])];
      expect([text.code, json.code]).toEqual([0, 0]);
      expect(text.stdout).toMatch(
        /^pass {2}vrrp-stranger .*: VRID 100, VRRP version 3, priority 250 with VIP \S+\.99, every 500 ms; heard by cp1, cp2$/m,
      );
      expect(checksOf(json, 'vrrp-stranger')).toHaveLength(1);
      expect(checksOf(json, 'vrrp-heard')).toMatchObject(
        ['cp1', 'cp2'].map((host) => ({ host, status: 'pass' })),
      );
    });

    it('is not waited for by a run that changes nothing, nor mistaken for a host that a limit leaves out', async () => {
      const { stderr, code } = await ours(['apply', '--yes', '-v']);
      expect(code).toBe(0);
      expect(stderr).not.toContain('listening for other routers');
      expect(await ours(['check', '--limit', 'cp2'])).toMatchObject({ code: 0 });
    });

    it('is heard by tcpdump where there is no perl, and a host that has neither says so', async () => {
      const host = cluster().host('cp1');
      const away = async (...paths: readonly string[]): Promise<string> =>
        cluster().script(host, paths.map((path) => `mv ${path} ${path}.away`).join('; '));
      const perl = '/usr/bin/perl';
      const tcpdump = '/usr/bin/tcpdump';
      await cluster().script(host, 'apt-get install -qq tcpdump >/dev/null 2>&1');
      await away(perl);
      const withTcpdump = await ours(['check', '--json']);
      await away(tcpdump);
      const deaf = await ours(['check', '--json']);
      await cluster().script(host, `mv ${perl}.away ${perl}; mv ${tcpdump}.away ${tcpdump}`);
      expect(checksOf(withTcpdump, 'vrrp-heard')[0]).toMatchObject({
        evidence: expect.stringMatching(/\.13\b.*, listening with tcpdump$/) as string,
      });
      expect(checksOf(deaf, 'vrrp-heard')).toMatchObject([
        { host: 'cp1', status: 'skipped' },
        { status: 'pass' },
      ]);
      expect(checksOf(deaf, 'vrrp-stranger')).toMatchObject([
        { evidence: expect.stringMatching(/heard by cp2$/) as string },
      ]);
      expect(deaf.code).toBe(0);
    });

    it('that takes our VRID later is found by the next check', async () => {
      const conf = await cluster().read(cluster().host('cp1'), 'cat', '/etc/keepalived/keepalived.conf');
      const vrid = Number(/virtual_router_id (\d+)/.exec(conf)?.[1]);
      await theirs(theirVip(), vrid);
      const { code, stderr } = await ours(['check']);
      expect(code).toBe(10);
      expect(stderr).toContain(`the VRID ${vrid} is taken by a router that is none of these hosts`);
    });

    it('of the other family may have our VRID', async () => {
      const conf = await cluster().read(cluster().host('cp1'), 'cat', '/etc/keepalived/keepalived.conf');
      const vrid = Number(/virtual_router_id (\d+)/.exec(conf)?.[1]);
      await theirs(cluster().lab.vip6, vrid);
      const result = await ours(['check', '--json']);
      expect(result.code).toBe(0);
      expect(checksOf(result, 'vrrp-stranger')).toMatchObject([
        { status: 'pass', evidence: expect.stringContaining(cluster().lab.vip6) as string },
      ]);
    });
  });

  afterAll(async () => {
    await ours(['destroy', '--yes']);
  });
});
