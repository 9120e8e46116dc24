import { probeScript, stdoutOf } from '../domain/command.ts';
import { parseIpAddress, type IpAddress } from '../domain/address.ts';
import type { KubernetesFacts, KubernetesProgram, KubernetesSetting, VipPod } from '../domain/facts.ts';
import type { Fact } from './fact.ts';

/**
 * What runs of Kubernetes, and the addresses that it was given: on command lines, in static pods, and in the files of
 * kubeadm, kubespray, RKE2 and k3s below `root`. Nothing but the settings that name an address leaves the host.
 */
export function kubernetesFact(root = ''): Fact<KubernetesFacts> {
  return {
    probes: [probeScript(askKubernetes(), root)],
    parse: ([result]) => parseKubernetes(result === undefined ? '' : stdoutOf(result)),
  };
}

/** Reads `runs PROGRAM` and `PROGRAM SOURCE NAME VALUE` lines; a setting that was found twice counts once. */
export function parseKubernetes(text: string): KubernetesFacts {
  const running = new Set<KubernetesProgram>();
  const settings = new Map<string, KubernetesSetting>();
  for (const line of text.split('\n')) {
    const [first = '', second = '', written = '', ...rest] = line.split(' ');
    const runs = first === 'runs' ? PROGRAMS.find((name) => name === second) : undefined;
    if (runs !== undefined) running.add(runs);
    const program = PROGRAMS.find((name) => name === first);
    const value = rest.join(' ').trim();
    if (program === undefined || value === '') continue;
    const name = settingName(written);
    const file = second === PROCESS ? {} : { file: second };
    settings.set(`${program} ${name} ${second} ${value}`, { program, name, value, ...file });
  }
  return { running: [...running], settings: [...settings.values()], pods: parsePods(text) };
}

/** Reads `pod FILE KIND` lines, which may name an address or a variable with its value besides. */
function parsePods(text: string): readonly VipPod[] {
  const pods = new Map<
    string,
    { kind: VipPod['kind']; addresses: IpAddress[]; settings: Map<string, string> }
  >();
  for (const line of text.split('\n')) {
    const [, file = '', kind, name, value] = /^pod (\S+) (\S+)(?: (\S+)(?: (\S+))?)?$/.exec(line) ?? [];
    if (kind !== 'keepalived' && kind !== 'kube-vip') continue;
    const pod = pods.get(file) ?? { kind, addresses: [], settings: new Map<string, string>() };
    pods.set(file, pod);
    const address = parseIpAddress(name?.split('/')[0]);
    if (address.ok) pod.addresses.push(address.value);
    if (name !== undefined && value !== undefined) pod.settings.set(name, value);
  }
  return [...pods].map(([file, pod]) => ({ file, ...pod }));
}

/** `--node-ip`, `node-ip:` and `ETCD_LISTEN_PEER_URLS` are one spelling each of the same. */
function settingName(written: string): string {
  return written
    .replace(/^-+/, '')
    .replace(/:$/, '')
    .replace(/^ETCD_/, '')
    .replaceAll('_', '-')
    .toLowerCase();
}

const PROGRAMS: readonly KubernetesProgram[] = [
  'kubelet',
  'etcd',
  'kube-apiserver',
  'kube-proxy',
  'kube-router',
];

const PROCESS = 'process';

/** The words are set apart by what separates them in a command line, in YAML and in a file of the environment. */
function askKubernetes(): string {
  const names = [
    ...['node-ip', 'advertise-address', 'listen-peer-urls', 'initial-advertise-peer-urls'],
    ...['advertise-client-urls', 'ETCD_LISTEN_PEER_URLS', 'ETCD_INITIAL_ADVERTISE_PEER_URLS'],
    'ETCD_ADVERTISE_CLIENT_URLS',
  ].join('|');
  return `root=$1
words() { tr '\\000"= \\t'"'" '\\n\\n\\n\\n\\n\\n' | sed '/^-*$/d'; }
pick() { words | sed -nE '/^-*(${names}):?$/{N;s/\\n/ /p;}' | sed "s|^|$1 $2 |"; }
uncommented() { sed 's/^[[:space:]]*#.*//' "$root$1"; }
for process in "$root"/proc/[0-9]*; do
  name=''
  read -r name 2>/dev/null <"$process/comm"
  case $name in
    ${PROGRAMS.join('|')}) echo "runs $name"; pick "$name" ${PROCESS} 2>/dev/null <"$process/cmdline" ;;
  esac
done
file() { if [ -f "$root$2" ]; then uncommented "$2" | pick "$1" "$2"; fi; }
manifests=/etc/kubernetes/manifests
file kube-apiserver "$manifests/kube-apiserver.yaml"
file etcd "$manifests/etcd.yaml"
file etcd /etc/etcd.env
file etcd /var/lib/rancher/rke2/server/db/etcd/config
file etcd /var/lib/rancher/k3s/server/db/etcd/config
for env in /var/lib/kubelet/kubeadm-flags.env /etc/default/kubelet /etc/sysconfig/kubelet /etc/kubernetes/kubelet.env \\
  /etc/rancher/rke2/config.yaml /etc/rancher/k3s/config.yaml; do
  file kubelet "$env"
done
for pod in "$root$manifests"/*.yaml "$root$manifests"/*.yml "$root"/var/lib/rancher/*/agent/pod-manifests/*.yaml; do
  [ -f "$pod" ] || continue
  pod=\${pod#"$root"}
  image=$(uncommented "$pod" | words | sed -n '/^image:$/{n;p;}')
  case $image in
    *kube-vip*) kind=kube-vip ;;
    *keepalived*) kind=keepalived ;;
    *) continue ;;
  esac
  echo "pod $pod $kind"
  uncommented "$pod" | words | sed -nE \\
    -e '/^[0-9]+(\\.[0-9]+){3}(\\/[0-9]+)?$/p' -e '/^[0-9a-fA-F:]*:[0-9a-fA-F]*:[0-9a-fA-F:]*(\\/[0-9]+)?$/p' \\
    -e '/^(vip_interface|INTERFACE|VRID)$/{N;N;s/\\nvalue:\\n/ /p;}' | sed "s|^|pod $pod $kind |"
done
true`;
}
