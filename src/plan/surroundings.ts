import type { IpAddress } from '../domain/address.ts';
import type { SelinuxFacts, SurroundingFacts } from '../domain/facts.ts';
import { vipsOf, type KeepalivedEndpoint } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { Check } from '../domain/verdict.ts';
import { PATHS } from '../backends/keepalived/layout.ts';
import { describeClaims } from './claims.ts';
import type { HostSnapshot } from './snapshot.ts';

/** What was seen around one host. */
export interface SeenAround {
  readonly facts: SurroundingFacts;
  /** The VIPs that the certificate of its API server is good for; absent when none was seen. */
  readonly certified?: readonly IpAddress[];
}

/** What `check` says of everything else on a host that can hurt the VIP. */
export function describeSurroundings(
  snapshot: HostSnapshot,
  endpoint: KeepalivedEndpoint,
  around: SeenAround,
): readonly Check[] {
  const host = snapshot.intent.name;
  return [
    ...certificateChecks(snapshot, vipsOf(endpoint), around.certified),
    ...linkManagerChecks(host, around.facts),
    ...tunnelChecks(host, vipsOf(endpoint), around.facts),
    ...describeClaims(snapshot, endpoint),
    ...proxyChecks(snapshot, endpoint),
    ...selinuxChecks(host, around.facts.selinux),
  ];
}

function certificateChecks(
  { intent, facts }: HostSnapshot,
  vips: readonly IpAddress[],
  certified: readonly IpAddress[] | undefined,
): readonly Check[] {
  const common = { name: 'certificate', host: intent.name };
  if (certified === undefined) {
    // Before `kubeadm init` there is none, and where nothing answers there is nothing to say of it.
    if (facts.api !== 'answers') return [];
    return [{ ...common, status: 'skipped', evidence: "the API server's could not be read" }];
  }
  const missing = vips.filter((vip) => !certified.includes(vip));
  if (missing.length === 0)
    return [{ ...common, status: 'pass', evidence: `the API server's is good for ${vips.join(', ')}` }];
  return [
    {
      ...common,
      status: 'warn',
      evidence: `the API server's is not good for ${missing.join(', ')}: clients that verify it refuse the VIP`,
      hint: `add ${missing.join(', ')} to apiServer.certSANs in kubeadm.yaml, move /etc/kubernetes/pki/apiserver.{crt,key} away, then: kubeadm init phase certs apiserver --config kubeadm.yaml`,
    },
  ];
}

function linkManagerChecks(host: HostName, { linkManager }: SurroundingFacts): readonly Check[] {
  if (linkManager === undefined) return [];
  const common = { name: 'link-manager', host };
  if (linkManager.kind === 'network-manager') {
    return [
      {
        ...common,
        status: 'pass',
        evidence: `NetworkManager, connection ${linkManager.connection}: leaves the VIP alone until it activates that again`,
        hint: `after a change of ${linkManager.connection}, activate it on one host at a time: the VIP moves away`,
      },
    ];
  }
  const { file, keeps } = linkManager;
  if (keeps !== undefined && KEEPS_FOREIGN.has(keeps.toLowerCase()))
    return [{ ...common, status: 'pass', evidence: `networkd keeps the VIP: KeepConfiguration=${keeps}` }];
  const name = file.slice(file.lastIndexOf('/') + 1);
  const owner = name.includes('-netplan-') ? "; the drop-in outlives netplan's own files" : '';
  return [
    {
      ...common,
      status: 'warn',
      evidence: `networkd (${file}) takes the VIP away when it configures the interface anew`,
      hint: `write "[Network]" and "KeepConfiguration=static" to /etc/systemd/network/${name}.d/konvoy-ha.conf, then: networkctl reload${owner}`,
    },
  ];
}

/** What networkd calls it when it leaves addresses that it has not set; `dhcp` keeps only those of its leases. */
const KEEPS_FOREIGN: ReadonlySet<string> = new Set(['yes', 'static', 'true', 'on', '1']);

function tunnelChecks(
  host: HostName,
  vips: readonly IpAddress[],
  { tunnels }: SurroundingFacts,
): readonly Check[] {
  return tunnels
    .filter(({ local }) => vips.includes(local))
    .map(({ interface: device, local }): Check => ({
      name: 'tunnel',
      host,
      status: 'warn',
      evidence: `${device} sends the traffic of pods from the VIP ${local}, and stops when it moves`,
      hint: "tell the container network the host's own address or interface (--iface of flannel, IP_AUTODETECTION_METHOD of calico)",
    }));
}

/** kube-proxy removes IPVS services that are not its own; with another balancer they do not meet. */
function proxyChecks({ intent, facts }: HostSnapshot, { settings }: KeepalivedEndpoint): readonly Check[] {
  if (settings.loadBalancer !== 'ipvs') return [];
  const isIpvs = facts.network.links.some((link) => link.interface === 'kube-ipvs0');
  const router = facts.kubernetes?.running.includes('kube-router') === true;
  if (!isIpvs && !router) return [];
  return [
    {
      name: 'service-proxy',
      host: intent.name,
      status: 'warn',
      evidence: `${router ? 'kube-router' : 'kube-proxy in the mode ipvs'} removes IPVS services that it has not made`,
      hint: `exclude the VIP (${router ? '--excluded-cidrs' : 'ipvs.excludeCIDRs'}), or use loadBalancer: haproxy`,
    },
  ];
}

function selinuxChecks(host: HostName, { mode, canRelabel, labels }: SelinuxFacts): readonly Check[] {
  if (mode !== 'enforcing') return [];
  const common = { name: 'selinux', host };
  const wrong = [...labels].filter(([, type]) => type !== SCRIPT_TYPE);
  const [first] = wrong;
  if (first !== undefined) {
    return [
      {
        ...common,
        status: 'warn',
        evidence: `enforcing, and ${first[0]} is ${first[1]}: keepalived may not run it freely, or let it ask the API server`,
        hint: `restorecon -RF ${PATHS.scripts}`,
      },
    ];
  }
  if (!canRelabel)
    return [
      {
        ...common,
        status: 'warn',
        evidence: 'enforcing, and there is no restorecon to give files their labels',
        hint: 'install what has it (policycoreutils)',
      },
    ];
  return [
    {
      ...common,
      status: 'pass',
      evidence: 'enforcing; the scripts are where keepalived may run them freely',
    },
  ];
}

/** As the policies of Fedora and RHEL give it to everything below /usr/libexec/keepalived. */
const SCRIPT_TYPE = 'keepalived_unconfined_script_exec_t';
