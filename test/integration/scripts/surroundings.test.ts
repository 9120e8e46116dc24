import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { KubernetesFacts, KubernetesSetting, LinkManager, VipPod } from '../../../src/domain/facts.ts';
import { kubernetesFact } from '../../../src/facts/kubernetes.ts';
import { askLinkManager, parseLinkManager } from '../../../src/facts/surroundings.ts';
import { stdoutOf } from '../../../src/domain/command.ts';
import { ip } from '../../support/branded.ts';
import { runCommand, SHELLS } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

type Files = Readonly<Record<string, string>>;

async function put(root: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

const KUBEADM_ETCD = `apiVersion: v1
kind: Pod
spec:
  containers:
  - command:
    - etcd
    - --advertise-client-urls=https://10.0.50.11:2379
    # - --listen-peer-urls=https://10.0.50.99:2380
    - --initial-advertise-peer-urls=https://10.0.50.11:2380
    - --key-file=/etc/kubernetes/pki/etcd/server.key
    - --listen-peer-urls=https://10.0.50.11:2380,https://[fd00::11]:2380
`;

// As `kube-vip manifest pod` prints it, shortened.
const KUBE_VIP = `apiVersion: v1
kind: Pod
metadata:
  name: kube-vip
  namespace: kube-system
spec:
  containers:
  - args:
    - manager
    env:
    - name: vip_arp
      value: "true"
    - name: vip_interface
      value: eth0
    - name: vip_leaderelection
      value: "true"
    - name: address
      value: 10.0.50.20
    image: ghcr.io/kube-vip/kube-vip:v0.8.0
    name: kube-vip
`;

// Konvoy's own manifest was never published: its image, and the variables that the images it is made from take.
const KONVOY = `apiVersion: v1
kind: Pod
metadata:
  name: keepalived
spec:
  containers:
  - name: keepalived
    image: mesosphere/keepalived-snmp:v0.2.1
    env:
    - name: VIRTUAL_IP
      value: "10.0.50.20"
    - name: VRID
      value: "51"
    - name: INTERFACE
      value: ens192
`;

describe.each(SHELLS)('the settings of Kubernetes in $name', (shell) => {
  async function ask(files: Files): Promise<KubernetesFacts> {
    await using root = await temporaryDirectory();
    await put(root.path, files);
    const fact = kubernetesFact(root.path);
    const [probe] = fact.probes;
    if (probe === undefined) throw new Error('there is no probe');
    return fact.parse([await runCommand(shell, probe)]);
  }

  test.each<readonly [string, Files, readonly KubernetesSetting[]]>([
    ['are none on a host without it', {}, []],
    [
      'are read from the static pod of etcd, without what is commented out',
      { '/etc/kubernetes/manifests/etcd.yaml': KUBEADM_ETCD },
      [
        ['advertise-client-urls', 'https://10.0.50.11:2379'],
        ['initial-advertise-peer-urls', 'https://10.0.50.11:2380'],
        ['listen-peer-urls', 'https://10.0.50.11:2380,https://[fd00::11]:2380'],
      ].map(([name = '', value = '']) => ({
        program: 'etcd' as const,
        name,
        value,
        file: '/etc/kubernetes/manifests/etcd.yaml',
      })),
    ],
    [
      'are read from the flags of kubeadm',
      {
        '/var/lib/kubelet/kubeadm-flags.env':
          'KUBELET_KUBEADM_ARGS="--container-runtime-endpoint=unix:///run/c.sock --node-ip=10.0.50.20"\n',
      },
      [
        {
          program: 'kubelet',
          name: 'node-ip',
          value: '10.0.50.20',
          file: '/var/lib/kubelet/kubeadm-flags.env',
        },
      ],
    ],
    [
      'are read from the environment of an etcd of kubespray',
      { '/etc/etcd.env': 'ETCD_NAME=etcd1\nETCD_LISTEN_PEER_URLS=https://10.0.50.20:2380\n' },
      [
        {
          program: 'etcd',
          name: 'listen-peer-urls',
          value: 'https://10.0.50.20:2380',
          file: '/etc/etcd.env',
        },
      ],
    ],
    [
      'are read from the YAML of RKE2',
      { '/etc/rancher/rke2/config.yaml': 'token: very-secret\nnode-ip: "10.0.50.20"\n' },
      [{ program: 'kubelet', name: 'node-ip', value: '10.0.50.20', file: '/etc/rancher/rke2/config.yaml' }],
    ],
    [
      'are read from the command line of what runs, with = or without',
      {
        '/proc/41/comm': 'kubelet\n',
        '/proc/41/cmdline': '/usr/bin/kubelet\0--config=/x\0--node-ip\0' + '10.0.50.20\0',
        '/proc/42/comm': 'bash\n',
        '/proc/42/cmdline': 'bash\0--node-ip=10.0.50.21\0',
      },
      [{ program: 'kubelet', name: 'node-ip', value: '10.0.50.20' }],
    ],
  ])('%s', async (_, files, expected) => {
    expect((await ask(files)).settings).toEqual(expected);
  });

  test.each<readonly [string, string, readonly VipPod[]]>([
    [
      'kube-vip',
      KUBE_VIP,
      [
        {
          kind: 'kube-vip',
          file: '/etc/kubernetes/manifests/pod.yaml',
          addresses: [ip('10.0.50.20')],
          settings: new Map([['vip_interface', 'eth0']]),
        },
      ],
    ],
    [
      'the keepalived of Konvoy',
      KONVOY,
      [
        {
          kind: 'keepalived',
          file: '/etc/kubernetes/manifests/pod.yaml',
          addresses: [ip('10.0.50.20')],
          settings: new Map([
            ['VRID', '51'],
            ['INTERFACE', 'ens192'],
          ]),
        },
      ],
    ],
    ['another pod', KUBEADM_ETCD, []],
  ])('tell of a static pod of %s', async (_, text, expected) => {
    expect((await ask({ '/etc/kubernetes/manifests/pod.yaml': text })).pods).toEqual(expected);
  });

  test('tell which programs run', async () => {
    const files = { '/proc/7/comm': 'kubelet\n', '/proc/7/cmdline': 'kubelet\0', '/proc/8/comm': 'etcd\n' };
    expect((await ask({ ...files, '/proc/8/cmdline': '' })).running.toSorted()).toEqual(['etcd', 'kubelet']);
  });
});

// What systemd 252 of Debian 12 keeps of a link that it has configured.
const CONFIGURED = `# This is private data. Do not parse.
ADMIN_STATE=configured
OPER_STATE=routable
CARRIER_STATE=carrier
REQUIRED_OPER_STATE_FOR_ONLINE=degraded
ACTIVATION_POLICY=up
NETWORK_FILE=/etc/systemd/network/10-eth0.network
LLMNR=yes
`;
const NETWORKD: Files = {
  '/sys/class/net/eth0/ifindex': '35\n',
  '/run/systemd/netif/links/35': CONFIGURED,
  '/proc/12/comm': 'systemd-network\n',
  '/etc/systemd/network/10-eth0.network': '[Match]\nName=eth0\n\n[Network]\nAddress=10.77.0.11/24\n',
};
const DROP_IN = '10-eth0.network.d';
const FILE = { kind: 'networkd', file: '/etc/systemd/network/10-eth0.network' } as const;
const keeping = (value: string): string => `[Network]\nKeepConfiguration = ${value}\n`;

describe.each(SHELLS)('who configures the interface in $name', (shell) => {
  test.each<readonly [string, Files, LinkManager | undefined]>([
    ['is networkd', NETWORKD, FILE],
    ['is nobody without networkd', { '/sys/class/net/eth0/ifindex': '35\n' }, undefined],
    [
      'is nobody when networkd has ended, and its state is still there',
      { ...NETWORKD, '/proc/12/comm': 'bash\n' },
      undefined,
    ],
    [
      'is nobody when networkd leaves this interface alone',
      { ...NETWORKD, '/run/systemd/netif/links/35': 'ADMIN_STATE=unmanaged\nOPER_STATE=carrier\n' },
      undefined,
    ],
    [
      'is networkd that keeps addresses by its file',
      { ...NETWORKD, '/etc/systemd/network/10-eth0.network': keeping('yes') },
      { ...FILE, keeps: 'yes' },
    ],
    [
      'is networkd that keeps addresses by a drop-in',
      { ...NETWORKD, [`/etc/systemd/network/${DROP_IN}/konvoy-ha.conf`]: keeping('static') },
      { ...FILE, keeps: 'static' },
    ],
    [
      'is networkd whose last drop-in counts, by name and then by folder',
      {
        ...NETWORKD,
        [`/run/systemd/network/${DROP_IN}/b.conf`]: keeping('no'),
        [`/etc/systemd/network/${DROP_IN}/b.conf`]: keeping('yes'),
        [`/etc/systemd/network/${DROP_IN}/a.conf`]: keeping('dhcp'),
      },
      { ...FILE, keeps: 'yes' },
    ],
  ])('%s', async (_, files, expected) => {
    await using root = await temporaryDirectory();
    await put(root.path, files);
    expect(parseLinkManager(stdoutOf(await runCommand(shell, askLinkManager('eth0', root.path))))).toEqual(
      expected,
    );
  });
});
