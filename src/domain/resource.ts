import type { IpPrefix } from './address.ts';
import type { InterfaceName } from './names.ts';
import type { FirewallName, OpeningRule } from './opening.ts';
import type { Brand } from './result.ts';

/** Stable identity of a resource on its host, `kind:name`: two resources with one key are one thing. */
export type ResourceKey = Brand<string, 'ResourceKey'>;

/** A thing on a host that has a wanted state. */
export type Resource =
  | PackageResource
  | UserResource
  | DirectoryResource
  | FileResource
  | ServiceResource
  | AddressResource
  | OpeningResource;

export interface PackageResource {
  readonly kind: 'package';
  readonly name: string;
  /** What is installed; not compared, unless it is pinned. */
  readonly version?: string;
  /** The version that it shall have; absent: whichever is there. */
  readonly pinned?: string;
  /** The service that runs from it: a new version counts when that is restarted. */
  readonly runs?: string;
  /** A service that comes with it and that we do not use: when we install the package, it is neither started nor enabled. */
  readonly unused?: string;
}

/** A system account without a login. */
export interface UserResource {
  readonly kind: 'user';
  readonly name: string;
}

export interface DirectoryResource {
  readonly kind: 'directory';
  readonly path: string;
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
}

export interface FileResource {
  readonly kind: 'file';
  readonly path: string;
  readonly content: Uint8Array;
  /** Permission bits, as chmod takes them. */
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
  /**
   * What has to follow a change before it counts: nothing, a reload of systemd's units, or a reload of the router or of
   * the balancer. Only a file that a service reads waits beside its place, as a candidate, until its host is activated.
   */
  readonly effect: 'none' | 'daemon-reload' | 'reload' | 'reload-balancer';
}

export interface ServiceResource {
  readonly kind: 'service';
  readonly name: string;
  readonly enabled: boolean;
  readonly running: boolean;
  /** What it is to us; absent: the router. */
  readonly role?: 'balancer';
}

/** A VIP that was left on an interface, of which nobody takes care; only ever removed, so no generation has one. */
export interface AddressResource {
  readonly kind: 'address';
  /** As `addressName` writes it. */
  readonly name: string;
  readonly prefix: IpPrefix;
  readonly interface: InterfaceName;
  /** Another host has it as well and takes care of it: it goes before anything else is done. */
  readonly isSpare: boolean;
}

/** `10.0.0.1/32 dev eth0`: the words that `ip address` takes. */
export function addressName(where: Pick<AddressResource, 'prefix' | 'interface'>): string {
  return `${where.prefix.address}/${where.prefix.length} dev ${where.interface}`;
}

/** What a firewall of the host lets through because we asked it to, now and after a boot. */
export interface OpeningResource {
  readonly kind: 'opening';
  readonly name: FirewallName;
  /** Sorted, each once. */
  readonly rules: readonly OpeningRule[];
}

/** The services that a host can have: what moves the VIP, and what spreads the requests that reach it. */
export type ServiceRole = 'router' | 'balancer';

/** The service that a resource is, or that reads it; undefined when none does. */
export function roleOf(resource: Resource | undefined): ServiceRole | undefined {
  if (resource?.kind === 'service') return resource.role ?? 'router';
  if (resource?.kind !== 'file') return undefined;
  if (resource.effect === 'reload') return 'router';
  return resource.effect === 'reload-balancer' ? 'balancer' : undefined;
}

export function resourceKey(resource: Resource): ResourceKey {
  return keyOf(resource.kind, 'path' in resource ? resource.path : resource.name);
}

export function keyOf(kind: Resource['kind'], name: string): ResourceKey {
  return `${kind}:${name}` as ResourceKey;
}

/** What a probe saw under one key. */
export type Observation =
  | { readonly status: 'present'; readonly resource: Resource }
  | { readonly status: 'absent' }
  /** Something stands there that is not ours to replace: a symlink, a directory, a device. */
  | { readonly status: 'obstacle'; readonly what: string };

/** Everything observed on one host, by key; a key that is missing was not looked at. */
export type Observed = ReadonlyMap<ResourceKey, Observation>;

/** What one host shall look like, by key; `undefined` means it shall not be there. */
export type Wanted = ReadonlyMap<ResourceKey, Resource | undefined>;
