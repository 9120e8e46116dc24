import { describe, expect, test } from 'vitest';
import type { Linted } from '../../../../src/backends/keepalived/lint/finding.ts';
import { lintConfiguration } from '../../../../src/backends/keepalived/lint/lint.ts';
import { releaseOf } from '../../../../src/backends/keepalived/version.ts';
import type { Diagnostic } from '../../../../src/domain/error.ts';
import { hostName, interfaceName, ip, priority, vrid } from '../../../support/branded.ts';
import { confText, VIP } from '../../../support/cluster.ts';
import { filesOf, matrixAt, type Variant } from '../../../support/matrix.ts';

const HOST: Omit<Linted, 'configuration'> = {
  router: {
    host: hostName('lb1'),
    interface: interfaceName('eth0'),
    source: ip('10.0.50.11'),
    peers: [ip('10.0.50.12'), ip('10.0.50.13')],
    vrid: vrid(20),
    priority: priority(250),
  },
  vip: VIP,
  additionalVips: [],
  mode: 'unicast',
  advertIntervalMs: 500,
  prioritySpread: 20,
  release: [2, 2, 7],
  oldestRelease: [2, 2, 7],
};

const CONF = confText();

type Edit = readonly [from: string | RegExp, to: string];

function edited(edits: readonly Edit[]): string {
  return edits.reduce((text, [from, to]) => {
    const after = text.replace(from, to);
    if (after === text) throw new Error(`nothing is ${String(from)}`);
    return after;
  }, CONF);
}

function lint(text: string, host: Partial<typeof HOST> = {}): readonly string[] {
  return lintConfiguration(text, { ...HOST, ...host }).map(shown);
}

function shown({ severity, message }: Diagnostic): string {
  return `${severity} ${message}`;
}

/** What a finding points at. */
function pointed({ span }: Diagnostic): string {
  return span === undefined ? '' : span.text.slice(span.column - 1, span.column - 1 + span.length);
}

/** Before the line that ends the instance. */
const inInstance = (lines: string): Edit => ['    notify "', `${lines}\n    notify "`];
const inGlobal = (lines: string): Edit => [
  '    enable_script_security',
  `    enable_script_security\n${lines}`,
];
const atEnd = (lines: string): Edit => [/$/, `${lines}\n`];

describe('the linter of keepalived.conf', () => {
  test('has nothing against what we write', () => {
    expect(lint(CONF)).toEqual([]);
  });

  test.each<readonly [string, readonly Edit[], string]>([
    ['a brace too few', [[/\}\n$/, '']], 'error the { of vrrp_instance is never closed'],
    ['a brace too many', [atEnd('}')], 'error this } closes nothing'],
    [
      'two scripts of one name',
      [atEnd('vrrp_script konvoy_ha_live {\n    script "/usr/libexec/keepalived/konvoy-ha-live"\n}')],
      'error vrrp_script konvoy_ha_live is there already, in line 15',
    ],
    [
      'an include',
      [atEnd('include /etc/keepalived/more.conf')],
      'warning what include makes of this file is not looked at',
    ],
    [
      'a line for some hosts',
      [inInstance('    @lb2 priority 3')],
      'warning what @lb2 makes of this file is not looked at',
    ],
    [
      'another network namespace',
      [inGlobal('    net_namespace blue')],
      'error net_namespace hides keepalived: konvoy-ha looks for it at /run/keepalived.pid',
    ],
    [
      'another VIP',
      [['10.0.50.20/32', '10.0.50.30/32']],
      'error no virtual_ipaddress has the VIP 10.0.50.20',
    ],
    [
      'another VRID',
      [['virtual_router_id 20', 'virtual_router_id 51']],
      'error virtual_router_id is 51, and 20 was decided for this host',
    ],
    [
      'another priority',
      [['priority 250', 'priority 100']],
      'error priority is 100, and 250 was decided for this host',
    ],
    [
      'another interface',
      [['interface eth0', 'interface eth1']],
      'error interface is eth1, and eth0 was decided for this host',
    ],
    ['no interface', [['    interface eth0\n', '']], 'error interface is missing'],
    [
      'another interval',
      [['advert_int 0.5', 'advert_int 1']],
      'error advert_int is 1, and 0.5 was decided for this host',
    ],
    [
      'a peer too few',
      [['        10.0.50.13\n', '']],
      'error 10.0.50.13 is missing in unicast_peer: it would be active, too',
    ],
    [
      'itself among its peers',
      [['        10.0.50.12\n', '        10.0.50.12\n        10.0.50.11\n']],
      'error 10.0.50.11 is this host itself, not a peer',
    ],
    [
      'the VIP among its peers',
      [['        10.0.50.12\n', '        10.0.50.12\n        10.0.50.20\n']],
      'error 10.0.50.20 is a VIP: whoever has it would hear of itself',
    ],
    [
      'a stranger among its peers',
      [['        10.0.50.12\n', '        10.0.50.12\n        10.0.50.99\n']],
      'error 10.0.50.99 is none of the other hosts',
    ],
    [
      'no peers',
      [[/ {4}unicast_peer \{[^}]*\}\n/, '']],
      'error the mode is unicast, and there is no unicast_peer',
    ],
    [
      'another source',
      [['unicast_src_ip 10.0.50.11', 'unicast_src_ip 10.0.50.12']],
      'error unicast_src_ip is 10.0.50.12, and the address of this host is 10.0.50.11',
    ],
    [
      'no notify script',
      [[/ {4}notify .*\n/, '']],
      'error notify does not run /usr/libexec/keepalived/konvoy-ha-notify: an apply could not tell when the host has joined',
    ],
    [
      'state MASTER',
      [['state BACKUP', 'state MASTER']],
      'warning state MASTER decides nothing: every host listens first, and the highest priority wins',
    ],
    [
      'nopreempt beside a weight',
      [inInstance('    nopreempt')],
      'error nopreempt: with the weight of konvoy_ha_ready the VIP would never leave a host that is not ready',
    ],
    [
      'a delay of preemption beside a weight',
      [inInstance('    preempt_delay 60')],
      'warning preempt_delay also delays the failover that the weight of konvoy_ha_ready causes',
    ],
    [
      'a group of instances beside a weight',
      [atEnd('vrrp_sync_group g {\n group {\n  konvoy_ha_api\n }\n}')],
      'warning a vrrp_sync_group does not heed the weight of konvoy_ha_ready',
    ],
    [
      'no script security',
      [['    enable_script_security\n', '']],
      'error enable_script_security is missing in global_defs: checks would run as root, whoever may change them',
    ],
    [
      'checks as root',
      [['script_user keepalived_script', 'script_user root']],
      'warning a check needs no root',
    ],
    [
      'checks as somebody else',
      [['    fall 1\n', '    fall 1\n    user ada\n']],
      'warning konvoy-ha does not make the account ada',
    ],
    [
      'a script that nobody defines',
      [['        konvoy_ha_live\n', '        konvoy_ha_alive\n        konvoy_ha_live\n']],
      'error there is no vrrp_script konvoy_ha_alive: it would be left out',
    ],
    [
      'a script that nobody tracks',
      [['        konvoy_ha_live\n', '']],
      'warning no instance tracks konvoy_ha_live: it decides nothing',
    ],
    [
      'a weight that decides nothing',
      [['weight -60', 'weight -20']],
      'error the weight of konvoy_ha_ready is -20, and the priorities are 20 apart: the VIP would stay where the check fails',
    ],
    [
      'such a weight in the instance',
      [['        konvoy_ha_ready\n', '        konvoy_ha_ready weight -2\n']],
      'error the weight of konvoy_ha_ready is -2, and the priorities are 20 apart: the VIP would stay where the check fails',
    ],
    [
      'a weight beyond all priorities',
      [['weight -60', 'weight -300']],
      'error the weight of konvoy_ha_ready is not from -253 to 253',
    ],
    [
      'a script of the operator',
      [['/usr/libexec/keepalived/konvoy-ha-ready', '/opt/ready']],
      'warning konvoy-ha does not write /opt/ready: it has to be on every host, and executable',
    ],
    [
      'a script without a path',
      [['/usr/libexec/keepalived/konvoy-ha-ready', 'ready']],
      'error "ready" is no absolute path',
    ],
    [
      'a prefix',
      [['10.0.50.20/32', '10.0.50.20/24']],
      "error /24 makes 10.0.50.20 an address of the host's own, which its connections may come from",
    ],
    [
      'another family in the adverts',
      [['        10.0.50.20/32 dev eth0\n', '        10.0.50.20/32 dev eth0\n        fd00::20\n']],
      'error fd00::20: the adverts of an instance are of one family, here IPv4',
    ],
    [
      'vrrp_strict',
      [inGlobal('    vrrp_strict')],
      'error vrrp_strict forbids unicast peers and drops whatever is sent to the VIP itself',
    ],
    [
      'use_vmac',
      [inInstance('    use_vmac')],
      'warning use_vmac: hypervisors drop frames from a second link-layer address unless they are told to forward them',
    ],
    [
      'a keyword that is too new',
      [inInstance('    timer_expired_backup')],
      'error timer_expired_backup is known since keepalived 2.3.3, and this host has 2.2.7',
    ],
    ['a block that is too new', [inInstance('    track_process {\n    }')], ''],
    [
      'a part of a second',
      [['    interval 1\n', '    interval 1.5\n']],
      'error interval is cut to whole seconds by keepalived 2.2.7',
    ],
    [
      'auth_hmac',
      [inInstance('    auth_hmac {\n        active_key 1\n    }')],
      'error auth_hmac needs keepalived 2.4.3 on every host, and one has 2.2.7',
    ],
  ])('says what is wrong with %s', (_, edits, expected) => {
    expect(lint(edited(edits))).toEqual(expected === '' ? [] : [expected]);
  });

  test('says of a file with nothing in it that it moves nothing', () => {
    expect(lint('# managed by konvoy-ha\n')).toEqual([
      'error there is no vrrp_instance: nothing would move the VIP',
      'error enable_script_security is missing in global_defs: checks would run as root, whoever may change them',
    ]);
  });

  test('says of everything that is wrong at once, line by line', () => {
    const text = edited([
      ['priority 250', 'priority 255'],
      ['advert_int 0.5', 'advert_int 0.005'],
      ['eth0\n    virtual_r', 'eth9\n    virtual_r'],
    ]);
    expect(lint(text)).toEqual([
      'error interface is eth9, and eth0 was decided for this host',
      'error priority is 255, and 250 was decided for this host',
      'error priority is not from 1 to 254: 255 is for a host that owns the address, and switches all checks off',
      'error advert_int is 0.005, and 0.5 was decided for this host',
      'error advert_int is not from 0.01 to 40.95 in steps of 0.01',
    ]);
  });

  test('says of VRRPv2 what it cannot do', () => {
    const text = edited([
      ['vrrp_version 3', 'vrrp_version 2'],
      inInstance('    authentication {\n        auth_type PASS\n        auth_pass hunter2\n    }'),
    ]);
    const found = lintConfiguration(text, HOST);
    expect(found.map(shown)).toEqual([
      expect.stringMatching(/^warning VRRPv2: hosts whose advert_int differs/),
      'error advert_int: VRRPv2 knows only whole seconds from 1 to 255',
      expect.stringMatching(/^error a password proves nothing: VRRPv3 has none/),
    ]);
  });

  test('points at what is wrong, in the file as it would be written', () => {
    const text = edited([
      ['priority 250', 'priority 100'],
      [/ {4}interface eth0\n/, ''],
    ]);
    const found = lintConfiguration(text, HOST);
    expect(found.map(pointed)).toEqual(['vrrp_instance konvoy_ha_api {', 'priority 100']);
    for (const { span, host } of found) {
      expect([span?.file, host]).toEqual(['/etc/keepalived/keepalived.conf', 'lb1']);
      expect(text.split('\n')[(span?.line ?? 0) - 1]).toBe(span?.text);
    }
  });

  test('never shows a line with a password', () => {
    const text = edited([inInstance('    authentication { auth_pass hunter2 }')]);
    const found = lintConfiguration(text, HOST);
    expect(found).not.toEqual([]);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  test('knows an instance beside the one of the VIP', () => {
    const other =
      'vrrp_instance other {\n    interface eth0\n    virtual_router_id 20\n    virtual_ipaddress {\n        10.0.50.77\n    }\n}';
    expect(lint(edited([atEnd(other)]))).toEqual(
      ['error konvoy_ha_api has this virtual_router_id on eth0, too', expect.stringMatching(/^error /)].slice(
        0,
        1,
      ),
    );
    const sixth = other.replace('10.0.50.77', 'fd00::77');
    expect(lint(edited([atEnd(sixth)]))).toEqual([]);
  });

  test('counts the addresses of an advert', () => {
    const more = Array.from({ length: 20 }, (_, index) => `        10.0.51.${index + 1}\n`).join('');
    expect(
      lint(edited([['        10.0.50.20/32 dev eth0\n', `        10.0.50.20/32 dev eth0\n${more}`]])),
    ).toEqual(['warning 21 addresses in every advert, and old routers take 20']);
  });

  test.each<readonly [string, Partial<typeof HOST>, readonly Edit[], readonly string[]]>([
    [
      'a release that knows the keyword',
      { release: [2, 3, 3] },
      [inInstance('    timer_expired_backup')],
      [],
    ],
    ['a release that nobody knows', { release: [] }, [], []],
    [
      'hosts that can all sign',
      { release: [2, 4, 3], oldestRelease: [2, 4, 3] },
      [inInstance('    auth_hmac {\n    }')],
      [],
    ],
    [
      'a host that cannot sign among others that can',
      { release: [2, 4, 3], oldestRelease: [2, 4, 2] },
      [inInstance('    auth_hmac {\n    }')],
      ['error auth_hmac needs keepalived 2.4.3 on every host, and one has 2.4.2'],
    ],
    [
      'multicast with a list of peers',
      { mode: 'multicast' },
      [],
      ['error the mode is multicast, and there is a unicast_peer'],
    ],
    [
      'an additional VIP that nothing moves',
      { additionalVips: [ip('10.0.50.21')] },
      [],
      ['error the additional VIP 10.0.50.21 is not moved'],
    ],
    [
      'a block that an old release does not know',
      { release: [2, 0, 10] },
      [inInstance('    track_process {\n    }')],
      [
        'error track_process is known since keepalived 2.0.11, and this host has 2.0.10: it would skip the rest of the block around it',
      ],
    ],
  ])('heeds %s', (_, host, edits, expected) => {
    expect(lint(edited(edits), host)).toEqual(expected);
  });
});

const PLACE = {
  interface: interfaceName('eth0'),
  four: { own: ip('10.0.50.11'), peers: [ip('10.0.50.12')], vip: VIP },
  six: { own: ip('fd00::11'), peers: [ip('fd00::12')], vip: ip('fd00::20') },
};

function lintOf({ router, endpoint }: Variant, release: string): readonly string[] {
  const conf = filesOf({ name: '', router, endpoint }).find(({ path }) => path.endsWith('/keepalived.conf'));
  const { mode, advertIntervalMs, additionalVips } = endpoint.settings;
  const host = { router, mode, advertIntervalMs, additionalVips, vip: endpoint.vip };
  return lint(new TextDecoder().decode(conf?.content), { ...host, release: releaseOf(release) ?? [] });
}

describe('every variant of what we write', () => {
  test.each(matrixAt(PLACE).map((variant) => [variant.name, variant] as const))(
    '%s is clean for Debian 12 and 13, and for Debian 11 but for IPv6 by multicast',
    (name, variant) => {
      expect(lintOf(variant, '2.3.3')).toEqual([]);
      expect(lintOf(variant, '2.2.7')).toEqual([]);
      const isSix = /-v6-/.test(name);
      const isMulticast = name.startsWith('multicast') || name.endsWith('alone');
      expect(lintOf(variant, '2.1.5')).toHaveLength(isSix && isMulticast ? 1 : 0);
    },
  );
});
