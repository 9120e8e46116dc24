import { isNetworkOrBroadcast, prefixContains, type IpAddress } from '../domain/address.ts';
import type { Diagnostic } from '../domain/error.ts';
import { vipsOf, type KeepalivedEndpoint } from '../domain/intent.ts';
import type { ClusterName, HostName } from '../domain/names.ts';
import { READY_WEIGHT } from '../backends/keepalived/layout.ts';
import { holdsAddress } from '../facts/network.ts';
import { detectPlatform, SUPPORTED } from '../platform/platform.ts';
import type { Adoptions } from './adopt.ts';
import { prioritySpread } from './priority.ts';
import type { HostSnapshot } from './snapshot.ts';
import type { Stranger } from './wire.ts';

/** What cannot be right on one host, whatever the others are like. */
export function refuseHost(snapshot: HostSnapshot, cluster: ClusterName): readonly Diagnostic[] {
  return [...refusePlatform(snapshot), ...refuseForeign(snapshot, cluster), ...refuseObstacles(snapshot)];
}

/**
 * What cannot be right between hosts, or between them and the rest of the network. A router that was heard to claim a VIP
 * is named by what it says, not by the link-layer address that answers.
 */
export function refuseTogether(
  snapshots: readonly HostSnapshot[],
  endpoint: KeepalivedEndpoint,
  {
    strangers = [],
    adoptions = new Map(),
  }: { readonly strangers?: readonly Stranger[]; readonly adoptions?: Adoptions } = {},
): readonly Diagnostic[] {
  const heard = (vip: IpAddress): readonly string[] =>
    strangers.filter(({ ourVips }) => ourVips.includes(vip)).map(({ mac }) => mac);
  return [
    ...refuseTwins(snapshots, endpoint.vip),
    ...vipsOf(endpoint).flatMap((vip) =>
      refuseVip(snapshots, endpoint, { vip, adoptions, heard: heard(vip) }),
    ),
  ];
}

/** Two routers may not have one priority, and a host that is not ready must fall below all others. */
export function refusePriorities(priorities: ReadonlyMap<HostName, number>): readonly Diagnostic[] {
  const values = [...priorities.values()];
  const diagnostics: Diagnostic[] = [];
  for (const [host, priority] of priorities) {
    const twins = [...priorities]
      .filter(([other, value]) => value === priority && other !== host)
      .map(([other]) => other);
    if (twins.length > 0) {
      diagnostics.push(
        problem(host, `priority ${priority} is also that of ${twins.join(', ')}`, [
          'give each host its own keepalived_priority',
        ]),
      );
    }
  }
  if (prioritySpread(values) >= READY_WEIGHT) {
    diagnostics.push({
      severity: 'error',
      message: `the priorities are ${prioritySpread(values)} apart; a host whose API is not ready falls by ${READY_WEIGHT} and would stay active`,
      hints: [`keep every keepalived_priority within ${READY_WEIGHT - 1} of the others`],
    });
  }
  return diagnostics;
}

function refusePlatform({ facts, intent }: HostSnapshot): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const platform = detectPlatform(facts.os);
  if (platform === undefined) {
    const { prettyName, initSystem } = facts.os;
    const init = initSystem === 'unknown' ? 'an unknown init system' : initSystem;
    diagnostics.push(
      problem(intent.name, `${prettyName} with ${init} is not supported yet`, [`${SUPPORTED} are supported`]),
    );
  }
  if (facts.httpsClients.length === 0) {
    diagnostics.push(
      problem(intent.name, 'neither curl nor openssl is installed, so nothing could check the API server', [
        platform === undefined
          ? 'install one of them'
          : `install one of them, for example: ${platform.packages.installByHand('curl')}`,
      ]),
    );
  }
  return diagnostics;
}

function refuseForeign({ recorded, intent }: HostSnapshot, cluster: ClusterName): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  if (recorded.foreignClusters.length > 0 && recorded.latest === undefined) {
    diagnostics.push(
      problem(
        intent.name,
        `this host belongs to the cluster ${recorded.foreignClusters.join(', ')}, not to ${cluster}`,
        [
          'if it is the same cluster, keep its name: metadata.name in cluster.yaml, or konvoy_ha_cluster under all.vars',
        ],
      ),
    );
  }
  return diagnostics;
}

function refuseObstacles({ observed, intent }: HostSnapshot): readonly Diagnostic[] {
  return [...observed].flatMap(([key, seen]) => {
    if (seen.status !== 'obstacle') return [];
    const path = key.slice(key.indexOf(':') + 1);
    return [
      problem(intent.name, `${path} is a ${seen.what}; konvoy-ha does not write through or replace it`, [
        `look at it and move it away: ls -l ${path}`,
      ]),
    ];
  });
}

/** Two names for one machine would give it two priorities, and the VIP one router less than it seems. */
function refuseTwins(snapshots: readonly HostSnapshot[], vip: IpAddress): readonly Diagnostic[] {
  return snapshots.flatMap((snapshot, index) => {
    const twin = snapshots.slice(0, index).find((earlier) => shareAddress(earlier, snapshot, vip));
    if (twin === undefined) return [];
    const { intent } = snapshot;
    return [
      {
        ...problem(
          intent.name,
          `${intent.name} and ${twin.intent.name} have the same address: they are one machine, or two with one address`,
          ['every control-plane host needs an ansible_host of its own'],
        ),
        ...(intent.span === undefined ? {} : { span: intent.span }),
      },
    ];
  });
}

/** Only addresses beside the VIP count: bridges of containers have one address on every host, rightly. */
function shareAddress(one: HostSnapshot, other: HostSnapshot, vip: IpAddress): boolean {
  const own = new Set(addressesBeside(one, vip));
  return addressesBeside(other, vip).some((address) => own.has(address));
}

function addressesBeside({ facts }: HostSnapshot, vip: IpAddress): readonly IpAddress[] {
  return facts.network.addresses
    .filter(({ prefix }) => prefix.address !== vip && prefixContains(prefix, vip))
    .map(({ prefix }) => prefix.address);
}

/** One of the VIPs, and what is known of it. */
interface OneVip {
  readonly vip: IpAddress;
  readonly adoptions: Adoptions;
  /** Link-layer addresses of strangers that say they have it, and are refused for that. */
  readonly heard: readonly string[];
}

function refuseVip(
  snapshots: readonly HostSnapshot[],
  endpoint: KeepalivedEndpoint,
  { vip, adoptions, heard: known }: OneVip,
): readonly Diagnostic[] {
  const setting = vip === endpoint.vip ? 'control_plane_endpoint' : 'additionalVIPs';
  // Somebody else's keepalived may have it with the prefix of the subnet, as a host has its own address.
  const moving = (host: HostName): boolean => adoptions.get(host)?.vips.includes(vip) === true;
  const diagnostics = refuseUnusable(
    snapshots.filter(({ intent }) => !moving(intent.name)),
    vip,
    setting,
  );
  const macs = new Set([
    ...snapshots.flatMap(({ facts }) => facts.network.links.flatMap((link) => link.mac ?? [])),
    ...known,
  ]);
  const heard = snapshots.filter(({ facts }) => {
    const mac = facts.network.neighbours.get(vip);
    return mac !== undefined && !macs.has(mac) && !holdsAddress(facts.network, vip);
  });
  const strangers = [...new Set(heard.flatMap(({ facts }) => facts.network.neighbours.get(vip) ?? []))];
  const spanned = endpoint.span === undefined ? {} : { span: endpoint.span };
  return [
    ...diagnostics.map((diagnostic) => ({ ...diagnostic, ...spanned })),
    ...strangers.map((mac): Diagnostic => ({
      severity: 'error',
      message: `the VIP ${vip} is taken: a machine with the address ${mac}, which is none of these hosts, answers for it`,
      hints: [
        `choose a free address for ${setting}, or take that machine off the network`,
        `seen from ${heard.map(({ intent }) => intent.name).join(', ')}`,
      ],
      ...spanned,
    })),
  ];
}

function refuseUnusable(
  snapshots: readonly HostSnapshot[],
  vip: IpAddress,
  setting: string,
): readonly Diagnostic[] {
  const prefixes = snapshots.flatMap(({ facts }) => facts.network.addresses.map(({ prefix }) => prefix));
  const owner = snapshots.find(({ facts }) =>
    facts.network.addresses.some(
      ({ prefix }) => prefix.address === vip && prefix.length < (vip.includes(':') ? 128 : 32),
    ),
  );
  if (owner !== undefined) {
    return [
      problem(owner.intent.name, `the VIP ${vip} is this host's own address`, [
        `choose a free address for ${setting}`,
      ]),
    ];
  }
  if (prefixes.some((prefix) => isNetworkOrBroadcast(prefix, vip))) {
    return [
      {
        severity: 'error',
        message: `the VIP ${vip} is the network or broadcast address of its subnet`,
        hints: [`choose a free address for ${setting}`],
      },
    ];
  }
  return [];
}

function problem(host: HostName, message: string, hints: readonly string[]): Diagnostic {
  return { severity: 'error', host, message, hints };
}
