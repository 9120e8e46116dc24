import type { IpAddress } from './address.ts';
import type { HostName, InterfaceName } from './names.ts';
import type { Observed, Resource, ResourceKey, ServiceRole, Wanted } from './resource.ts';
import type { Generation, VirtualRouterRecord } from './generation.ts';
import type { Priority, Vrid } from './vrrp.ts';

/** The virtual router as it shall be on one host. */
export interface HostRouter {
  readonly host: HostName;
  readonly interface: InterfaceName;
  /** The host's own address on that interface, never a VIP. */
  readonly source: IpAddress;
  readonly peers: readonly IpAddress[];
  readonly vrid: Vrid;
  readonly priority: Priority;
}

export type ChangeAction = 'create' | 'update' | 'remove' | 'none';

/** The difference between what is wanted and what is there, for one resource. */
export interface Change {
  readonly key: ResourceKey;
  readonly action: ChangeAction;
  readonly wanted?: Resource;
  readonly observed?: Resource;
  /** Absent where nothing differs, and on a host that has no generation. */
  readonly cause?: ChangeCause;
}

/**
 * Why wanted, observed and recorded are not one: what is there is not what the latest generation left (`by-hand`), something
 * else is asked for than it left (`asked-for`), or both.
 */
export type ChangeCause = 'by-hand' | 'asked-for' | 'both';

/** What the service must do for the changes to count. */
export type ServiceAction = 'none' | 'start' | 'reload' | 'restart' | 'stop';

export interface HostPlan {
  readonly host: HostName;
  /** In the order of the wanted resources, removals last. */
  readonly changes: readonly Change[];
  readonly serviceAction: ServiceAction;
  /** What the balancer must do; absent: nothing. */
  readonly balancerAction?: ServiceAction;
  /** What the masquerade of IPVS must do; absent: nothing. */
  readonly masqueradeAction?: ServiceAction;
  /** True when the files on the host differ from what the latest generation left: somebody changed them by hand. */
  readonly drifted: boolean;
  /** The latest generation on the host that is whole. */
  readonly generation?: number;
}

/** What one of the services of a host must do. */
export function actionOf(
  plan: Pick<HostPlan, 'serviceAction' | 'balancerAction' | 'masqueradeAction'>,
  role: ServiceRole,
): ServiceAction {
  if (role === 'router') return plan.serviceAction;
  return (role === 'balancer' ? plan.balancerAction : plan.masqueradeAction) ?? 'none';
}

/**
 * How the changes become active. Each wave is activated at once on its hosts, and only when the gate of the wave
 * before it has opened: never all at once when the identity of the virtual router changes (nobody would answer for
 * three adverts), never one by one (two would answer for seconds). Measured: docs/decisions/0004.
 */
export interface Activation {
  readonly waves: readonly Wave[];
  /** Why this order, in words. */
  readonly because: string;
  /** What a client of the VIP will see. */
  readonly prediction: string;
  /** The host that will have the VIP when all has settled; absent when none will. */
  readonly settlesOn?: HostName;
}

export interface Wave {
  readonly hosts: readonly HostName[];
  /** Which service of the hosts it activates; absent: the router. */
  readonly role?: Exclude<ServiceRole, 'router'>;
  /**
   * What must hold on these hosts before the next wave: the only one owns the VIP, all run as members, or the balancer of
   * each reaches an API server.
   */
  readonly gate: 'owns-vip' | 'joined' | 'balances' | 'none';
  /** The host of an earlier wave that has to own the VIP, instead of one of these. */
  readonly owner?: HostName;
  /** True where the VIP is given to a peer before the service is restarted, so that it is never away. */
  readonly handsOver?: true;
  /**
   * Hosts of the wave whose gate opens only when they serve again, not when they have merely joined: those that served
   * before. Nobody waits for a host to become what it never was, or nothing could be applied to a sick cluster.
   */
  readonly serving?: readonly HostName[];
}

/** Everything that will happen, decided: it can be printed, compared and executed, and needs nothing else. */
export interface Plan {
  readonly command: 'apply' | 'rollback' | 'destroy';
  readonly headline: string;
  /** In inventory order. */
  readonly hosts: readonly HostPlan[];
  readonly activation: Activation;
  readonly isEmpty: boolean;
  /** Why an apply records a generation though it changes nothing; absent when it does not, or changes something. */
  readonly recordsBecause?: string;
}

/** One host's side of a plan in the making: what it shall be, what it is, what we left there. */
export interface HostStates {
  readonly host: HostName;
  readonly wanted: Wanted;
  readonly observed: Observed;
  readonly recorded?: Generation;
  /** What a new generation would say of the virtual router; absent when nothing of it remains. */
  readonly router?: VirtualRouterRecord;
}
