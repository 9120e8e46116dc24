import { MARK, PATHS, READY_WEIGHT, SERVICE } from '../backends/keepalived/layout.ts';
import { foreignRouter, type ForeignRouter } from '../backends/keepalived/foreign.ts';
import type { Diagnostic } from '../domain/error.ts';
import { vipsOf, type KeepalivedEndpoint } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import { keyOf, resourceKey } from '../domain/resource.ts';
import type { Result } from '../domain/result.ts';
import { detectPlatform } from '../platform/platform.ts';
import { prioritySpread, type PriorityClaim } from './priority.ts';
import type { HostSnapshot } from './snapshot.ts';

/** What is taken over, by host. */
export type Adoptions = ReadonlyMap<HostName, ForeignRouter>;

/**
 * The virtual routers of somebody else that are to be taken over, or why they cannot be. Without `adopt` each of them is a
 * refusal that says what was found.
 */
export function adoptionsOf(
  snapshots: readonly HostSnapshot[],
  endpoint: KeepalivedEndpoint,
  adopt: boolean,
): { readonly adoptions: Adoptions; readonly problems: readonly Diagnostic[] } {
  const adoptions = new Map<HostName, ForeignRouter>();
  const problems: Diagnostic[] = [];
  for (const snapshot of snapshots) {
    const found = foreignOf(snapshot, endpoint);
    if (found === undefined) continue;
    if (adopt && found.ok) adoptions.set(snapshot.intent.name, found.value);
    else problems.push(refuse(snapshot, found));
  }
  return { adoptions, problems: [...problems, ...disagreements(adoptions)] };
}

/**
 * The claims with what the hosts have already. Priorities that cannot all stay, because two are one, or because a host whose API
 * server is not ready would not fall below the others, are given anew in their order.
 */
export function adoptPriorities(
  claims: readonly PriorityClaim[],
  adoptions: Adoptions,
): readonly PriorityClaim[] {
  const values = [...adoptions.values()].map(({ priority }) => priority);
  const areUsable =
    new Set(values).size === values.length &&
    prioritySpread(values) < READY_WEIGHT &&
    Math.min(...values) > READY_WEIGHT;
  const before = (claim: PriorityClaim): number => adoptions.get(claim.host)?.priority ?? 0;
  if (!areUsable) return claims.toSorted((a, b) => before(b) - before(a));
  return claims.map((claim) => {
    const taken = adoptions.get(claim.host);
    return taken === undefined || claim.recorded !== undefined
      ? claim
      : { ...claim, recorded: taken.priority };
  });
}

/** The text of the file of what is not ours and goes on beside it, if there is any: as it was found, or is by now. */
export function keptText(
  { observed, recorded, intent }: HostSnapshot,
  adoptions: Adoptions,
): string | undefined {
  const taken = adoptions.get(intent.name);
  if (taken !== undefined) return taken.kept === '' ? undefined : `${KEPT_HEAD}${taken.kept}\n`;
  const left = recorded.latest?.resources.find((resource) => resourceKey(resource) === KEPT_KEY);
  const seen = observed.get(KEPT_KEY);
  const file = seen?.status === 'present' && left !== undefined ? seen.resource : left;
  return file?.kind === 'file' ? new TextDecoder().decode(file.content) : undefined;
}

/**
 * Refuses a static pod that moves the VIP: two that move one address take it from each other. A pod ends when its manifest goes,
 * at a time that is kubelet's to choose, so nothing here can take its place without a moment of nobody.
 */
export function refusePods(
  snapshots: readonly HostSnapshot[],
  endpoint: KeepalivedEndpoint,
): readonly Diagnostic[] {
  const vips: readonly string[] = vipsOf(endpoint);
  return snapshots.flatMap(({ intent, facts }) =>
    (facts.kubernetes?.pods ?? [])
      .filter(
        ({ addresses }) => addresses.length === 0 || addresses.some((address) => vips.includes(address)),
      )
      .map(({ kind, file, addresses, settings }): Diagnostic => {
        const device = settings.get('vip_interface') ?? settings.get('INTERFACE');
        const vrid = settings.get('VRID');
        const moved = addresses.length === 0 ? 'an address' : addresses.join(', ');
        const words = [
          moved,
          ...(device === undefined ? [] : [`on ${device}`]),
          ...(vrid === undefined ? [] : [`with VRID ${vrid}`]),
        ];
        return {
          severity: 'error',
          host: intent.name,
          message: `a static pod moves the VIP here already: ${kind} in ${file} (${words.join(' ')})`,
          hints: [
            `end it on all hosts, the VIP is away until the apply is done: mv ${file} /root/`,
            ...(vrid === undefined ? [] : [`to keep its VRID: keepalived_vrid: ${vrid}`]),
            'apply --adopt takes over keepalived that runs as a service, not in a pod',
          ],
        };
      }),
  );
}

/** The VIP stays on the interface that it is on: elsewhere nobody would look for it. */
export function refuseOtherInterface(
  found: ReadonlyMap<HostName, { readonly interface: string }>,
  adoptions: Adoptions,
): readonly Diagnostic[] {
  return [...adoptions].flatMap(([host, taken]): readonly Diagnostic[] => {
    const own = found.get(host)?.interface;
    if (own === undefined || own === taken.interface) return [];
    return [
      {
        severity: 'error',
        host,
        message: `keepalived has the VIP on ${taken.interface} here, and its route leads to ${own}`,
        hints: [`keep it where it is: keepalived_interface: ${taken.interface}`],
      },
    ];
  });
}

function foreignOf(
  { observed, recorded }: HostSnapshot,
  { vip }: KeepalivedEndpoint,
): Result<ForeignRouter, string> | undefined {
  const conf = observed.get(keyOf('file', PATHS.conf));
  if (conf?.status !== 'present' || conf.resource.kind !== 'file' || recorded.latest !== undefined)
    return undefined;
  const text = new TextDecoder().decode(conf.resource.content);
  return text.slice(0, 200).includes(MARK) ? undefined : foreignRouter(text, vip);
}

function refuse({ intent, facts }: HostSnapshot, found: Result<ForeignRouter, string>): Diagnostic {
  const stop = detectPlatform(facts.os)?.services.stopByHand(SERVICE) ?? `stop ${SERVICE}`;
  const what = found.ok ? wordsOf(found.value) : found.error;
  return {
    severity: 'error',
    host: intent.name,
    message: `${PATHS.conf} is there and not ours: somebody else runs keepalived here (${what})`,
    hints: [
      ...(found.ok ? ['take it over, with the VIP staying up: konvoy-ha apply --adopt'] : []),
      `if it is not needed, move it away: mv ${PATHS.conf} ${PATHS.conf}.bak; ${stop}`,
    ],
  };
}

function wordsOf({ name, vrid, priority, interface: device, vips }: ForeignRouter): string {
  return `vrrp_instance ${name}: VRID ${vrid}, priority ${priority}, ${vips.join(', ')} on ${device}`;
}

/** Hosts that are one virtual router have one VRID. */
function disagreements(adoptions: Adoptions): readonly Diagnostic[] {
  const vrids = new Set([...adoptions.values()].map(({ vrid }) => vrid));
  if (vrids.size < 2) return [];
  const words = [...adoptions].map(([host, { vrid }]) => `${host} has ${vrid}`);
  return [
    {
      severity: 'error',
      message: `the hosts are not one virtual router: of VRIDs, ${words.join(', ')}`,
      hints: [
        'say which one it shall be: keepalived_vrid, or vrid in cluster.yaml',
        'and make the hosts agree first',
      ],
    },
  ];
}

const KEPT_HEAD = `# Sections of the keepalived.conf that konvoy-ha took over, which are none of its own. They are yours to change; reload keepalived then.
`;

const KEPT_KEY = keyOf('file', PATHS.kept);
