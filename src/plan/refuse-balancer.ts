import { SERVICES } from '../backends/backends.ts';
import type { Diagnostic } from '../domain/error.ts';
import type { KeepalivedEndpoint } from '../domain/intent.ts';
import { keyOf } from '../domain/resource.ts';
import type { HostSnapshot } from './snapshot.ts';

/** Refuses a port for the balancer on which somebody else listens already. */
export function refuseBalancer(
  snapshots: readonly HostSnapshot[],
  endpoint: KeepalivedEndpoint,
): readonly Diagnostic[] {
  if (endpoint.settings.loadBalancer !== 'haproxy') return [];
  return snapshots.flatMap(({ facts, observed, intent }): readonly Diagnostic[] => {
    if (facts.balancer?.listens !== true || facts.balancer.redirects) return [];
    const service = observed.get(keyOf('service', SERVICES.balancer));
    const isOurs =
      service?.status === 'present' && service.resource.kind === 'service' && service.resource.running;
    if (isOurs) return [];
    return [
      {
        severity: 'error',
        host: intent.name,
        message: `something else listens on port ${facts.balancer.port}, where haproxy is to listen`,
        hints: [
          `see what it is: ss -ltnp 'sport = :${facts.balancer.port}'`,
          'or choose another port: loadBalancerPort (keepalived_load_balancer_port)',
        ],
      },
    ];
  });
}
