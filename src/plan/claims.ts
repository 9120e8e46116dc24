import { parseIpAddress, type IpAddress } from '../domain/address.ts';
import type { Diagnostic } from '../domain/error.ts';
import type { KubernetesProgram, KubernetesSetting } from '../domain/facts.ts';
import { vipsOf, type KeepalivedEndpoint } from '../domain/intent.ts';
import type { Check } from '../domain/verdict.ts';
import type { HostSnapshot } from './snapshot.ts';

/**
 * Refuses a VIP that Kubernetes takes for the address of a host: it would lose that with every move, and etcd its
 * member.
 */
export function refuseClaims(
  snapshots: readonly HostSnapshot[],
  endpoint: KeepalivedEndpoint,
): readonly Diagnostic[] {
  return snapshots.flatMap(({ intent, facts }) =>
    claimsOf(facts.kubernetes?.settings ?? [], vipsOf(endpoint))
      .filter(({ setting }) => setting.name !== ADVERTISE)
      .map(({ setting, vip }): Diagnostic => ({
        severity: 'error',
        host: intent.name,
        message: `${words(setting)} names the VIP ${vip}, which leaves this host whenever it moves`,
        hints: [HINTS[setting.program] ?? `give it an address of this host's own`],
        ...(endpoint.span === undefined ? {} : { span: endpoint.span }),
      })),
  );
}

/** What `check` says of addresses that are not wrong for sure. */
export function describeClaims(snapshot: HostSnapshot, endpoint: KeepalivedEndpoint): readonly Check[] {
  const { facts, intent } = snapshot;
  if (facts.kubernetes === undefined) return [];
  const { running, settings } = facts.kubernetes;
  const advertised = claimsOf(settings, vipsOf(endpoint)).filter(({ setting }) => setting.name === ADVERTISE);
  const isTold = settings.some(({ program, name }) => program === 'kubelet' && name === 'node-ip');
  return [
    ...advertised.map(({ setting, vip }): Check => ({
      name: 'advertised-address',
      host: intent.name,
      status: 'warn',
      evidence: `${words(setting)} names the VIP ${vip}: pods reach the API server only through the active host`,
      hint: "give it the host's own address: localAPIEndpoint.advertiseAddress of kubeadm",
    })),
    ...(running.includes('kubelet') && !isTold
      ? [
          {
            name: 'node-ip',
            host: intent.name,
            status: 'warn' as const,
            evidence:
              'kubelet chooses its address by itself: started while this host has the VIP, it may take that',
            hint: 'tell it the own address of the host: --node-ip in KUBELET_EXTRA_ARGS',
          },
        ]
      : []),
  ];
}

interface Claim {
  readonly setting: KubernetesSetting;
  readonly vip: IpAddress;
}

function claimsOf(settings: readonly KubernetesSetting[], vips: readonly IpAddress[]): readonly Claim[] {
  return settings.flatMap((setting) => {
    const named = addressesIn(setting.value);
    return vips.filter((vip) => named.includes(vip)).map((vip) => ({ setting, vip }));
  });
}

/** The addresses of a list: `10.0.0.1,fd00::1`, `https://10.0.0.1:2380,https://[fd00::1]:2380`. */
export function addressesIn(value: string): readonly IpAddress[] {
  return value.split(',').flatMap((item) => {
    const authority = /^[a-z][a-z0-9+.-]*:\/\/(?<authority>[^/?#]*)/i.exec(item.trim())?.groups?.[
      'authority'
    ];
    const host =
      authority === undefined
        ? item.trim()
        : authority
            .replace(/^.*@/, '')
            .replace(/:\d*$/, '')
            .replace(/^\[|\]$/g, '');
    const address = parseIpAddress(host);
    return address.ok ? [address.value] : [];
  });
}

function words({ program, name, file }: KubernetesSetting): string {
  return `--${name} of ${program} (${file ?? 'as it runs'})`;
}

const ADVERTISE = 'advertise-address';

const HINTS: Readonly<Partial<Record<KubernetesProgram, string>>> = {
  kubelet: "give it an address of this host's own, and restart kubelet",
  etcd: "give etcd an address of this host's own: etcdctl member update, then its --listen-peer-urls and --initial-advertise-peer-urls",
};
