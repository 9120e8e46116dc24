import type { KeepalivedSettings } from '../domain/intent.ts';
import type { Activation, Plan } from '../domain/plan.ts';
import { activeDownIntervalMs } from '../domain/vrrp.ts';

/**
 * What a run is at, for the patience of its hosts. `staging`: nothing is in force yet. `crossing`: some hosts are another
 * virtual router already, and some are not. `steady`: all are the one or the other.
 */
export type Phase = 'staging' | 'crossing' | 'steady';

/** Seconds for which an armed host waits for a sign of its run; `timeoutS` is what was asked for. */
export function patienceS(
  timeoutS: number,
  phase: Phase,
  { plan, settings }: { readonly plan: Plan; readonly settings: KeepalivedSettings },
): number {
  if (phase === 'staging' && plan.hosts.some((host) => host.changes.some(installsPackage)))
    return Math.max(timeoutS, STAGING_S);
  if (phase !== 'crossing') return timeoutS;
  const gateS = Math.ceil(gateDeadlineMs(settings) / 1000);
  return Math.min(timeoutS, Math.max(CROSSING_S, gateS + CROSSING_ROOM_S));
}

/** Whether two hosts have the VIP between two waves: one under the new identity, one under the old. */
export function crosses({ waves }: Activation): boolean {
  return waves.slice(0, -1).some(({ gate }) => gate === 'owns-vip');
}

/** How long a gate is waited at: two elections, the first run of the check scripts, and room. */
export function gateDeadlineMs({ advertIntervalMs, healthCheck }: KeepalivedSettings): number {
  // RFC 9568's Active_Down_Interval, twice.
  return 2 * activeDownIntervalMs(advertIntervalMs, 1) + healthCheck.timeoutMs + GATE_MARGIN_MS;
}

/** How long a host that counts as not ready may go on having the VIP: its check script has to tell, then an election. */
export function handOverDeadlineMs({ advertIntervalMs, healthCheck }: KeepalivedSettings): number {
  const { intervalMs, fall } = healthCheck;
  return (fall + 1) * intervalMs + 2 * activeDownIntervalMs(advertIntervalMs, 1) + GATE_MARGIN_MS;
}

function installsPackage({ action, wanted }: Plan['hosts'][number]['changes'][number]): boolean {
  return (action === 'create' || action === 'update') && wanted?.kind === 'package';
}

/** While packages are installed: apt may wait for a lock and a mirror, and nobody notices what is staged. */
const STAGING_S = 900;

/** A run that is lost between two waves leaves the VIP on two hosts for so long: the reason is in docs/decisions/0007. */
const CROSSING_S = 30;
const CROSSING_ROOM_S = 15;

/** Beyond what the protocol needs: service start-up and a slow first run of the check scripts. */
const GATE_MARGIN_MS = 6000;
