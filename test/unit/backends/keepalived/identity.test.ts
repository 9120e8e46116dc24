import { describe, expect, test } from 'vitest';
import {
  instanceIdentity,
  peersOf,
  routerIdentity,
  sharedIdentity,
  sourceOf,
  vipsIn,
} from '../../../../src/backends/keepalived/identity.ts';
import { confText } from '../../../support/cluster.ts';

const CONF = confText();

function changed(from: string | RegExp, to: string): string {
  const text = CONF.replace(from, to);
  if (text === CONF) throw new Error(`nothing to replace: ${from}`);
  return text;
}

/** The VRID, by which keepalived itself elects anew, and what adverts are dropped for: version and, before 2.3.3, VIPs. */
const ELECTED_ANEW: readonly (readonly [string, string])[] = [
  ['the VRID', changed('virtual_router_id 20', 'virtual_router_id 21')],
  ['the VRRP version', changed('vrrp_version 3', 'vrrp_version 2')],
  ['the VIP', changed('10.0.50.20/32', '10.0.50.30/32')],
  ['one VIP more', changed(/(10\.0\.50\.20\/32 dev eth0\n)/, '$1        10.0.50.30/32 dev eth0\n')],
];

/** What belongs to one router: its neighbours hear it as before, but it elects itself anew. */
const ELECTED_ANEW_HERE: readonly (readonly [string, string])[] = [
  ['the interface', changed('interface eth0', 'interface eth1')],
  ['the source address', changed('unicast_src_ip 10.0.50.11', 'unicast_src_ip 10.0.50.19')],
];

const UNICAST_TO_MULTICAST = changed(/ {4}unicast_src_ip[^}]*\}\n/, '');

/** Measured (reference/peers.md §0.1, keepalived.md §6.5): a SIGHUP takes these without an election. */
const KEPT: readonly (readonly [string, string])[] = [
  ['the priority', changed('priority 250', 'priority 240')],
  ['the advert interval', changed('advert_int 0.5', 'advert_int 1')],
  ['a peer more', changed(/( +)10\.0\.50\.13\n/, '$110.0.50.13\n$110.0.50.14\n')],
  ['a script', changed('konvoy-ha-ready', 'konvoy-ha-readiness')],
  ['the weight', changed('weight -60', 'weight -50')],
  ['the name of the instance', changed('konvoy_ha_api', 'vrrp_api')],
  ['the name of the router', changed('router_id lb1', 'router_id cp1')],
  ['a comment', changed('state BACKUP', 'state BACKUP\n    # virtual_router_id 99')],
  ['a comment among the VIPs', changed(/( +)(10\.0\.50\.20\/32 dev eth0)/, '$1# }\n$1$2 # the VIP')],
  ['the white space', changed(/^ {4}/gm, '\t')],
];

describe('the identity of a router', () => {
  test.each([...ELECTED_ANEW, ...ELECTED_ANEW_HERE, ['unicast to multicast', UNICAST_TO_MULTICAST] as const])(
    'changes with %s',
    (_, conf) => {
      expect(routerIdentity(conf)).not.toBe(routerIdentity(CONF));
    },
  );

  test.each(KEPT)('does not change with %s', (_, conf) => {
    expect(routerIdentity(conf)).toBe(routerIdentity(CONF));
  });
});

describe('what keepalived goes by when it reloads', () => {
  test.each([
    ...ELECTED_ANEW.slice(0, 1),
    ...ELECTED_ANEW_HERE,
    ['unicast to multicast', UNICAST_TO_MULTICAST] as const,
  ])('changes with %s', (_, conf) => {
    expect(instanceIdentity(conf)).not.toBe(instanceIdentity(CONF));
  });

  test.each([...ELECTED_ANEW.slice(1), ...KEPT])('does not change with %s', (_, conf) => {
    expect(instanceIdentity(conf)).toBe(instanceIdentity(CONF));
  });
});

describe('what the routers of a cluster share', () => {
  test.each([...ELECTED_ANEW, ['unicast to multicast', UNICAST_TO_MULTICAST] as const])(
    'changes with %s',
    (_, conf) => {
      expect(sharedIdentity(conf)).not.toBe(sharedIdentity(CONF));
    },
  );

  test.each([...ELECTED_ANEW_HERE, ...KEPT])('does not change with %s', (_, conf) => {
    expect(sharedIdentity(conf)).toBe(sharedIdentity(CONF));
  });

  test('is the same in the files of all hosts, and that of an empty file is another', () => {
    expect(sharedIdentity(confText('lb2'))).toBe(sharedIdentity(CONF));
    expect(confText('lb2')).not.toBe(CONF);
    expect(sharedIdentity('')).not.toBe(sharedIdentity(CONF));
  });
});

describe('what a configuration names', () => {
  const conf = [
    'vrrp_instance a {',
    '\tunicast_peer { # { the others',
    '\t\t10.0.50.12 # }',
    '\t\t10.0.50.13 min_ttl 255',
    '\t}',
    '\tvirtual_ipaddress {',
    '\t\t! the VIP',
    '\t\t10.0.50.20/32 dev eth0',
    '\t}',
    '\tvirtual_ipaddress_excluded { fd00::20/128 }',
    '\t# unicast_src_ip 10.0.50.99',
    '\tunicast_src_ip 10.0.50.11',
    '}',
  ].join('\n');

  test('are its peers, source and VIPs, whatever the comments say', () => {
    expect(peersOf(conf)).toEqual(['10.0.50.12', '10.0.50.13']);
    expect(sourceOf(conf)).toBe('10.0.50.11');
    expect(vipsIn(conf)).toEqual({ vips: ['10.0.50.20/32'], excluded: ['fd00::20/128'] });
  });

  test('is nothing where nothing is written', () => {
    expect(peersOf('')).toEqual([]);
    expect(sourceOf('')).toBeUndefined();
    expect(vipsIn('')).toEqual({ vips: [], excluded: [] });
  });
});
