import type { HostName, UserName } from './names.ts';
import type { Secret } from './secret.ts';
import type { SshSettings } from './ssh-settings.ts';

/** How a host is reached: everything a transport needs, nothing it has to look up. */
export interface Target {
  readonly host: HostName;
  readonly connection: 'ssh' | 'local';
  /** Which program speaks SSH: `auto` is ssh2, and the system's `ssh` for what ssh2 cannot do. */
  readonly client: 'auto' | 'ssh2' | 'openssh';
  /** Address or DNS name to connect to (`ansible_host`, else the host's name). */
  readonly address: string;
  readonly port: number;
  readonly user: UserName;
  /** Private keys to offer, absolute paths, in order; empty means the agent's and OpenSSH's default ones. */
  readonly identityFiles: readonly string[];
  /** Password of the login, for `password` and `keyboard-interactive`; tried once, after the keys. */
  readonly password?: Secret;
  /** How the login becomes root where it is not root already. */
  readonly become: Become;
  /** known_hosts files, absolute paths, first one takes new keys; empty means OpenSSH's default ones. */
  readonly knownHostsFiles: readonly string[];
  /**
   * OpenSSH's StrictHostKeyChecking: `yes` refuses unknown keys, `ask` asks on a terminal and refuses without one,
   * `accept-new` stores them; a changed key is always refused.
   */
  readonly strictHostKeyChecking: 'yes' | 'ask' | 'accept-new';
  /** The name under which known_hosts keeps the host, instead of its address (HostKeyAlias). */
  readonly hostKeyAlias?: string;
  /** The agent is offered to the host (ForwardAgent); never unless asked for. */
  readonly forwardAgent: boolean;
  /** The host to go through, verified under its own name; it may have one of its own. */
  readonly jump?: Target;
  /** A command whose standard input and output reach the host (ProxyCommand), its tokens as written; excludes `jump`. */
  readonly proxyCommand?: string;
  /** How ssh is to behave where that differs from the usual. */
  readonly settings?: SshSettings;
  /** What holds a default because nobody has spoken of it: ssh_config may. */
  readonly unsaid?: readonly UnsaidField[];
}

/** What an inventory may leave to ssh_config, and a target has a default for; `route` is `jump` and `proxyCommand`. */
export type UnsaidField = 'user' | 'port' | 'strictHostKeyChecking' | 'forwardAgent' | 'route';

/** How a login becomes root. */
export interface Become {
  readonly method: 'sudo' | 'doas';
  /** What the method asks for, if it asks; sent on standard input, once, never in an argument. */
  readonly password?: Secret;
}
