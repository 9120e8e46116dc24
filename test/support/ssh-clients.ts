import { createSshClients } from '../../src/transport/ssh-clients.ts';
import type { Transport } from '../../src/transport/transport.ts';
import type { SshHome } from './ssh-home.ts';

/** A transport that chooses the client, and what it tells about its choices. */
export interface ToldClients {
  readonly transport: Transport;
  /** `host: why` for each choice of OpenSSH's client, and warnings. */
  readonly told: readonly string[];
}

export function clientsOf({ path: home }: SshHome): ToldClients {
  const told: string[] = [];
  const report = {
    tookOpenssh: (host: string, why: string) => void told.push(`${host}: ${why}`),
    warn: (message: string) => void told.push(message),
  };
  const environment = { PATH: process.env['PATH'] };
  return { transport: createSshClients({ home, environment }, report), told };
}
