import { describe, expect, test } from 'vitest';
import { missingPassages, routerPassages } from '../../../../src/backends/firewall/firewall.ts';
import { KEYS, PATHS } from '../../../../src/backends/firewall/layout.ts';
import { viewsOf } from '../../../../src/backends/firewall/views.ts';
import type { FilterChain } from '../../../../src/domain/facts.ts';
import type { KeepalivedEndpoint } from '../../../../src/domain/intent.ts';
import { hear, tell } from '../../../../src/domain/opening.ts';
import { hostName, ip } from '../../../support/branded.ts';
import { desiredOf, ENDPOINT, freshCluster, freshHost } from '../../../support/cluster.ts';
import { templatePaths } from '../../../support/template-paths.ts';
import { FIREWALL_SOURCES, FIREWALL_TEMPLATES, RENDERER } from '../../../support/templates.ts';

const DROPS: FilterChain = {
  ...{ family: 'inet', table: 'filter', name: 'input', hook: 'input', policy: 'drop' },
  ...{ steps: [], ours: [] },
};

const PEERS = [ip('10.0.50.12'), ip('10.0.50.13')];
const MULTICAST: KeepalivedEndpoint = { ...ENDPOINT, settings: { ...ENDPOINT.settings, mode: 'multicast' } };
const VIEWS = viewsOf([hear('10.0.50.12'), tell('10.0.50.12')]);

function sorted(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].toSorted();
}

describe.each(FIREWALL_TEMPLATES)('the template %s', (name) => {
  test('uses every field of its view, and no name that is not one', () => {
    expect(sorted(templatePaths(FIREWALL_SOURCES[name]))).toEqual(sorted(Object.keys(VIEWS[name])));
  });

  test('says who manages the file, and is what it was', async () => {
    const text = RENDERER.render(name, VIEWS[name]);
    expect(text).toContain(
      '# managed by konvoy-ha: what is changed here by hand is undone by the next apply\n',
    );
    expect(text).not.toMatch(/\t| \n|\n\n$|\r/);
    await expect(text).toMatchFileSnapshot(`../golden/firewall/${name}`);
  });
});

describe('how routers hear each other', () => {
  test.each<readonly [string, Parameters<typeof routerPassages>, readonly string[]]>([
    [
      'one by one',
      [{ source: ip('10.0.50.11'), peers: PEERS }, ENDPOINT],
      [
        'in vrrp from 10.0.50.12',
        'in vrrp from 10.0.50.13',
        'out vrrp to 10.0.50.12',
        'out vrrp to 10.0.50.13',
      ],
    ],
    [
      'by their group',
      [{ source: ip('10.0.50.11'), peers: PEERS }, MULTICAST],
      ['in vrrp from 10.0.50.12', 'in vrrp from 10.0.50.13', 'out vrrp to 224.0.0.18'],
    ],
    [
      'by their group of IPv6, from link-local addresses',
      [{ source: ip('fd00::11'), peers: [ip('fd00::12')] }, MULTICAST],
      ['in vrrp from fe80::/10', 'out vrrp to ff02::12'],
    ],
    ['not at all, alone', [{ source: ip('10.0.50.11'), peers: [] }, ENDPOINT], []],
  ])('%s', (_, parameters, expected) => {
    expect(routerPassages(...parameters)).toEqual(expected);
  });
});

describe('what is wanted on a host', () => {
  const router = desiredOf(freshCluster()).routers.get(hostName('lb1'));
  if (router === undefined) throw new Error('no router');

  test('is what its chains drop, and no more', () => {
    const facts = { programs: [], chains: [DROPS] };
    expect(missingPassages(router, ENDPOINT, { facts, ports: [6443] })).toEqual([
      'in tcp 6443 from 10.0.50.12',
      'in tcp 6443 from 10.0.50.13',
      'in tcp 6443 to 10.0.50.20',
      'in vrrp from 10.0.50.12',
      'in vrrp from 10.0.50.13',
    ]);
    expect(missingPassages(router, ENDPOINT, { facts: { programs: [], chains: [] }, ports: [6443] })).toEqual(
      [],
    );
  });

  test('is there with a unit and a script where it is needed, and on no other host', () => {
    const lb2 = freshHost('lb2');
    const closed = {
      ...lb2,
      facts: { ...lb2.facts, firewall: { programs: ['ufw'] as const, chains: [DROPS] } },
    };
    const { wanted } = desiredOf([freshHost('lb1'), closed, freshHost('lb3')]);
    const keysOf = (name: string): readonly string[] =>
      [...(wanted.get(hostName(name))?.keys() ?? [])].filter((key) => KEYS.includes(key));
    expect(keysOf('lb2')).toEqual(KEYS);
    expect([...keysOf('lb1'), ...keysOf('lb3')]).toEqual([]);
    expect(keysOf('lb2')).toContain(`file:${PATHS.script}`);
  });
});
