import { SERVICES } from '../backends/backends.ts';
import type { IpAddress } from '../domain/address.ts';
import type { IpvsServer } from '../domain/facts.ts';
import { vipsOf, type KeepalivedEndpoint } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import { keyOf } from '../domain/resource.ts';
import type { Check } from '../domain/verdict.ts';
import { detectPlatform } from '../platform/platform.ts';
import { vipInterface } from './interface.ts';
import type { HostSnapshot } from './snapshot.ts';

/** Whether the kernel of every host balances each VIP over all API servers that answer, and gets their answers back. */
export function ipvsChecks(
  endpoint: KeepalivedEndpoint,
  snapshots: readonly HostSnapshot[],
): readonly Check[] {
  if (endpoint.settings.loadBalancer !== 'ipvs') return [];
  const servers = snapshots.map((snapshot) => serverOf(snapshot, endpoint));
  return snapshots.flatMap((snapshot) => {
    const common = { name: 'balancer', host: snapshot.intent.name };
    const problem = masqueradeProblem(snapshot);
    if (problem !== undefined) return [{ ...common, ...problem }];
    return vipsOf(endpoint).map((vip) => ({ ...common, ...balanced(snapshot, { vip, endpoint, servers }) }));
  });
}

type Finding = Omit<Check, 'name' | 'host'>;

/** An API server that IPVS may know. */
interface Server {
  readonly host: HostName;
  readonly address: IpAddress | undefined;
  readonly answers: boolean;
}

function serverOf({ intent, facts }: HostSnapshot, { vip }: KeepalivedEndpoint): Server {
  const found = vipInterface(facts.network, vip, intent.interface);
  return {
    host: intent.name,
    address: found.ok ? found.value.source : undefined,
    answers: facts.api === 'answers',
  };
}

function masqueradeProblem({ observed, facts }: HostSnapshot): Finding | undefined {
  const seen = observed.get(keyOf('service', SERVICES.masquerade));
  const service = seen?.status === 'present' && seen.resource.kind === 'service' ? seen.resource : undefined;
  if (service?.running !== true)
    return {
      status: 'fail',
      evidence: `${SERVICES.masquerade} does not run: answers of other hosts do not come back through this one`,
      hint: `konvoy-ha apply starts it; journalctl -u ${SERVICES.masquerade} says why it stopped`,
    };
  if (!service.enabled)
    return {
      status: 'fail',
      evidence: `${SERVICES.masquerade} runs, but would not after a reboot`,
      hint: 'konvoy-ha apply enables it',
    };
  if (facts.ipvs?.masquerades !== false) return undefined;
  const reload = detectPlatform(facts.os)?.services.reloadByHand(SERVICES.masquerade);
  return {
    status: 'fail',
    evidence: 'nothing is masqueraded here: somebody has flushed the rules of nft',
    hint: `bring them back: ${reload ?? `reload ${SERVICES.masquerade}`}`,
  };
}

function balanced(
  { facts }: HostSnapshot,
  seen: {
    readonly vip: IpAddress;
    readonly endpoint: KeepalivedEndpoint;
    readonly servers: readonly Server[];
  },
): Finding {
  const { vip, endpoint, servers } = seen;
  const at = `${vip}:${endpoint.port}`;
  const service = facts.ipvs?.services.find(({ address, port }) => address === vip && port === endpoint.port);
  if (service === undefined)
    return {
      status: 'fail',
      evidence: `ipvs does not know ${at}: the API server of this host alone would answer there`,
      hint: `keepalived was to tell it; journalctl -u ${SERVICES.router} says why it did not`,
    };
  const known = (server: Server): IpvsServer | undefined =>
    service.servers.find(({ address }) => address === server.address);
  const missing = servers.filter((server) => server.answers && known(server) === undefined);
  if (missing.length > 0)
    return {
      status: 'fail',
      evidence: `ipvs leaves out ${namesOf(missing)} for ${at}, though the API server there answers`,
      hint: 'can this host reach it?',
    };
  if (service.servers.length === 0)
    return { status: 'warn', evidence: `ipvs knows no API server for ${at} yet: none answers` };
  const resting = servers.filter((server) => known(server)?.weight === 0);
  const notes = resting.length === 0 ? '' : `; nothing new to ${namesOf(resting)}, not ready`;
  return {
    status: 'pass',
    evidence: `ipvs leads ${at} to ${service.servers.length} of ${servers.length} API servers${notes}`,
  };
}

function namesOf(servers: readonly Server[]): string {
  return servers.map(({ host }) => host).join(', ');
}
