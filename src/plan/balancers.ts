import type { Activation, Wave } from '../domain/plan.ts';
import type { Mover } from './mover.ts';

/** The balancers of a plan. */
export interface Balancers {
  /** The hosts of the plan, each with what its balancer has to do. */
  readonly movers: readonly Mover[];
  /** True when any API server answers: then each balancer has to reach one. */
  readonly isServed: boolean;
  /** Hosts activated at the same time, at most. */
  readonly size: number;
}

/**
 * The waves of the balancers around those of the routers. What starts or reloads comes first: a VIP that arrives finds its
 * balancer. What stops comes last: until then the check scripts have seen what is behind it. One backup tries it before
 * the others, and the active never does.
 */
export function aroundRouters(routers: Activation, { movers, isServed, size }: Balancers): Activation {
  const coming = movers.filter(({ action }) => action === 'start' || action === 'reload');
  const going = movers.filter(({ action }) => action === 'stop');
  if (coming.length + going.length === 0) return routers;
  const [first] = activeLast(coming);
  const gate = isServed ? 'balances' : 'none';
  return {
    ...routers,
    waves: [
      ...(first === undefined ? [] : wavesOf([first], gate, size)),
      ...wavesOf(
        coming.filter((mover) => mover !== first),
        gate,
        size,
      ),
      ...routers.waves,
      ...wavesOf(
        going.filter(({ holdsVip }) => !holdsVip),
        'none',
        size,
      ),
      ...wavesOf(
        going.filter(({ holdsVip }) => holdsVip),
        'none',
        size,
      ),
    ],
    because: [
      ...(coming.length > 0 ? ['haproxy comes first, on one backup before the others'] : []),
      ...(routers.waves.length > 0 ? [routers.because] : []),
      ...(going.length > 0 ? ['haproxy goes last, on the active after the backups'] : []),
    ].join('; '),
  };
}

function activeLast(movers: readonly Mover[]): readonly Mover[] {
  return movers.toSorted((a, b) => Number(a.holdsVip) - Number(b.holdsVip));
}

function wavesOf(movers: readonly Mover[], gate: Wave['gate'], size: number): readonly Wave[] {
  return Array.from({ length: Math.ceil(movers.length / size) }, (_, at): Wave => {
    const hosts = movers.slice(at * size, (at + 1) * size).map(({ host }) => host);
    return { role: 'balancer', hosts, gate };
  });
}
