import { createSshClients } from '../../src/transport/ssh-clients.ts';
import type { Transport } from '../../src/transport/transport.ts';
import type { SshHome } from './ssh-home.ts';

/** A transport that chooses the client, and what it tells about its choices. */
export interface ToldClients {
  readonly transport: Transport;
  /** Notes, `host: text`, and warnings. */
  readonly told: readonly string[];
}

export function clientsOf({ path: home }: SshHome): ToldClients {
  const told: string[] = [];
  const transport = createSshClients({
    home,
    environment: { PATH: process.env['PATH'] },
    note: (host, text) => void told.push(`${host}: ${text}`),
    warn: (message) => void told.push(message),
  });
  return { transport, told };
}
