import type { CommandResult, Mutation } from '../domain/command.ts';
import type { FirewallFacts } from '../domain/facts.ts';
import type { KeepalivedEndpoint } from '../domain/intent.ts';
import type { HostRouter } from '../domain/plan.ts';
import {
  keyOf,
  resourceKey,
  type FileResource,
  type Resource,
  type ResourceKey,
  type ServiceRole,
  type Wanted,
} from '../domain/resource.ts';
import type { Renderer } from '../render/render.ts';
import { firewallResources, missingPassages } from './firewall/firewall.ts';
import * as firewall from './firewall/layout.ts';
import type { FirewallViews } from './firewall/views.ts';
import * as haproxyTest from './haproxy/config-test.ts';
import { haproxyResources } from './haproxy/haproxy.ts';
import * as haproxy from './haproxy/layout.ts';
import type { HaproxyViews } from './haproxy/views.ts';
import * as keepalivedTest from './keepalived/config-test.ts';
import { keepalivedResources } from './keepalived/keepalived.ts';
import * as keepalived from './keepalived/layout.ts';
import type { KeepalivedViews } from './keepalived/views.ts';

/** The views of all templates, by the name of the template. */
export type Views = KeepalivedViews & HaproxyViews & FirewallViews;

export interface DesiredOptions {
  readonly renderer: Renderer<Views>;
  /** The version that keepalived's package shall have; undefined: whichever is there. */
  readonly pinned: string | undefined;
  /** Of the haproxy that the host has or would install; undefined: not known. */
  readonly haproxyVersion: string | undefined;
  /** What the host's firewall lets through. */
  readonly firewall: FirewallFacts;
}

/** What a host needs, by key. */
export function desiredResources(
  router: HostRouter,
  endpoint: KeepalivedEndpoint,
  { renderer, pinned, haproxyVersion, firewall: facts }: DesiredOptions,
): Wanted {
  const ports = portsOf(endpoint);
  const moving = keepalivedResources(router, endpoint, { renderer, ports, pinned });
  const spreading = balances(endpoint)
    ? haproxyResources(router, endpoint, { renderer, version: haproxyVersion })
    : [];
  const opening = firewallResources(missingPassages(router, endpoint, { facts, ports }), renderer);
  const resources = [...moving, ...spreading, ...opening];
  return new Map(resources.map((resource) => [resourceKey(resource), resource]));
}

/** Whether haproxy spreads what reaches the VIP. */
export function balances({ settings }: KeepalivedEndpoint): boolean {
  return settings.loadBalancer === 'haproxy';
}

/** The packages whose versions a plan depends on, each with whether that is so when it is installed already. */
export function versionedPackages(endpoint: KeepalivedEndpoint): ReadonlyMap<string, 'installed' | 'never'> {
  return new Map([
    // What is not installed yet may not know a keyword either.
    [keepalived.PACKAGE, endpoint.settings.packageVersion === 'present' ? 'installed' : 'never'] as const,
    ...(balances(endpoint) ? [[haproxy.PACKAGE, 'installed'] as const] : []),
  ]);
}

/** The keys that are looked at on every host. */
export function keysOf(endpoint: KeepalivedEndpoint): readonly ResourceKey[] {
  return balances(endpoint) ? ALL_KEYS : UNBALANCED_KEYS;
}

/** The file that only a host has which was taken over from somebody else. */
const KEPT_KEY = keyOf('file', keepalived.PATHS.kept);

/** Every key that any backend manages, in the order in which they are created; removals go the other way. */
export const ALL_KEYS: readonly ResourceKey[] = [
  ...new Set([KEPT_KEY, ...keepalived.KEYS, ...haproxy.KEYS, ...firewall.KEYS]),
];

const UNBALANCED_KEYS = [KEPT_KEY, ...keepalived.KEYS, ...firewall.KEYS];

/** The unit of a service, as the service manager names it. */
export const SERVICES: Readonly<Record<ServiceRole, string>> = {
  router: keepalived.SERVICE,
  balancer: haproxy.SERVICE,
};

/** A resource that was seen on a host, with what only we know of it. */
export function recognised(resource: Resource): Resource {
  if (resource.kind === 'service' && resource.name === haproxy.SERVICE)
    return { ...resource, role: 'balancer' };
  if (resource.kind === 'package' && resource.name === keepalived.PACKAGE)
    return { ...resource, runs: keepalived.SERVICE };
  if (resource.kind !== 'file') return resource;
  const { path } = resource;
  return {
    ...resource,
    effect: haproxy.effectOf(path) ?? firewall.effectOf(path) ?? keepalived.effectOf(path),
  };
}

/** How the program that reads a file is asked whether it would take a candidate for it. */
export interface ConfigurationTest {
  readonly program: string;
  readonly mutation: Mutation;
  /** What is wrong with the candidate, or `undefined`. */
  problem(result: CommandResult): string | undefined;
}

/** Undefined for what somebody else wrote: keepalived has run with it, and complains of much that works. */
export function configurationTest(
  { path, effect, content }: FileResource,
  candidate: string,
): ConfigurationTest | undefined {
  if (!Buffer.from(content).subarray(0, 200).includes(keepalived.MARK)) return undefined;
  if (effect === 'reload-balancer')
    return {
      program: path === haproxy.PATHS.redirect ? 'nft' : 'haproxy',
      mutation: haproxyTest.testConfiguration(path, candidate),
      problem: haproxyTest.configurationProblem,
    };
  return {
    program: 'keepalived',
    mutation: keepalivedTest.testConfiguration(candidate),
    problem: keepalivedTest.configurationProblem,
  };
}

/** What a request at the VIP may be led to on a host, the first that does not refuse it. */
function portsOf(endpoint: KeepalivedEndpoint): readonly number[] {
  return balances(endpoint) ? [haproxy.balancerPort(endpoint), endpoint.port] : [endpoint.port];
}
