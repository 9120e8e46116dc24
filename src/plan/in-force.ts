import { SERVICES } from '../backends/backends.ts';
import { PATHS as BALANCER_PATHS, portIn } from '../backends/haproxy/layout.ts';
import { vipsIn } from '../backends/keepalived/identity.ts';
import { PATHS } from '../backends/keepalived/layout.ts';
import { parseIpAddress, type IpAddress } from '../domain/address.ts';
import type { KeepalivedEndpoint } from '../domain/intent.ts';
import type { Change, Plan } from '../domain/plan.ts';
import { keyOf, type ResourceKey } from '../domain/resource.ts';

/**
 * The endpoint that the hosts have when a plan is carried out. After a rollback or an undo it is that of then: the input
 * may ask for another VIP by now, and nobody would ever have that. `port` is what was recorded with it.
 */
export function endpointAfter(
  endpoint: KeepalivedEndpoint,
  plan: Plan,
  port: number | undefined,
): KeepalivedEndpoint {
  for (const { changes } of plan.hosts) {
    const conf = changes.find(({ key }) => key === CONF_KEY)?.wanted;
    if (conf?.kind !== 'file') continue;
    const { vips, excluded } = vipsIn(new TextDecoder().decode(conf.content));
    const [vip, ...others] = [...vips, ...excluded].flatMap(addressOf);
    if (vip === undefined) continue;
    const settings = { ...endpoint.settings, additionalVips: others, ...balancerIn(changes) };
    return { ...endpoint, vip, port: port ?? endpoint.port, settings };
  }
  return endpoint;
}

/** The balancer that a host has then, if any, and where it listens. */
function balancerIn(
  changes: readonly Change[],
): Pick<KeepalivedEndpoint['settings'], 'loadBalancer' | 'loadBalancerPort'> {
  const runs = (key: ResourceKey): boolean => {
    const service = changes.find((change) => change.key === key)?.wanted;
    return service?.kind === 'service' && service.running;
  };
  if (runs(MASQUERADE_KEY)) return { loadBalancer: 'ipvs' };
  if (!runs(BALANCER_KEY)) return { loadBalancer: 'none' };
  const conf = changes.find(({ key }) => key === BALANCER_CONF_KEY)?.wanted;
  const text = conf?.kind === 'file' ? new TextDecoder().decode(conf.content) : '';
  const port = portIn(text);
  return { loadBalancer: 'haproxy', ...(port === undefined ? {} : { loadBalancerPort: port }) };
}

function addressOf(prefix: string): readonly IpAddress[] {
  const address = parseIpAddress(prefix.split('/')[0]);
  return address.ok ? [address.value] : [];
}

const CONF_KEY = keyOf('file', PATHS.conf);
const BALANCER_KEY = keyOf('service', SERVICES.balancer);
const MASQUERADE_KEY = keyOf('service', SERVICES.masquerade);
const BALANCER_CONF_KEY = keyOf('file', BALANCER_PATHS.conf);
