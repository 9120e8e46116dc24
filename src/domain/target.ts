import type { HostName, UserName } from './names.ts';

/** How a host is reached: everything a transport needs, nothing it has to look up. */
export interface Target {
  readonly host: HostName;
  readonly connection: 'ssh' | 'local';
  /** Address or DNS name to connect to (`ansible_host`, else the host's name). */
  readonly address: string;
  readonly port: number;
  readonly user: UserName;
  /** Private keys to offer, absolute paths, in order; empty means the agent's and OpenSSH's default ones. */
  readonly identityFiles: readonly string[];
  /** known_hosts files, absolute paths, first one takes new keys; empty means OpenSSH's default ones. */
  readonly knownHostsFiles: readonly string[];
  /** OpenSSH's StrictHostKeyChecking: `yes` refuses unknown keys, `accept-new` stores them; a changed key is always refused. */
  readonly strictHostKeyChecking: 'yes' | 'accept-new';
  /** The bastion to go through, verified under its own name. */
  readonly jump?: Target;
}
