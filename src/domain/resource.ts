import type { Brand } from './result.ts';

/** Stable identity of a resource on its host, `kind:name`: two resources with one key are one thing. */
export type ResourceKey = Brand<string, 'ResourceKey'>;

/** A thing on a host that has a wanted state. */
export type Resource =
  | PackageResource
  | UserResource
  | DirectoryResource
  | FileResource
  | ModuleResource
  | SysctlResource
  | ServiceResource;

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
   * What has to follow a change before it counts: nothing, a reload of systemd's units, or a reload of the service that
   * reads it. Only a file that a service reads waits beside its place, as a candidate, until its host is activated.
   */
  readonly effect: 'none' | 'daemon-reload' | 'reload' | 'reload-balancer' | 'reload-masquerade';
}

/** A module that is part of the running kernel; never unloaded, since nobody knows who came to use it. */
export interface ModuleResource {
  readonly kind: 'module';
  readonly name: string;
}

/** A setting of the kernel, in dotted form, that is on (1); never turned off, as a module is never unloaded. */
export interface SysctlResource {
  readonly kind: 'sysctl';
  readonly name: string;
}

export interface ServiceResource {
  readonly kind: 'service';
  readonly name: string;
  readonly enabled: boolean;
  readonly running: boolean;
  /** What it is to us; absent: the router. */
  readonly role?: Exclude<ServiceRole, 'router'>;
}

/**
 * The services that a host can have: what moves the VIP, what spreads the requests that reach it, and what lets the kernel
 * do that.
 */
export type ServiceRole = 'router' | 'balancer' | 'masquerade';

/** The service that a resource is, or that reads it; undefined when none does. */
export function roleOf(resource: Resource | undefined): ServiceRole | undefined {
  if (resource?.kind === 'service') return resource.role ?? 'router';
  if (resource?.kind !== 'file') return undefined;
  return READERS.get(resource.effect);
}

/** Whether what we brought to a host stays when it is not wanted any more: others may have come to rely on it. */
export function staysForGood(key: ResourceKey): boolean {
  return ['package:', 'module:', 'sysctl:'].some((kind) => key.startsWith(kind));
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

const READERS: ReadonlyMap<FileResource['effect'], ServiceRole> = new Map([
  ['reload', 'router'],
  ['reload-balancer', 'balancer'],
  ['reload-masquerade', 'masquerade'],
]);
