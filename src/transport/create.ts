import type { Target } from '../domain/target.ts';
import { createLocalTransport } from './local.ts';
import { createSshClients, type SshClientsOptions } from './ssh-clients.ts';
import type { Session, Transport } from './transport.ts';

/** Reaches each host in the way its target asks for. */
export function createTransport(options: SshClientsOptions): Transport {
  const transports: Readonly<Record<Target['connection'], Transport>> = {
    ssh: createSshClients(options),
    local: createLocalTransport(),
  };
  return {
    connect: (target: Target, signal?: AbortSignal): Promise<Session> =>
      transports[target.connection].connect(target, signal),
  };
}
