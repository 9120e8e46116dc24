import { formatEndpoint } from '../domain/address.ts';
import type { HostEnd, RunSummary } from '../domain/event.ts';
import type { HostName } from '../domain/names.ts';
import type { HostPlan } from '../domain/plan.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Proposal } from './propose.ts';
import type { watchVip } from './watch-vip.ts';
import type { World } from './world.ts';

/** How a change came to its end. */
export interface Finish {
  readonly generation?: number;
  readonly verdict?: Verdict;
  readonly kept: readonly string[];
}

/** Says of every host of a plan how it ended. */
export function reportEnds(
  world: World,
  proposal: Proposal,
  end: (host: HostName) => readonly [HostEnd, string],
): void {
  for (const { host } of proposal.plan.hosts) {
    const [state, detail] = end(host);
    world.report({ type: 'host-finished', host, state, detail });
  }
}

/** Says what was done, host by host and as a whole. */
export function reportSuccess(
  world: World,
  proposal: Proposal,
  done: Finish & { readonly startedAt: number },
): void {
  const changed = new Set(proposal.plan.hosts.filter(isChanged).map(({ host }) => host));
  reportEnds(world, proposal, (host) => (changed.has(host) ? ['changed', ''] : ['unchanged', '']));
  const changes = proposal.plan.hosts.flatMap((host) => host.changes);
  const { vip, port } = world.endpoint;
  const [active] = done.verdict?.owners ?? [];
  const summary: RunSummary = {
    command: proposal.plan.command,
    changed: changes.filter((change) => change.action !== 'none').length,
    unchanged: changes.filter((change) => change.action === 'none').length,
    hosts: proposal.plan.hosts.length,
    endpoint: formatEndpoint({ host: vip, port }),
    ...(active === undefined ? {} : { active }),
    ...(done.generation === undefined ? {} : { generation: done.generation }),
    kept: done.kept,
    elapsedMs: world.clock.now() - done.startedAt,
  };
  world.report({ type: 'run-finished', summary });
}

function isChanged({ changes, serviceAction }: HostPlan): boolean {
  return serviceAction !== 'none' || changes.some(({ action }) => action !== 'none');
}

/** Says what the VIP answered while things changed. */
export async function reportWatch(
  world: World,
  watch: ReturnType<typeof watchVip> | undefined,
): Promise<void> {
  const seen = await watch?.stop();
  if (seen !== undefined) world.report({ type: 'vip-probed', ...seen });
}

/** The words of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'an unknown reason';
}
