import { SERVICES } from '../backends/backends.ts';
import { PATHS } from '../backends/keepalived/layout.ts';
import { keyOf, type Observation, type Resource } from '../domain/resource.ts';
import type { HostSnapshot } from './snapshot.ts';

export const CONF_KEY = keyOf('file', PATHS.conf);

/** Whether the virtual router is up on a host, whoever has configured it. */
export function runsKeepalived({ observed }: HostSnapshot): boolean {
  return isRunning(observed.get(SERVICE_KEY));
}

/** True for a service that runs, or shall. */
export function isRunning(seen: Observation | Resource | undefined): boolean {
  const resource = resourceIn(seen);
  return resource?.kind === 'service' && resource.running;
}

/** The text of a file that is there, or shall be; empty when it is none. */
export function confText(seen: Observation | Resource | undefined): string {
  const resource = resourceIn(seen);
  return resource?.kind === 'file' ? new TextDecoder().decode(resource.content) : '';
}

function resourceIn(seen: Observation | Resource | undefined): Resource | undefined {
  if (seen === undefined || !('status' in seen)) return seen;
  return seen.status === 'present' ? seen.resource : undefined;
}

const SERVICE_KEY = keyOf('service', SERVICES.router);
