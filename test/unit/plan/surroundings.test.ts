import { describe, expect, test } from 'vitest';
import type { SurroundingFacts } from '../../../src/domain/facts.ts';
import { describeSurroundings, type SeenAround } from '../../../src/plan/surroundings.ts';
import { interfaceName, ip } from '../../support/branded.ts';
import { ENDPOINT, factsOf, freshHost, networkOf, VIP } from '../../support/cluster.ts';

const CALM: SurroundingFacts = {
  tunnels: [],
  selinux: { mode: 'disabled', canRelabel: false, labels: new Map() },
};

const SILENT = freshHost('lb1', { facts: factsOf(networkOf('lb1'), { api: 'silent' }) });

function found(around: Partial<SurroundingFacts>, certified?: SeenAround['certified']): readonly string[] {
  const facts = { ...CALM, ...around };
  const seen = { facts, ...(certified === undefined ? {} : { certified }) };
  return describeSurroundings(SILENT, ENDPOINT, seen).map(
    ({ status, name, evidence, hint }) =>
      `${status} ${name}: ${evidence}${hint === undefined ? '' : ` [${hint}]`}`,
  );
}

const FILE = '/etc/systemd/network/10-eth0.network';
const LIVE = '/usr/libexec/keepalived/konvoy-ha-live';

describe('what surrounds the VIP', () => {
  test.each<readonly [string, Partial<SurroundingFacts>, SeenAround['certified'], readonly string[]]>([
    ['nothing', {}, undefined, []],
    [
      'a certificate that is good for it',
      {},
      [VIP],
      ["pass certificate: the API server's is good for 10.0.50.20"],
    ],
    [
      'a certificate that is not',
      {},
      [],
      [
        "warn certificate: the API server's is not good for 10.0.50.20: clients that verify it refuse the VIP [add 10.0.50.20 to apiServer.certSANs in kubeadm.yaml, move /etc/kubernetes/pki/apiserver.{crt,key} away, then: kubeadm init phase certs apiserver --config kubeadm.yaml]",
      ],
    ],
    [
      'networkd that drops foreign addresses',
      { linkManager: { kind: 'networkd', file: FILE } },
      undefined,
      [
        `warn link-manager: networkd (${FILE}) takes the VIP away when it configures the interface anew [write "[Network]" and "KeepConfiguration=static" to /etc/systemd/network/10-eth0.network.d/konvoy-ha.conf, then: networkctl reload]`,
      ],
    ],
    [
      'networkd that keeps only leases, in a file of netplan',
      {
        linkManager: {
          kind: 'networkd',
          file: '/run/systemd/network/10-netplan-eth0.network',
          keeps: 'dhcp',
        },
      },
      undefined,
      [
        `warn link-manager: networkd (/run/systemd/network/10-netplan-eth0.network) takes the VIP away when it configures the interface anew [write "[Network]" and "KeepConfiguration=static" to /etc/systemd/network/10-netplan-eth0.network.d/konvoy-ha.conf, then: networkctl reload; the drop-in outlives netplan's own files]`,
      ],
    ],
    [
      'networkd that keeps all',
      { linkManager: { kind: 'networkd', file: FILE, keeps: 'Yes' } },
      undefined,
      ['pass link-manager: networkd keeps the VIP: KeepConfiguration=Yes'],
    ],
    [
      'NetworkManager',
      { linkManager: { kind: 'network-manager', connection: 'System eth0' } },
      undefined,
      [
        'pass link-manager: NetworkManager, connection System eth0: leaves the VIP alone until it activates that again [after a change of System eth0, activate it on one host at a time: the VIP moves away]',
      ],
    ],
    [
      'a tunnel that ends at the VIP, and one that does not',
      {
        tunnels: [
          { interface: interfaceName('flannel.1'), local: VIP },
          { interface: interfaceName('vxlan.calico'), local: ip('10.0.50.11') },
        ],
      },
      undefined,
      [
        "warn tunnel: flannel.1 sends the traffic of pods from the VIP 10.0.50.20, and stops when it moves [tell the container network the host's own address or interface (--iface of flannel, IP_AUTODETECTION_METHOD of calico)]",
      ],
    ],
    [
      'SELinux with scripts that have their label',
      {
        selinux: {
          mode: 'enforcing',
          canRelabel: true,
          labels: new Map([[LIVE, 'keepalived_unconfined_script_exec_t']]),
        },
      },
      undefined,
      ['pass selinux: enforcing; the scripts are where keepalived may run them freely'],
    ],
    [
      'SELinux with a script that has not',
      { selinux: { mode: 'enforcing', canRelabel: true, labels: new Map([[LIVE, 'bin_t']]) } },
      undefined,
      [
        `warn selinux: enforcing, and ${LIVE} is bin_t: keepalived may not run it freely, or let it ask the API server [restorecon -RF /usr/libexec/keepalived]`,
      ],
    ],
    [
      'SELinux without restorecon',
      { selinux: { mode: 'enforcing', canRelabel: false, labels: new Map() } },
      undefined,
      [
        'warn selinux: enforcing, and there is no restorecon to give files their labels [install what has it (policycoreutils)]',
      ],
    ],
    ['permissive SELinux', { selinux: { ...CALM.selinux, mode: 'permissive' } }, undefined, []],
  ])('%s', (_, around, certified, expected) => {
    expect(found(around, certified)).toEqual(expected);
  });

  test('a certificate that nobody could read is said, where an API server answers', () => {
    expect(describeSurroundings(freshHost('lb1'), ENDPOINT, { facts: CALM })).toMatchObject([
      { name: 'certificate', status: 'skipped' },
    ]);
  });

  test('kube-proxy in the mode ipvs matters to IPVS of ours alone', () => {
    const interfaces = [
      ...networkOf('lb1').interfaces,
      { name: 'kube-ipvs0', mac: '52:54:00:00:00:01', addresses: [] },
    ];
    const facts = factsOf(networkOf('lb1', { interfaces }), { api: 'silent' });
    const host = freshHost('lb1', { facts });
    const settings = { ...ENDPOINT.settings, loadBalancer: 'ipvs' as const };
    expect(describeSurroundings(host, ENDPOINT, { facts: CALM })).toEqual([]);
    expect(describeSurroundings(host, { ...ENDPOINT, settings }, { facts: CALM })).toMatchObject([
      { name: 'service-proxy', status: 'warn' },
    ]);
  });
});
