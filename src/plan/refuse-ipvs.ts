import { PATHS } from '../backends/keepalived/layout.ts';
import { familyOf, parseIpPrefix, prefixContains } from '../domain/address.ts';
import type { Diagnostic } from '../domain/error.ts';
import type { IpvsFacts } from '../domain/facts.ts';
import { vipsOf, type KeepalivedEndpoint } from '../domain/intent.ts';
import { keyOf } from '../domain/resource.ts';
import type { HostSnapshot } from './snapshot.ts';

/** Refuses IPVS where it could not work, or where it would be somebody else's. */
export function refuseIpvs(
  snapshots: readonly HostSnapshot[],
  endpoint: KeepalivedEndpoint,
): readonly Diagnostic[] {
  if (endpoint.settings.loadBalancer !== 'ipvs') return [];
  const source = endpoint.settings.sources.loadBalancer;
  const span = source === undefined ? {} : { span: source.span };
  const six = vipsOf(endpoint).filter((vip) => familyOf(vip) === 6);
  return [
    ...six.map((vip): Diagnostic => ({
      severity: 'error',
      message: `ipvs balances IPv4 only, and the VIP ${vip} is IPv6`,
      // RFC 4861 section 6.3.4 is for hosts: Linux does not listen to router advertisements when it forwards.
      hints: [
        'use loadBalancer: haproxy; for ipvs the hosts would have to forward IPv6, and would lose routes that routers advertise',
      ],
      ...span,
    })),
    ...snapshots.flatMap((snapshot) => [
      ...refuseKernel(snapshot),
      ...refuseReconciler(snapshot, endpoint),
      ...refuseForeignService(snapshot, endpoint),
    ]),
  ];
}

function refuseKernel({ facts, intent }: HostSnapshot): readonly Diagnostic[] {
  const missing = facts.ipvs?.missingModules ?? [];
  if (missing.length === 0) return [];
  return [
    {
      severity: 'error',
      host: intent.name,
      message: `the kernel that runs here has no ${missing.join(', ')}`,
      hints: [
        `see why: modprobe ${missing.join(' ')}; after an update of the kernel the host has to be restarted first`,
        'or use loadBalancer: haproxy, which needs no module',
      ],
    },
  ];
}

function refuseReconciler(
  { facts, intent }: HostSnapshot,
  endpoint: KeepalivedEndpoint,
): readonly Diagnostic[] {
  const reconciler = facts.ipvs?.reconciler;
  if (reconciler === undefined || isExcluded(facts.ipvs, endpoint)) return [];
  const networks = vipsOf(endpoint).map((vip) => `${vip}/32`);
  return [
    {
      severity: 'error',
      host: intent.name,
      message: `${reconciler} balances with ipvs here and takes away every service that is not its own`,
      hints: [
        ...(reconciler === 'kube-proxy'
          ? [`set ipvs.excludeCIDRs: [${networks.join(', ')}] for kube-proxy`]
          : []),
        'or use loadBalancer: haproxy, which it leaves alone',
      ],
    },
  ];
}

function isExcluded(ipvs: IpvsFacts | undefined, endpoint: KeepalivedEndpoint): boolean {
  const networks = (ipvs?.excluded ?? []).flatMap((text) => {
    const prefix = parseIpPrefix(text);
    return prefix.ok ? [prefix.value] : [];
  });
  return vipsOf(endpoint).every((vip) => networks.some((network) => prefixContains(network, vip)));
}

function refuseForeignService(
  { facts, intent, observed }: HostSnapshot,
  endpoint: KeepalivedEndpoint,
): readonly Diagnostic[] {
  const conf = observed.get(keyOf('file', PATHS.conf));
  const isOurs =
    conf?.status === 'present' &&
    conf.resource.kind === 'file' &&
    Buffer.from(conf.resource.content).includes('\nvirtual_server ');
  if (isOurs) return [];
  return vipsOf(endpoint)
    .filter((vip) =>
      facts.ipvs?.services.some(({ address, port }) => address === vip && port === endpoint.port),
    )
    .map((vip) => ({
      severity: 'error',
      host: intent.name,
      message: `somebody else balances ${vip}:${endpoint.port} with ipvs here`,
      hints: [
        'see what it is: cat /proc/net/ip_vs',
        `if nobody needs it: ipvsadm -D -t ${vip}:${endpoint.port}`,
      ],
    }));
}
