import type { IpAddress } from '../../../../src/domain/address.ts';
import type { RunEvent } from '../../../../src/domain/event.ts';
import type { HistoryEntry, HostGenerations } from '../../../../src/domain/generation.ts';
import type { ClusterName, HostName, InterfaceName } from '../../../../src/domain/names.ts';
import type { Change, ChangeAction, HostPlan, Plan } from '../../../../src/domain/plan.ts';
import {
  resourceKey,
  type FileResource,
  type Resource,
  type ServiceResource,
} from '../../../../src/domain/resource.ts';
import type { HostStatus } from '../../../../src/domain/status.ts';
import type { Priority, Vrid } from '../../../../src/domain/vrrp.ts';
import { painter, type Style } from '../../../../src/report/ansi.ts';

export const PLAIN: Style = { paint: painter(false), columns: undefined, verbosity: 0 };
export const VERBOSE: Style = { ...PLAIN, verbosity: 1 };
export const COLORED: Style = { ...PLAIN, paint: painter(true) };

export const CONF = '/etc/keepalived/keepalived.conf';
export const LIVE = '/usr/libexec/keepalived/konvoy-ha-live';

export function host(name: string): HostName {
  return name as HostName;
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function file(path: string, text: string, rest: Partial<FileResource> = {}): FileResource {
  return {
    kind: 'file',
    path,
    content: bytes(text),
    mode: 0o644,
    owner: 'root',
    group: 'root',
    effect: 'none',
    ...rest,
  };
}

export const PACKAGE: Resource = { kind: 'package', name: 'keepalived', version: '2.2.8' };
export const RUNNING: ServiceResource = { kind: 'service', name: 'keepalived', enabled: true, running: true };
export const STOPPED: ServiceResource = {
  kind: 'service',
  name: 'keepalived',
  enabled: false,
  running: false,
};

export function create(wanted: Resource): Change {
  return { key: resourceKey(wanted), action: 'create', wanted };
}

export function update(observed: Resource, wanted: Resource): Change {
  return { key: resourceKey(wanted), action: 'update', wanted, observed };
}

export function remove(observed: Resource): Change {
  return { key: resourceKey(observed), action: 'remove', observed };
}

export function unchanged(resource: Resource): Change {
  return {
    key: resourceKey(resource),
    action: 'none' satisfies ChangeAction,
    wanted: resource,
    observed: resource,
  };
}

export function hostPlan(name: string, changes: readonly Change[], rest: Partial<HostPlan> = {}): HostPlan {
  return { host: host(name), changes, serviceAction: 'none', drifted: false, ...rest };
}

export function plan(hosts: readonly HostPlan[], rest: Partial<Plan> = {}): Plan {
  const activation = { waves: [], because: '', prediction: '' };
  return { command: 'apply', headline: 'vip 192.0.2.10:6443', hosts, activation, isEmpty: false, ...rest };
}

export function hostStatus(name: string, rest: Partial<HostStatus> = {}): HostStatus {
  return {
    host: host(name),
    reachable: true,
    holdsVip: false,
    state: 'backup',
    stateSince: 1000,
    interface: 'eth0' as InterfaceName,
    priority: 240 as Priority,
    vrid: 10 as Vrid,
    api: 'answers',
    service: 'running',
    keepalivedVersion: '2.2.8',
    generation: 4,
    drift: [],
    ...rest,
  };
}

export function historyEntry(number: number, rest: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    number,
    cluster: 'prod' as ClusterName,
    runId: `run-${number}`,
    at: '2026-11-02T14:03:11.123Z',
    by: 'ada@laptop',
    command: 'apply',
    virtualRouter: {
      vrid: 10 as Vrid,
      priority: 250 as Priority,
      vip: '192.0.2.10' as IpAddress,
      port: 6443,
    },
    hosts: [host('cp1'), host('cp2')],
    ...rest,
  };
}

/** A host with these generations, all of them whole. */
export function hostGenerations(
  name: string,
  whole: readonly number[],
  rest: Partial<HostGenerations> = {},
): HostGenerations {
  return { host: host(name), whole, damaged: [], ...rest };
}

export function runStarted(command: string, ...names: readonly string[]): RunEvent {
  return { type: 'run-started', command, runId: 'run-7', hosts: names.map(host) };
}
