import { SERVICES } from '../backends/backends.ts';
import type { Gate } from '../backends/gate.ts';
import { balanceGate } from '../backends/haproxy/gate.ts';
import { joinGate, ownerGate, serviceGate } from '../backends/keepalived/gates.ts';
import type { KeepalivedEndpoint } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { Wave } from '../domain/plan.ts';
import { gateDeadlineMs } from './patience.ts';

/** What is waited for on one host after a wave, and in which words. */
export interface Waiting {
  readonly gate: Gate;
  /** After "waiting until it". */
  readonly until: string;
  /** What it has not come to, when the gate stays shut. */
  readonly failed: string;
  /** Whose last words say why. */
  readonly service: string;
}

/** What a wave waits for on a host; undefined when for nothing. */
export function waitingOf(wave: Wave, host: HostName, endpoint: KeepalivedEndpoint): Waiting | undefined {
  const deadlineMs = gateDeadlineMs(endpoint.settings);
  const router = { service: SERVICES.router };
  switch (wave.gate) {
    case 'none':
      return undefined;
    case 'owns-vip':
      return {
        ...router,
        gate: ownerGate(endpoint.vip, deadlineMs),
        until: 'owns the VIP',
        failed: `taking the VIP ${endpoint.vip}`,
      };
    case 'joined':
      return wave.serving?.includes(host) === true
        ? {
            ...router,
            gate: serviceGate(deadlineMs),
            until: 'serves again',
            failed: 'serving again, as before,',
          }
        : {
            ...router,
            gate: joinGate(deadlineMs),
            until: 'has joined',
            failed: 'joining the virtual router',
          };
    case 'balances':
      return {
        gate: balanceGate(endpoint, deadlineMs),
        until: 'reaches an API server through haproxy',
        failed: 'reaching an API server through haproxy',
        service: SERVICES.balancer,
      };
    default:
      return wave.gate satisfies never;
  }
}
