import { SERVICES } from '../backends/backends.ts';
import type { KeepalivedEndpoint } from '../domain/intent.ts';
import { keyOf } from '../domain/resource.ts';
import type { Check } from '../domain/verdict.ts';
import { detectPlatform } from '../platform/platform.ts';
import type { HostSnapshot } from './snapshot.ts';

/** Whether the balancer of every host runs, is given what reaches the VIP, and reaches an API server. */
export function balancers(
  endpoint: KeepalivedEndpoint,
  snapshots: readonly HostSnapshot[],
): readonly Check[] {
  if (endpoint.settings.loadBalancer !== 'haproxy') return [];
  const isServed = snapshots.some(({ facts }) => facts.api === 'answers');
  return snapshots.map((snapshot) => ({
    name: 'balancer',
    host: snapshot.intent.name,
    ...(serviceProblem(snapshot) ?? redirectProblem(snapshot) ?? answer(snapshot, isServed)),
  }));
}

type Finding = Omit<Check, 'name' | 'host'>;

function serviceProblem({ observed }: HostSnapshot): Finding | undefined {
  const seen = observed.get(keyOf('service', SERVICES.balancer));
  const service = seen?.status === 'present' && seen.resource.kind === 'service' ? seen.resource : undefined;
  if (service?.running !== true)
    return {
      status: 'fail',
      evidence: 'haproxy does not run: what reaches the VIP here goes to the API server of this host',
      hint: `konvoy-ha apply starts it; journalctl -u ${SERVICES.balancer} says why it stopped`,
    };
  if (service.enabled) return undefined;
  return {
    status: 'fail',
    evidence: 'haproxy runs, but would not after a reboot',
    hint: 'konvoy-ha apply enables it',
  };
}

function redirectProblem({ facts }: HostSnapshot): Finding | undefined {
  if (facts.balancer === undefined || facts.balancer.redirects) return undefined;
  const reload = detectPlatform(facts.os)?.services.reloadByHand(SERVICES.balancer);
  return {
    status: 'fail',
    evidence:
      'haproxy runs, but what reaches the VIP here goes past it: somebody has flushed the rules of nft',
    hint: `bring them back: ${reload ?? `reload ${SERVICES.balancer}`}`,
  };
}

function answer({ facts }: HostSnapshot, isServed: boolean): Finding {
  const { port, answer: status } = facts.balancer ?? {};
  const where = `haproxy on port ${port ?? 'unknown'}`;
  if (status === 200) return { status: 'pass', evidence: `${where} leads to API servers that are ready` };
  if (status === 401 || status === 403)
    return { status: 'pass', evidence: `${where} leads to API servers, which say ${status}` };
  const evidence =
    status === undefined
      ? `${where} reaches no API server`
      : `${where} leads to API servers that say ${status}`;
  // Before the first API server is there, nothing can answer.
  if (!isServed) return { status: 'warn', evidence };
  return { status: 'fail', evidence, hint: 'can this host reach the API servers of the others?' };
}
