import type { Activation, Wave } from '../domain/plan.ts';
import type { ServiceRole } from '../domain/resource.ts';
import type { Mover } from './mover.ts';

/** What balances on the hosts of a plan, each host with what that has to do. */
export interface Balancers {
  readonly balancers: readonly Mover[];
  /** What the kernel needs to balance by itself. */
  readonly masquerades: readonly Mover[];
  /** True when any API server answers: then each balancer has to reach one. */
  readonly isServed: boolean;
  /** Hosts activated at the same time, at most. */
  readonly size: number;
}

/**
 * The waves of what balances around those of the routers. What starts or reloads comes first: a VIP that arrives finds its
 * balancer. What stops comes last: until then the check scripts have seen what is behind it. One backup tries it before
 * the others, and the active never does.
 */
export function aroundRouters(routers: Activation, all: Balancers): Activation {
  const coming = ROLES.flatMap((role) => comingOf(role, all));
  const going = ROLES.flatMap((role) => goingOf(role, all));
  if (coming.length + going.length === 0) return routers;
  return {
    ...routers,
    waves: [...coming, ...routers.waves, ...going],
    because: [
      ...namesOf(coming).map((name) => `${name} comes first, on one backup before the others`),
      ...(routers.waves.length > 0 ? [routers.because] : []),
      ...namesOf(going).map((name) => `${name} goes last, on the active after the backups`),
    ].join('; '),
    prediction: going.some(({ role }) => role === 'masquerade')
      ? routers.prediction.replace('no request is lost', 'connections that ipvs leads to other hosts end')
      : routers.prediction,
  };
}

/** How people call what balances. */
export const BALANCER_NAMES: Readonly<Record<BalancerRole, string>> = {
  balancer: 'haproxy',
  masquerade: 'the masquerade of ipvs',
};

type BalancerRole = Exclude<ServiceRole, 'router'>;

function comingOf(role: BalancerRole, all: Balancers): readonly Wave[] {
  const coming = moversOf(role, all).filter(({ action }) => action === 'start' || action === 'reload');
  const [first] = coming.toSorted((a, b) => Number(a.holdsVip) - Number(b.holdsVip));
  if (first === undefined) return [];
  // IPVS balances when keepalived has read what to balance: until then there is nothing to wait for.
  const gate = role === 'balancer' && all.isServed ? 'balances' : 'none';
  const rest = coming.filter((mover) => mover !== first);
  return [...wavesOf([first], { role, gate }, all.size), ...wavesOf(rest, { role, gate }, all.size)];
}

function goingOf(role: BalancerRole, all: Balancers): readonly Wave[] {
  const going = moversOf(role, all).filter(({ action }) => action === 'stop');
  return [false, true].flatMap((isActive) =>
    wavesOf(
      going.filter(({ holdsVip }) => holdsVip === isActive),
      { role, gate: 'none' },
      all.size,
    ),
  );
}

function moversOf(role: BalancerRole, { balancers, masquerades }: Balancers): readonly Mover[] {
  return role === 'balancer' ? balancers : masquerades;
}

function wavesOf(movers: readonly Mover[], wave: Pick<Wave, 'role' | 'gate'>, size: number): readonly Wave[] {
  return Array.from({ length: Math.ceil(movers.length / size) }, (_, at): Wave => {
    const hosts = movers.slice(at * size, (at + 1) * size).map(({ host }) => host);
    return { ...wave, hosts };
  });
}

function namesOf(waves: readonly Wave[]): readonly string[] {
  return ROLES.filter((role) => waves.some((wave) => wave.role === role)).map((role) => BALANCER_NAMES[role]);
}

const ROLES: readonly BalancerRole[] = ['balancer', 'masquerade'];
