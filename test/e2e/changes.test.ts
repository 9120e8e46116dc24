import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf } from '../support/cli.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { named } from '../support/named.ts';
import { changeRow, stationsOf, watchedVip, type Watched } from '../support/vip-watch.ts';

interface Kind {
  readonly title: string;
  /** The settings in cluster.yaml. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Lines for hosts in the inventory, instead of those of the lab. */
  readonly hosts?: Readonly<Record<string, readonly string[]>>;
  /** The hosts that have the VIP one after the other. */
  readonly moves: readonly string[];
}

const ALL = { cp1: [], cp2: [], cp3: [] };

/** Each begins where the one before has ended. */
const kinds: readonly Kind[] = [
  { title: 'a second VIP', settings: { additionalVIPs: ['10.77.0.101'] }, moves: ['cp1'] },
  { title: 'no second VIP', settings: {}, moves: ['cp1'] },
  { title: 'another VRID', settings: { vrid: 61 }, moves: ['cp1', 'cp2', 'cp1'] },
  { title: 'another advert interval', settings: { profile: 'safe' }, moves: ['cp1'] },
  { title: 'unicast to multicast', settings: { mode: 'multicast' }, moves: ['cp1', 'cp2', 'cp1'] },
  { title: 'multicast to unicast', settings: {}, moves: ['cp1', 'cp2', 'cp1'] },
  {
    title: 'another check script',
    settings: { healthCheck: { path: '/livez', fall: 3 } },
    moves: ['cp1'],
  },
  {
    title: 'other priorities',
    hosts: { cp1: [], cp2: [], cp3: ['keepalived_priority: 254'] },
    moves: ['cp1', 'cp3'],
  },
  {
    title: 'the priorities of before',
    hosts: { ...ALL, cp3: ['keepalived_priority: 230'] },
    moves: ['cp3', 'cp1'],
  },
  { title: 'loadBalancer haproxy', settings: { loadBalancer: 'haproxy' }, moves: ['cp1'] },
  { title: 'loadBalancer none', settings: {}, moves: ['cp1'] },
];

describe('on a running cluster, under 50 connections a second, nobody is turned away by', () => {
  const cluster = clusterOfFile();
  const table: string[] = [];
  let inventory = '';

  /** The inventory of the lab with these hosts only. */
  const hosts = async (wanted: Readonly<Record<string, readonly string[]>>): Promise<void> => {
    const [head = '', tail = ''] = inventory.split(/ {4}cp1:\n[^]*(?=node:\n)/);
    const lines = Object.entries(wanted).flatMap(([name, more]) => [
      `    ${name}:`,
      `      ansible_host: ${cluster().host(name).address}`,
      ...more.map((line) => `      ${line}`),
    ]);
    await writeFile(cluster().lab.inventoryPath, `${head}${lines.join('\n')}\n${tail}`);
  };
  /** Applies while the VIP is watched; with what the plan has foretold. */
  const applied = async (title: string): Promise<{ readonly seen: Watched; readonly prediction: string }> => {
    let prediction = '';
    const seen = await watchedVip(cluster().lab, async () => {
      const events = eventsOf(await cluster().succeed('apply', '--yes', '--json'));
      const plan = events.find(({ type }) => type === 'plan');
      prediction = plan?.type === 'plan' ? plan.plan.activation.prediction : '';
    });
    table.push(changeRow(title, seen));
    expect(seen.use.refused, seen.words).toBe(0);
    expect(seen.lostOnTheWay, seen.words).toBe(0);
    // keepalived itself takes the address away before it puts it on elsewhere: a few milliseconds, stretched.
    expect(seen.owners.longestNoneMs, seen.words).toBeLessThanOrEqual(20 * seen.stretch);
    expect(seen.owners.longestSeveralMs, seen.words).toBeLessThanOrEqual(150 * seen.stretch);
    return { seen, prediction };
  };
  /** What was seen of the VIP is what the plan has foretold. */
  const change = async (title: string, moves: readonly string[]): Promise<void> => {
    const { seen, prediction } = await applied(title);
    expect(stationsOf(seen), seen.words).toEqual(moves);
    expect([moves[0], ...foretold(prediction)], prediction).toEqual(moves);
    expect(seen.use.cut === 0 || moves.length > 1, seen.words).toBe(true);
  };
  /** The same where the active stays what it is: cp2 has the VIP as well for a moment. */
  const changeInPlace = async (title: string): Promise<void> => {
    const { seen, prediction } = await applied(title);
    expect(prediction).toMatch(
      /^cp2 takes the VIP under the new identity while cp1 has it .* then cp1 has it alone/,
    );
    expect(stationsOf(seen), seen.words).toEqual(['cp1']);
  };

  beforeAll(async () => {
    inventory = await readFile(cluster().lab.inventoryPath, 'utf8');
    await cluster().succeed('apply', '--yes');
  });
  afterAll(() => void process.stdout.write(`${table.join('\n')}\n`));

  it.each(named(kinds))('%s', async (_title, kind) => {
    await cluster().configure(kind.settings);
    await hosts(kind.hosts ?? ALL);
    await change(kind.title, kind.moves);
  });

  it('another VRRP version, after somebody has gone back to the old one by hand', async () => {
    await cluster().configure({ profile: 'safe' });
    await cluster().succeed('apply', '--yes');
    await Promise.all(cluster().hosts.map(async (host) => cluster().script(host, USE_VERSION_2)));
    await cluster().ownedBy(['cp1'], 30_000);
    expect(await cluster().script(cluster().host('cp2'), 'cat /run/konvoy-ha/state')).toContain('BACKUP');
    await changeInPlace('VRRP version 2 to 3');
  });

  it('another VIP, for those who use the additional one', async () => {
    const stays = cluster().lab.vip;
    const first = stays.replace(/\.100$/, '.102');
    const other = stays.replace(/\.100$/, '.103');
    const endpointOf = async (vip: string, additional: readonly string[]): Promise<void> => {
      inventory = inventory.replace(/(control_plane_endpoint: )\S+/, `$1${vip}:6443`);
      await hosts(ALL);
      await cluster().configure({ additionalVIPs: additional });
    };
    for (const vip of [first, other]) {
      await endpointOf(vip, [stays]);
      await changeInPlace(`the VIP becomes ${vip}`);
    }
    const verified = await cluster().run('verify', '--json');
    expect(verified.code, verified.stdout).toBe(0);
    await cluster().succeed('rollback', '--yes');
    expect(await cluster().script(cluster().host('cp1'), 'ip -o address show')).toContain(` ${first}/32`);
    await endpointOf(stays, []);
    await cluster().succeed('apply', '--yes');
  });

  it('a host that leaves: not while the others still talk to it, and it is stopped first', async () => {
    await hosts({ cp1: [], cp2: [] });
    const refused = await cluster().run('apply', '--yes');
    const { address } = cluster().host('cp3');
    expect(refused.code).toBe(10);
    expect(refused.stderr).toContain(
      `${address} is a peer of cp1, cp2 and no host of the inventory any more: it would hear nobody, and take the VIP as well`,
    );
    expect(await cluster().owners()).toEqual(['cp1']);
    await hosts(ALL);
    await cluster().succeed('destroy', '--yes', '--limit', 'cp3');
    await hosts({ cp1: [], cp2: [] });
    await cluster().succeed('apply', '--yes', '--dry-run', '--forget-host', address);
    const seen = await watchedVip(cluster().lab, async () =>
      cluster().succeed('apply', '--yes', '--forget-host', address),
    );
    table.push(changeRow('a host removed', seen));
    expect(stationsOf(seen), seen.words).toEqual(['cp1']);
    expect(seen.use.refused + seen.lostOnTheWay, seen.words).toBe(0);
  });

  it('a host that comes', async () => {
    await hosts(ALL);
    await change('a host added', ['cp1']);
    expect(await cluster().owners()).toEqual(['cp1']);
    expect((await cluster().run('plan', '--detailed-exitcode')).code).toBe(0);
  });
});

const USE_VERSION_2 = `sed -i 's/vrrp_version 3/vrrp_version 2/' /etc/keepalived/keepalived.conf
systemctl restart keepalived`;

/** Where the VIP goes by the words of a plan. */
function foretold(prediction: string): readonly string[] {
  const [, first, then] = /moves to (\w+)(?:, then to (\w+))?/.exec(prediction) ?? [];
  return [first, then].filter((name) => name !== undefined);
}
