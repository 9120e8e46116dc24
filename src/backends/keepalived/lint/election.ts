import { statementsOf, type Statement } from '../configuration.ts';
import { error, warning, type Finding, type Linted, type Rule } from './finding.ts';
import {
  addressesIn,
  globalStatement,
  instancesIn,
  nameOf,
  ownStatement,
  vrrpVersion,
} from '../instances.ts';
import { trackedScripts } from './tracked.ts';

/** What makes an election end otherwise than one would think; `keepalived -t` minds none of it. */
export const electionRules: readonly Rule[] = [
  ...[state, preemption, priority, advertInterval, version].map(
    (rule): Rule =>
      (linted) =>
        instancesIn(linted.configuration).flatMap((instance) => rule(linted, instance)),
  ),
  twins,
  syncGroups,
];

function state(_: Linted, instance: Statement): readonly Finding[] {
  const statement = ownStatement(instance, 'state');
  if (statement?.words[0] !== 'MASTER') return [];
  return [
    warning(
      statement,
      'state MASTER decides nothing: every host listens first, and the highest priority wins',
      'write state BACKUP on every host',
    ),
  ];
}

function preemption({ configuration }: Linted, instance: Statement): readonly Finding[] {
  const nopreempt = ownStatement(instance, 'nopreempt');
  const delay = ownStatement(instance, 'preempt_delay');
  const weighted = trackedScripts(configuration, instance).find(({ weight }) => weight !== 0);
  const findings: Finding[] = [];
  if (nopreempt !== undefined) {
    const because =
      weighted === undefined
        ? 'a plan could not say who will be active'
        : `with the weight of ${weighted.name} the VIP would never leave a host that is not ready`;
    findings.push(error(nopreempt, `nopreempt: ${because}`, 'moves back lose no request: leave it out'));
  }
  if (delay !== undefined && weighted !== undefined)
    findings.push(
      warning(delay, `preempt_delay also delays the failover that the weight of ${weighted.name} causes`),
    );
  return findings;
}

function priority(_: Linted, instance: Statement): readonly Finding[] {
  const statement = ownStatement(instance, 'priority');
  const value = Number(statement?.words[0] ?? 100);
  if (Number.isInteger(value) && value >= 1 && value <= 254) return [];
  const why = value === 255 ? ': 255 is for a host that owns the address, and switches all checks off' : '';
  return [error(statement, `priority is not from 1 to 254${why}`)];
}

function advertInterval({ configuration }: Linted, instance: Statement): readonly Finding[] {
  const statement = ownStatement(instance, 'advert_int');
  const value = Number(statement?.words[0] ?? 1);
  if (vrrpVersion(configuration, instance) === 2) {
    if (Number.isInteger(value) && value >= 1 && value <= 255) return [];
    return [error(statement, 'advert_int: VRRPv2 knows only whole seconds from 1 to 255', VERSION_3)];
  }
  // RFC 9568 §5.2.7: twelve bits of centiseconds.
  const centiseconds = value * 100;
  const isWhole = Math.abs(centiseconds - Math.round(centiseconds)) < 1e-6;
  if (isWhole && centiseconds >= 1 && centiseconds <= 4095) return [];
  return [error(statement, 'advert_int is not from 0.01 to 40.95 in steps of 0.01')];
}

function version({ configuration }: Linted, instance: Statement): readonly Finding[] {
  if (vrrpVersion(configuration, instance) !== 2) return [];
  const at = ownStatement(instance, 'version') ?? globalStatement(configuration, 'vrrp_version') ?? instance;
  return [
    warning(
      at,
      'VRRPv2: hosts whose advert_int differs drop the adverts of each other, and all are active',
      VERSION_3,
    ),
  ];
}

/** One virtual router twice on a link: each would take the adverts of the other for a peer's. */
function twins({ configuration }: Linted): readonly Finding[] {
  const seen = new Map<string, string>();
  return instancesIn(configuration).flatMap((instance) => {
    const vrid = ownStatement(instance, 'virtual_router_id');
    const link = ownStatement(instance, 'interface')?.words[0] ?? '';
    const isSix = addressesIn(instance, 'virtual_ipaddress')[0]?.address.includes(':') === true;
    const identity = `${vrid?.words[0] ?? ''} ${link} ${isSix}`;
    const other = seen.get(identity);
    seen.set(identity, nameOf(instance));
    if (vrid === undefined || other === undefined) return [];
    return [error(vrid, `${other} has this virtual_router_id on ${link}, too`)];
  });
}

function syncGroups({ configuration }: Linted): readonly Finding[] {
  const weighted = instancesIn(configuration)
    .flatMap((instance) => trackedScripts(configuration, instance))
    .find(({ weight }) => weight !== 0);
  if (weighted === undefined) return [];
  return statementsOf(configuration.statements, 'vrrp_sync_group').map((group) =>
    warning(
      group,
      `a vrrp_sync_group does not heed the weight of ${weighted.name}`,
      'put the addresses of the other family into virtual_ipaddress_excluded: they move with the VIP',
    ),
  );
}

const VERSION_3 = 'write vrrp_version 3 in global_defs';
