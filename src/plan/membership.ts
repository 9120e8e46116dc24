import { peersOf, sourceOf } from '../backends/keepalived/identity.ts';
import { parseIpAddress, type IpAddress } from '../domain/address.ts';
import type { Diagnostic } from '../domain/error.ts';
import type { HostIntent } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import { ourConf } from './our-conf.ts';
import type { HostSnapshot } from './snapshot.ts';

/** Who belongs to the virtual router by the input, and who did by the hosts. */
export interface Membership {
  /** All hosts of the inventory, whether they were seen or not. */
  readonly hosts: readonly HostIntent[];
  readonly snapshots: readonly HostSnapshot[];
  /** The addresses that the seen hosts will have as routers. */
  readonly sources: readonly IpAddress[];
  /** Addresses of machines that are gone for good, as the operator says. */
  readonly gone: readonly IpAddress[];
}

/**
 * Refuses to leave out a host that the others still know: with adverts to each host, nobody would talk to it any more, and it would
 * take the VIP as well. It has to be stopped while it is still known.
 */
export function refuseForgotten({ hosts, snapshots, sources, gone }: Membership): readonly Diagnostic[] {
  const seen = new Set(snapshots.map(({ intent }) => intent.name));
  const unseen = hosts.filter(({ name }) => !seen.has(name)).map(literalAddress);
  // A host that was not asked, and whose address only its name server knows, may be any of the peers.
  if (unseen.includes(undefined)) return [];
  const confs = snapshots.map((snapshot) => [snapshot.intent.name, ourConf(snapshot)] as const);
  const known = new Set<string | undefined>([
    ...sources,
    ...unseen,
    ...gone,
    // A host that has got another address was known by its old one.
    ...confs.map(([, conf]) => sourceOf(conf)),
  ]);
  const forgotten = new Map<string, HostName[]>();
  for (const [name, conf] of confs) {
    for (const peer of peersOf(conf)) {
      if (!known.has(peer)) forgotten.set(peer, [...(forgotten.get(peer) ?? []), name]);
    }
  }
  return [...forgotten].map(([peer, names]) => problem(peer, names));
}

function problem(peer: string, names: readonly HostName[]): Diagnostic {
  return {
    severity: 'error',
    message: `${peer} is a peer of ${names.join(', ')} and no host of the inventory any more: it would hear nobody, and take the VIP as well`,
    hints: [
      'stop it first: konvoy-ha destroy --limit HOST, with the inventory that still has it',
      `when it is stopped, or gone for good: --forget-host ${peer}`,
    ],
  };
}

/** The address by which a host was known, where the input says it. */
function literalAddress({ name, target }: HostIntent): IpAddress | undefined {
  for (const text of [target.address, name]) {
    const address = parseIpAddress(text);
    if (address.ok) return address.value;
  }
  return undefined;
}
