import type { CommandResult, Mutation } from '../domain/command.ts';
import type { KeepalivedEndpoint, LoadBalancer } from '../domain/intent.ts';
import type { HostRouter } from '../domain/plan.ts';
import {
  resourceKey,
  type FileResource,
  type Resource,
  type ResourceKey,
  type ServiceRole,
  type Wanted,
} from '../domain/resource.ts';
import type { Renderer } from '../render/render.ts';
import * as haproxyTest from './haproxy/config-test.ts';
import { haproxyResources } from './haproxy/haproxy.ts';
import * as haproxy from './haproxy/layout.ts';
import type { HaproxyViews } from './haproxy/views.ts';
import { ipvsResources } from './ipvs/ipvs.ts';
import * as ipvs from './ipvs/layout.ts';
import type { IpvsViews } from './ipvs/views.ts';
import * as keepalivedTest from './keepalived/config-test.ts';
import { keepalivedResources } from './keepalived/keepalived.ts';
import * as keepalived from './keepalived/layout.ts';
import { unbalanced, type Balancing, type KeepalivedViews } from './keepalived/views.ts';

/** The views of all templates, by the name of the template. */
export type Views = KeepalivedViews & HaproxyViews & IpvsViews;

export interface DesiredOptions {
  readonly renderer: Renderer<Views>;
  /** The version that keepalived's package shall have; undefined: whichever is there. */
  readonly pinned: string | undefined;
  /** Of the haproxy that the host has or would install; undefined: not known. */
  readonly haproxyVersion: string | undefined;
}

/** What a host needs, by key. */
export function desiredResources(
  router: HostRouter,
  endpoint: KeepalivedEndpoint,
  { renderer, pinned, haproxyVersion }: DesiredOptions,
): Wanted {
  const moving = keepalivedResources(router, endpoint, {
    renderer,
    balancing: balancingOf(endpoint),
    pinned,
  });
  const spreading = balancerResources(router, endpoint, { renderer, haproxyVersion });
  return new Map([...moving, ...spreading].map((resource) => [resourceKey(resource), resource]));
}

/** The packages whose versions a plan depends on, each with whether that is so when it is installed already. */
export function versionedPackages({
  settings,
}: KeepalivedEndpoint): ReadonlyMap<string, 'installed' | 'never'> {
  return new Map([
    // What is not installed yet may not know a keyword either.
    [keepalived.PACKAGE, settings.packageVersion === 'present' ? 'installed' : 'never'] as const,
    ...(settings.loadBalancer === 'haproxy' ? [[haproxy.PACKAGE, 'installed'] as const] : []),
  ]);
}

/** The keys that are looked at on every host. */
export function keysOf({ settings }: KeepalivedEndpoint): readonly ResourceKey[] {
  return [...keepalived.KEYS, ...BALANCER_KEYS[settings.loadBalancer]];
}

/** Every key that any backend manages, in the order in which they are created; removals go the other way. */
export const ALL_KEYS: readonly ResourceKey[] = [
  ...new Set([...keepalived.KEYS, ...haproxy.KEYS, ...ipvs.KEYS]),
];

/** The unit of a service, as the service manager names it. */
export const SERVICES: Readonly<Record<ServiceRole, string>> = {
  router: keepalived.SERVICE,
  balancer: haproxy.SERVICE,
  masquerade: ipvs.SERVICE,
};

/** A resource that was seen on a host, with what only we know of it. */
export function recognised(resource: Resource): Resource {
  if (resource.kind === 'service' && resource.name === haproxy.SERVICE)
    return { ...resource, role: 'balancer' };
  if (resource.kind === 'service' && resource.name === ipvs.SERVICE)
    return { ...resource, role: 'masquerade' };
  if (resource.kind === 'package' && resource.name === keepalived.PACKAGE)
    return { ...resource, runs: keepalived.SERVICE };
  if (resource.kind !== 'file') return resource;
  const { path } = resource;
  return {
    ...resource,
    effect: haproxy.effectOf(path) ?? ipvs.effectOf(path) ?? keepalived.effectOf(path),
  };
}

/** How the program that reads a file is asked whether it would take a candidate for it. */
export interface ConfigurationTest {
  readonly program: string;
  readonly mutation: Mutation;
  /** What is wrong with the candidate, or `undefined`. */
  problem(result: CommandResult): string | undefined;
}

export function configurationTest({ path, effect }: FileResource, candidate: string): ConfigurationTest {
  if (effect === 'reload-balancer' || effect === 'reload-masquerade')
    return {
      program: path === haproxy.PATHS.conf ? 'haproxy' : 'nft',
      mutation: haproxyTest.testConfiguration(path, candidate),
      problem: haproxyTest.configurationProblem,
    };
  return {
    program: 'keepalived',
    mutation: keepalivedTest.testConfiguration(candidate),
    problem: keepalivedTest.configurationProblem,
  };
}

/** What keepalived has to know of the balancer. */
function balancingOf(endpoint: KeepalivedEndpoint): Balancing {
  const alone = unbalanced(endpoint);
  switch (endpoint.settings.loadBalancer) {
    case 'none':
      return alone;
    case 'haproxy':
      return { ...alone, ports: [haproxy.balancerPort(endpoint), endpoint.port] };
    case 'ipvs':
      // IPVS takes what a host itself sends to the VIP as well, on every host.
      return { ...alone, through: [endpoint.vip], byKernel: true };
  }
}

function balancerResources(
  router: HostRouter,
  endpoint: KeepalivedEndpoint,
  { renderer, haproxyVersion }: Pick<DesiredOptions, 'renderer' | 'haproxyVersion'>,
): readonly Resource[] {
  switch (endpoint.settings.loadBalancer) {
    case 'none':
      return [];
    case 'haproxy':
      return haproxyResources(router, endpoint, { renderer, version: haproxyVersion });
    case 'ipvs':
      return ipvsResources(router, endpoint, renderer);
  }
}

const BALANCER_KEYS: Readonly<Record<LoadBalancer, readonly ResourceKey[]>> = {
  none: [],
  haproxy: haproxy.KEYS,
  ipvs: ipvs.KEYS,
};
