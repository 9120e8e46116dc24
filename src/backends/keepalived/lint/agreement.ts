import type { IpAddress } from '../../../domain/address.ts';
import type { Statement } from '../configuration.ts';
import { PATHS } from '../layout.ts';
import { error, type Finding, type Linted, type Rule } from './finding.ts';
import { addressesIn, instanceOf, instancesIn, ownStatement } from '../instances.ts';

// A plan says which host will be active and waits for it: it must not rest on other numbers than the file has.

/** Where the file says something else than what was decided for the host. */
export const agreementRules: readonly Rule[] = [vips, identity, peers, notify];

function vips({ configuration, vip, additionalVips }: Linted): readonly Finding[] {
  const instances = instancesIn(configuration);
  if (instances.length === 0) return [];
  const instance = instanceOf(configuration, vip);
  const moved = new Set(
    instances
      .flatMap((one) => [
        ...addressesIn(one, 'virtual_ipaddress'),
        ...addressesIn(one, 'virtual_ipaddress_excluded'),
      ])
      .map(({ address }) => address),
  );
  return [
    ...(instance === undefined
      ? [
          error(
            instances[0],
            `no virtual_ipaddress has the VIP ${vip}`,
            write('virtual_ipaddress', 'vipPrefix'),
          ),
        ]
      : []),
    ...additionalVips
      .filter((additional) => !moved.has(additional))
      .map((additional) =>
        error(instance, `the additional VIP ${additional} is not moved`, 'write {{#each otherVipPrefixes}}'),
      ),
  ];
}

function identity({ configuration, vip, router, advertIntervalMs }: Linted): readonly Finding[] {
  const instance = instanceOf(configuration, vip);
  if (instance === undefined) return [];
  const differs = (keyword: string, wanted: string | number, field: string): readonly Finding[] => {
    const statement = ownStatement(instance, keyword);
    const [value] = statement?.words ?? [];
    if (value === undefined)
      return [error(statement ?? instance, `${keyword} is missing`, write(keyword, field))];
    const isSame = typeof wanted === 'number' ? Number(value) === wanted : value === wanted;
    if (isSame) return [];
    return [
      error(
        statement,
        `${keyword} is ${value}, and ${wanted} was decided for this host`,
        write(keyword, field),
      ),
    ];
  };
  return [
    ...differs('interface', router.interface, 'interface'),
    ...differs('virtual_router_id', router.vrid, 'vrid'),
    ...differs('priority', router.priority, 'priority'),
    ...differs('advert_int', advertIntervalMs / 1000, 'advertIntervalSeconds'),
  ];
}

function peers(linted: Linted): readonly Finding[] {
  const { configuration, vip, router, mode } = linted;
  const instance = instanceOf(configuration, vip);
  if (instance === undefined) return [];
  const written = addressesIn(instance, 'unicast_peer');
  const list = ownStatement(instance, 'unicast_peer');
  if (mode === 'multicast' || router.peers.length === 0) {
    if (list === undefined) return [];
    const why = mode === 'multicast' ? 'the mode is multicast' : 'this host has no peers';
    return [error(list, `${why}, and there is a unicast_peer`, 'put it between {{#if unicast}} and {{/if}}')];
  }
  if (list === undefined) {
    const hint = 'write {{#each peers}} in it, or set mode: multicast';
    return [error(instance, 'the mode is unicast, and there is no unicast_peer', hint)];
  }
  const missing = router.peers.filter((peer) => !written.some(({ address }) => address === peer));
  return [
    ...missing.map((peer) => error(list, `${peer} is missing in unicast_peer: it would be active, too`)),
    ...written.flatMap(({ address, at }) => wrongPeer(linted, address, at)),
    ...source(linted, instance),
  ];
}

function wrongPeer(
  { router, vip, additionalVips }: Linted,
  address: IpAddress,
  at: Statement,
): readonly Finding[] {
  if (router.peers.includes(address)) return [];
  if (address === router.source) return [error(at, `${address} is this host itself, not a peer`)];
  if (address === vip || additionalVips.includes(address))
    return [error(at, `${address} is a VIP: whoever has it would hear of itself`)];
  return [error(at, `${address} is none of the other hosts`)];
}

function source({ router }: Linted, instance: Statement): readonly Finding[] {
  const statement = ownStatement(instance, 'unicast_src_ip');
  const [value] = statement?.words ?? [];
  if (value === router.source) return [];
  const message =
    value === undefined
      ? 'unicast_src_ip is missing: peers would drop adverts from another address'
      : `unicast_src_ip is ${value}, and the address of this host is ${router.source}`;
  return [error(statement ?? instance, message, write('unicast_src_ip', 'source'))];
}

function notify({ configuration, vip }: Linted): readonly Finding[] {
  const instance = instanceOf(configuration, vip);
  if (instance === undefined) return [];
  const statement = ownStatement(instance, 'notify');
  const [script] = statement?.words ?? [];
  if (script?.split(/\s/)[0] === PATHS.notify) return [];
  return [
    error(
      statement ?? instance,
      `notify does not run ${PATHS.notify}: an apply could not tell when the host has joined`,
      'write notify "{{notifyScript}}" root',
      'notify_master, notify_backup and notify_fault are free for scripts of your own',
    ),
  ];
}

function write(keyword: string, field: string): string {
  return `write ${keyword} {{${field}}}`;
}
