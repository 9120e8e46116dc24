import { familyOf } from '../../../domain/address.ts';
import { statementsOf, type Statement } from '../configuration.ts';
import { isAtLeast } from '../version.ts';
import { error, warning, type Finding, type Linted, type Rule } from './finding.ts';
import { addressesIn, instancesIn, ownStatement, type WrittenAddress } from '../instances.ts';

/** What is wrong with the addresses that move, and with how adverts of them are sent. */
export const addressRules: readonly Rule[] = [
  ...[prefixes, families, count, linkLocal].map(
    (rule): Rule =>
      (linted) =>
        instancesIn(linted.configuration).flatMap((instance) => rule(linted, instance)),
  ),
  ({ configuration: { statements } }) => [
    ...statementsOf(statements, 'vrrp_strict').map((statement) =>
      error(
        statement,
        'vrrp_strict forbids unicast peers and drops whatever is sent to the VIP itself',
        'leave it out',
      ),
    ),
    ...statementsOf(statements, 'use_vmac').map((statement) =>
      warning(
        statement,
        'use_vmac: hypervisors drop frames from a second link-layer address unless they are told to forward them',
        'leave it out: gratuitous ARP moves the VIP as well',
      ),
    ),
  ],
];

function movedBy(instance: Statement): readonly WrittenAddress[] {
  return [
    ...addressesIn(instance, 'virtual_ipaddress'),
    ...addressesIn(instance, 'virtual_ipaddress_excluded'),
  ];
}

function prefixes(_: Linted, instance: Statement): readonly Finding[] {
  return movedBy(instance).flatMap(({ address, prefixLength, at }) => {
    const whole = familyOf(address) === 4 ? 32 : 128;
    if (prefixLength === undefined || prefixLength === whole) return [];
    return [
      error(
        at,
        `/${prefixLength} makes ${address} an address of the host's own, which its connections may come from`,
        `write ${address}/${whole}`,
      ),
    ];
  });
}

function families(_: Linted, instance: Statement): readonly Finding[] {
  const [first, ...others] = addressesIn(instance, 'virtual_ipaddress');
  if (first === undefined) return [];
  const family = familyOf(first.address);
  return others
    .filter(({ address }) => familyOf(address) !== family)
    .map(({ address, at }) =>
      error(
        at,
        `${address}: the adverts of an instance are of one family, here IPv${family}`,
        'put it into virtual_ipaddress_excluded: it moves with the VIP',
      ),
    );
}

function count(_: Linted, instance: Statement): readonly Finding[] {
  const named = addressesIn(instance, 'virtual_ipaddress');
  const [tooMany] = named.slice(MOST_IN_ADVERT);
  if (tooMany === undefined) return [];
  return [
    warning(
      tooMany.at,
      `${named.length} addresses in every advert, and old routers take ${MOST_IN_ADVERT}`,
      'put all but the VIP into virtual_ipaddress_excluded',
    ),
  ];
}

/** RFC 9568 §5.1.2.1: adverts of IPv6 come from a link-local address; before 2.2.1 keepalived wants it as the first VIP. */
function linkLocal({ release }: Linted, instance: Statement): readonly Finding[] {
  const [first] = addressesIn(instance, 'virtual_ipaddress');
  const isUnicast = ownStatement(instance, 'unicast_peer') !== undefined;
  if (first === undefined || familyOf(first.address) === 4 || isUnicast) return [];
  if (release === undefined || isAtLeast(release, '2.2.1') || /^fe[89ab]/.test(first.address)) return [];
  return [
    error(
      first.at,
      `keepalived ${release.join('.')} refuses an IPv6 VIP by multicast unless a link-local address stands before it`,
      'use mode: unicast with at least two hosts, or keepalived 2.2.1 or later',
    ),
  ];
}

/** keepalived's own limit of old. */
const MOST_IN_ADVERT = 20;
