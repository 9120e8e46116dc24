/** What ssh's options ask of a connection beyond where it goes and who logs in; absent means the usual. */
export interface SshSettings {
  /** The name that ssh_config knows the host by, where HostName there gave another address. */
  readonly alias?: string;
  /** ssh_config to read instead of the user's and the system's (-F): an absolute path, or `none`. */
  readonly configFile?: string;
  /**
   * With true no key is offered but the named ones, or the default ones where none is named; with false the agent's others, too,
   * and a named key that is not there is passed over. Absent: true where keys are named.
   */
  readonly identitiesOnly?: boolean;
  /** Socket of the agent to ask instead of the user's, absolute, or `none`. */
  readonly identityAgent?: string;
  /** The ways to log in that may be tried; absent means all. */
  readonly authentications?: readonly AuthenticationMethod[];
  readonly algorithms?: AlgorithmWishes;
  readonly connectTimeoutMs?: number;
  /** More than 0. */
  readonly keepaliveIntervalMs?: number;
  readonly keepaliveCountMax?: number;
  readonly addressFamily?: 4 | 6;
  /** Own address to connect from. */
  readonly bindAddress?: string;
  /** What only OpenSSH's own client can do: that one must be taken, and is given these. */
  readonly opensshOptions?: readonly OpensshOption[];
}

/** A way to log in, as RFC 4252 and RFC 4256 name it. */
export type AuthenticationMethod = 'publickey' | 'keyboard-interactive' | 'password';

/** Lists of algorithms as OpenSSH reads them: names with commas, after `+`, `-` or `^` a change of the usual list. */
export interface AlgorithmWishes {
  readonly hostKey?: string;
  readonly kex?: string;
  readonly cipher?: string;
  readonly mac?: string;
}

/** An option of ssh_config(5). */
export interface OpensshOption {
  readonly name: string;
  /** Ready for `-o`; absent where ssh finds it in its own configuration. */
  readonly value?: string;
}

/** What options say about the ways to log in. */
export interface AuthenticationWishes {
  readonly preferred?: readonly AuthenticationMethod[] | undefined;
  readonly refused: readonly AuthenticationMethod[];
  /** BatchMode: nobody is asked, so nothing that is typed can be tried. */
  readonly batchMode?: boolean | undefined;
}

/** The ways to log in that wishes leave; undefined for all of them. */
export function allowedAuthentications(wishes: AuthenticationWishes): SshSettings['authentications'] {
  const { preferred = AUTHENTICATION_METHODS, refused, batchMode } = wishes;
  const isAllowed = (method: AuthenticationMethod): boolean =>
    !refused.includes(method) && (batchMode !== true || method === 'publickey');
  const left = preferred.filter(isAllowed);
  return left.length === AUTHENTICATION_METHODS.length ? undefined : left;
}

/** All that can be tried, in the order in which it is. */
export const AUTHENTICATION_METHODS: readonly AuthenticationMethod[] = [
  'publickey',
  'keyboard-interactive',
  'password',
];
