import { READY_WEIGHT } from '../backends/keepalived/layout.ts';
import type { Diagnostic } from '../domain/error.ts';
import type { KeepalivedEndpoint } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { Check } from '../domain/verdict.ts';
import { holdsAddress } from '../facts/network.ts';
import { runsKeepalived } from './seen.ts';
import type { HostSnapshot } from './snapshot.ts';

/** A host that is to be drained, among all that could be asked. */
export interface Draining {
  readonly host: HostName;
  readonly snapshots: readonly HostSnapshot[];
  readonly endpoint: KeepalivedEndpoint;
  /** Whether its check script looks for the file that drains it. */
  readonly isHeeded: boolean;
}

/** Why a host cannot be drained, whatever is wanted. */
export function refuseDrain({ host, snapshots, isHeeded }: Draining): readonly Diagnostic[] {
  const own = snapshots.find(({ intent }) => intent.name === host);
  const refused = (message: string, ...hints: readonly string[]): readonly Diagnostic[] => [
    { severity: 'error', host, message, hints },
  ];
  if (own?.recorded.latest === undefined)
    return refused(
      'konvoy-ha has set nothing up here: there is nothing to drain',
      'set it up: konvoy-ha apply',
    );
  if (!isHeeded)
    return refused(
      'the check script on this host does not know of draining',
      'bring it up to date: konvoy-ha apply',
      'a ready.sh of your own has to look for the files in `drains`',
    );
  return [];
}

/** The hosts that can have the VIP while this one has it not, the one that will take it first. */
export function heirsOf({ host, snapshots }: Omit<Draining, 'isHeeded'>): readonly HostName[] {
  return ranked(snapshots.filter((snapshot) => snapshot.intent.name !== host && canServe(snapshot)));
}

/** Who has the VIP in the end when this host is drained no more; undefined when nobody can. */
export function heirAfterUndrain({ host, snapshots }: Omit<Draining, 'isHeeded'>): HostName | undefined {
  return ranked(snapshots.filter((snapshot) => canServe(snapshot, host)))[0];
}

/** Whether a host has the VIP. */
export function hasVip({ host, snapshots, endpoint }: Omit<Draining, 'isHeeded'>): boolean {
  return snapshots.some(
    ({ intent, facts }) => intent.name === host && holdsAddress(facts.network, endpoint.vip),
  );
}

/** A host that is drained is one that somebody will want back. */
export function drained(snapshots: readonly HostSnapshot[]): readonly Check[] {
  return snapshots.flatMap(({ intent, facts }): readonly Check[] => {
    const { drained: state } = facts.keepalived;
    if (state === undefined) return [];
    const whom = state.by === undefined ? '' : ` by ${state.by}`;
    const evidence = `drained${whom}: it has the VIP only when no other host can`;
    const hint = `when it may have it again: konvoy-ha undrain ${intent.name}`;
    return [{ name: 'drained', status: 'warn', host: intent.name, evidence, hint }];
  });
}

/** As elections go: ready hosts before the others, then by priority. */
function ranked(snapshots: readonly HostSnapshot[]): readonly HostName[] {
  return snapshots.toSorted((a, b) => priorityOf(b) - priorityOf(a)).map(({ intent }) => intent.name);
}

function priorityOf({ recorded }: HostSnapshot): number {
  return recorded.latest?.virtualRouter.priority ?? -READY_WEIGHT;
}

function canServe(snapshot: HostSnapshot, undrained?: HostName): boolean {
  const { intent, facts, recorded } = snapshot;
  const { state, drained: isDrained } = facts.keepalived;
  return (
    recorded.latest !== undefined &&
    runsKeepalived(snapshot) &&
    (state === 'active' || state === 'backup') &&
    facts.api === 'answers' &&
    (isDrained === undefined || intent.name === undrained)
  );
}
