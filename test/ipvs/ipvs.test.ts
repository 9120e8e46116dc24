import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askedMeanwhile, tally, whoAnswers } from '../support/uml/ask.ts';
import { UmlCluster } from '../support/uml/cluster.ts';

/** Three machines that are one process each: checks less often than by default, or they would do nothing else. */
const SETTINGS = { profile: 'safe', healthCheck: { intervalMs: 4000, timeoutMs: 3000 } };
/** Steps that take a second elsewhere take many here. */
const PATIENT = ['--confirm-timeout', '600'];
const EVERYBODY = ['cp1', 'cp2', 'cp3'];

describe('loadBalancer: ipvs on machines with a kernel of their own', () => {
  let built: UmlCluster | undefined;
  const cluster = (): UmlCluster => {
    if (built === undefined) throw new Error('the machines are not up');
    return built;
  };
  const vip = (): string => cluster().addresses.vip;
  const on = async (name: string, script: string): Promise<string> => cluster().machine(name).read(script);
  const said: string[] = [];
  const timed = async <T>(title: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    try {
      return await work();
    } finally {
      said.push(`${title}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
    }
  };

  beforeAll(async () => {
    built = await timed('boot', async () => UmlCluster.up());
    await cluster().configure(SETTINGS);
    await timed('first apply', async () => cluster().succeed('apply', '--yes', ...PATIENT));
  });
  afterAll(async () => {
    process.stdout.write(`${said.join('\n')}\n`);
    await built?.[Symbol.asyncDispose]();
  });

  it('comes to a running cluster without turning anybody away, and a second apply has nothing to do', async () => {
    expect(await tally(vip(), 5)).toEqual(new Map([['cp1', 5]]));
    await cluster().configure({ ...SETTINGS, loadBalancer: 'ipvs' });
    const answers = await timed('none to ipvs', async () =>
      askedMeanwhile(vip(), async () => cluster().succeed('apply', '--yes', ...PATIENT)),
    );
    said.push(`${answers.length} requests meanwhile`);
    expect(answers.filter((answer) => !EVERYBODY.includes(answer))).toEqual([]);
    expect(await cluster().owners()).toEqual(['cp1']);
    expect((await cluster().run('plan', '--detailed-exitcode')).code).toBe(0);
  });

  it('spreads connections over all API servers, each more than a fifth of 300', async () => {
    const seen = await timed('300 connections', async () => tally(vip(), 300));
    said.push([...seen].map(([name, count]) => `${name} ${count}`).join(', '));
    expect([...seen.keys()].toSorted()).toEqual(EVERYBODY);
    for (const count of seen.values()) expect(count).toBeGreaterThan(60);
  });

  it('serves clients on the hosts themselves, the active and the backups', async () => {
    const ask = `for n in 1 2 3 4 5 6; do curl -ks --max-time 5 https://${vip()}:6443/whoami || echo lost; done`;
    for (const name of ['cp1', 'cp2']) {
      const answers = (await on(name, ask)).split('\n');
      expect([...new Set(answers)].toSorted(), name).toEqual(EVERYBODY);
    }
  });

  it('says in verify what the kernel of every host leads to', async () => {
    const verified = await cluster().run('verify');
    expect(verified.code, verified.stdout).toBe(0);
    expect(verified.stdout.match(/ipvs leads \S+ to 3 of 3 API servers/g)).toHaveLength(3);
  });

  it('leads nobody to an API server that is dead for 3 s, and the VIP stays', async () => {
    await on('cp1', 'systemctl stop konvoy-ha-lab-api');
    await sleep(3000);
    const seen = await tally(vip(), 40);
    expect([...seen.keys()].toSorted()).toEqual(['cp2', 'cp3']);
    expect(await cluster().owners()).toEqual(['cp1']);
    await on('cp1', 'systemctl start konvoy-ha-lab-api');
  });

  it('leads nobody new to an API server that is not ready, and all to all when none is', async () => {
    const unready = 'mkdir -p /run/konvoy-ha-lab; echo unready >/run/konvoy-ha-lab/mode';
    const ready = 'rm -f /run/konvoy-ha-lab/mode';
    await on('cp3', unready);
    await sleep(12_000);
    expect([...(await tally(vip(), 30)).keys()].toSorted()).toEqual(['cp1', 'cp2']);
    await Promise.all(['cp1', 'cp2'].map(async (name) => on(name, unready)));
    const answers = await askedMeanwhile(vip(), async () => sleep(12_000));
    expect(answers.filter((answer) => !EVERYBODY.includes(answer))).toEqual([]);
    await Promise.all(EVERYBODY.map(async (name) => on(name, ready)));
  });

  it('goes with a rollback, and leaves nothing of it but what the kernel has', async () => {
    await timed('rollback', async () => cluster().succeed('rollback', '--yes', ...PATIENT));
    expect(await on('cp1', 'grep -c "^TCP" /proc/net/ip_vs || :')).toBe('0');
    expect(await on('cp1', 'ls -d /etc/konvoy-ha /etc/sysctl.d/*konvoy* 2>/dev/null || :')).toBe('');
    expect([...(await tally(vip(), 5)).keys()]).toEqual(['cp1']);
    expect(await on('cp1', 'cat /proc/sys/net/ipv4/ip_forward')).toBe('1');
    await timed('back', async () => cluster().succeed('apply', '--yes', ...PATIENT));
  });

  it('goes on balancing on another host when the active loses its power', async () => {
    await cluster().machine('cp1').kill();
    let owners: readonly string[] = [];
    for (let tries = 0; tries < 20 && owners.length === 0; tries += 1) owners = await cluster().owners('cp1');
    expect(owners).toEqual(['cp2']);
    // The dead host is found dead by its silence.
    await sleep(12_000);
    const seen = await tally(vip(), 40);
    expect([...seen.keys()].toSorted()).toEqual(['cp2', 'cp3']);
    for (const count of seen.values()) expect(count).toBeGreaterThan(8);
    expect(EVERYBODY).toContain(await whoAnswers(vip()));
  });
});
