import type { Activation } from '../../src/domain/plan.ts';
import type { Mover } from '../../src/plan/mover.ts';
import { orderActivation } from '../../src/plan/order.ts';
import { hostName } from './branded.ts';

/** lb1, lb2 and lb3 with priorities 250, 240 and 230: running, API servers answering, the VIP on lb1, nothing to do. */
export function runningMovers(count = 3): readonly Mover[] {
  return Array.from({ length: count }, (_, index) => ({
    host: hostName(`lb${index + 1}`),
    action: 'none',
    changesIdentity: false,
    staysActive: true,
    holdsVip: index === 0,
    runs: true,
    apiAnswers: true,
    serves: true,
    priority: 250 - 10 * index,
  }));
}

/** What is different from `runningMovers`, by host. */
export type Differences = Readonly<Record<string, Partial<Mover>>>;

/** The order for hosts that run, with an advert interval of 500 ms, except for what is different. */
export function order(differences: Differences, count = 3): Activation {
  return orderActivation(withMovers(runningMovers(count), differences), 500);
}

export function waves(differences: Differences, count = 3): readonly string[] {
  return wavesOf(order(differences, count));
}

/** The movers with what differs for some of them, by host. */
export function withMovers(movers: readonly Mover[], differences: Differences): readonly Mover[] {
  return movers.map((mover) => ({ ...mover, ...differences[mover.host] }));
}

export const RELOAD: Partial<Mover> = { action: 'reload' };
export const RESTART: Partial<Mover> = { action: 'restart', staysActive: false };
export const NEW_IDENTITY: Partial<Mover> = { action: 'reload', changesIdentity: true, staysActive: false };
export const START: Partial<Mover> = {
  action: 'start',
  runs: false,
  holdsVip: false,
  serves: false,
};
export const STOP: Partial<Mover> = { action: 'stop' };
export const IDLE: Partial<Mover> = { runs: false, holdsVip: false };
export const API_DOWN: Partial<Mover> = { apiAnswers: false };

/** The same difference for each of three hosts. */
export const ALL = (difference: Partial<Mover>): Differences => ({
  lb1: difference,
  lb2: difference,
  lb3: difference,
});

/**
 * Waves as text: `lb2 -> owns-vip`, hosts in their order, those that have to serve again marked: `lb2! -> joined`, those that hand
 * the VIP over first: `lb1 hands over -> joined`.
 */
export function wavesOf(activation: Activation): readonly string[] {
  return activation.waves.map(({ hosts, gate, owner, handsOver, serving = [] }) => {
    const names = hosts.map((host) => (serving.includes(host) ? `${host}!` : host));
    return `${names.join(' ')}${handsOver === true ? ' hands over' : ''} -> ${owner === undefined ? '' : `${owner} `}${gate}`;
  });
}
