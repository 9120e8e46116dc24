import { KonvoyError } from '../../domain/error.ts';
import type { Target } from '../../domain/target.ts';
import { NeedsOpenssh } from './needs-openssh.ts';

/** How far a connection had come, and what the server said, when it failed. */
export interface LoginProgress {
  /** The names of the keys that were offered. */
  readonly offered: readonly string[];
  /** The methods the server would still take; empty before it said so. */
  readonly accepted: readonly string[];
  /** Whether it was content with something, and wants something else in addition. */
  readonly isPartial: boolean;
  /** What went wrong with single keys: an agent that would not sign. */
  readonly troubles: readonly string[];
}

/** Whether nothing about us had been told to the server yet, so that another try costs no login. */
export function isTransientLoss(error: Error, progress: LoginProgress): boolean {
  if (progress.offered.length > 0) return false;
  const code = codeOf(error);
  return (
    code === 'ECONNRESET' || code === 'EPIPE' || /lost before handshake|closed before/i.test(error.message)
  );
}

/** Turns what ssh2 or the kernel said into our error, with what to do about it. */
export function explainLogin(target: Target, error: Error, progress: LoginProgress): KonvoyError {
  if (isAuthenticationFailure(error)) return authenticationFailed(target, error, progress);
  const bastion = target.jump === undefined ? '' : ` through ${target.jump.host}`;
  const place = `${target.address} port ${target.port}${bastion}`;
  const known = connectFailures.find(({ matches }) => matches.test(symptomsOf(error)));
  const message = known?.message ?? `the connection failed: ${error.message}`;
  const failure = new KonvoyError(`${target.host}: ${message} (${place})`, {
    code: 'connect-failed',
    host: target.host,
    hints: known?.hints(target) ?? [tryIt(target)],
    cause: error,
  });
  return known?.needsOpenssh === true ? new NeedsOpenssh(`${message} (${place})`, failure) : failure;
}

/** The server wants a new password before it lets anybody in. */
export function passwordExpired(target: Target): KonvoyError {
  const { host, user } = target;
  return new KonvoyError(`${host} refuses to log in ${user}: the password has expired`, {
    code: 'authentication-failed',
    host,
    hints: [`log in once and give it a new one: ${loginCommand(target)}`],
  });
}

/** The server asks questions to which the password is no answer: a one-time code, more than one thing at a time. */
export function wantsMoreThanPassword(target: Target, prompts: readonly string[]): KonvoyError {
  const { host, user } = target;
  const asked = prompts.map((prompt) => JSON.stringify(prompt.trim().slice(0, MOST_OF_A_PROMPT))).join(', ');
  return new KonvoyError(`${host} asks ${user} for more than a password: ${asked}`, {
    code: 'authentication-failed',
    host,
    hints: ['one-time codes cannot be answered: log in with a key, or as a user who needs no second factor'],
  });
}

function authenticationFailed(target: Target, error: Error, progress: LoginProgress): KonvoyError {
  const { host, user } = target;
  const { offered, accepted, isPartial, troubles } = progress;
  const keys = offered.length > 0 ? `offered ${offered.join(', ')}` : 'nothing it accepts could be offered';
  const also = isPartial ? 'that is not enough: it also wants' : 'it accepts';
  const methods = accepted.length > 0 ? `; ${also} ${accepted.join(', ')}` : '';
  const refusal = new KonvoyError(`${host} refuses to log in ${user}: ${keys}${methods}`, {
    code: 'authentication-failed',
    host,
    hints: [
      ...troubles.map((trouble) => `a key could not be used: ${trouble}`),
      ...loginHints(target, error, progress),
      tryIt(target),
    ],
    cause: error,
  });
  // Kerberos and its like alone: nothing that was sent could have been taken for an attempt to guess.
  const isForeign = accepted.length > 0 && accepted.every((method) => FOREIGN_METHODS.has(method));
  return isForeign && !isPartial
    ? new NeedsOpenssh(`it accepts ${accepted.join(', ')} only`, refusal)
    : refusal;
}

function loginHints(
  target: Target,
  error: Error,
  { offered, accepted, isPartial }: LoginProgress,
): readonly string[] {
  const { user, address, password } = target;
  const takesPassword = accepted.includes('password') || accepted.includes('keyboard-interactive');
  if (/too many authentication failures/i.test(error.message))
    return ['too many keys were offered: name the right one with ansible_ssh_private_key_file'];
  if (offered.includes(PASSWORD))
    return [
      'the password is tried once, so that the account is not locked: check ansible_password, or what you typed',
    ];
  if (password === undefined && takesPassword && isPartial) return [PASSWORD_HINT];
  return [
    `put the public key into ~${user}/.ssh/authorized_keys there: ssh-copy-id -i KEY.pub ${user}@${address}`,
    ...(password === undefined && takesPassword ? [`or ${PASSWORD_HINT}`] : []),
  ];
}

function isAuthenticationFailure(error: Error): boolean {
  return /all configured authentication methods failed|too many authentication failures/i.test(error.message);
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function symptomsOf(error: Error): string {
  // RFC 4254 §5.1: the reason why a channel was not opened is a number; its text is free.
  const prohibited = 'reason' in error && error.reason === 1 ? 'administratively prohibited' : '';
  return `${codeOf(error)} ${prohibited} ${error.message}`;
}

function tryIt(target: Target): string {
  return `try it: ${loginCommand(target)}`;
}

function loginCommand({ user, address, port }: Target): string {
  return `ssh ${port === 22 ? '' : `-p ${port} `}${user}@${address}`;
}

interface ConnectFailure {
  readonly matches: RegExp;
  readonly message: string;
  readonly hints: (target: Target) => readonly string[];
  /** Whether OpenSSH's own client may well do better. */
  readonly needsOpenssh?: true;
}

/** What stands for the password among what was offered. */
export const PASSWORD = 'the password';

const PASSWORD_HINT = 'log in with a password: --ask-pass, or ansible_password in the inventory';

/** Ways to log in that OpenSSH's own client has and ssh2 has not. */
const FOREIGN_METHODS: ReadonlySet<string> = new Set(['gssapi-with-mic', 'gssapi-keyex', 'hostbased']);

/** Prompts come from the server. */
const MOST_OF_A_PROMPT = 80;

const connectFailures: readonly ConnectFailure[] = [
  {
    matches: /administratively prohibited/i,
    message: 'the bastion does not forward connections',
    hints: () => ['its sshd_config needs AllowTcpForwarding yes (or local)'],
  },
  {
    matches: /ECONNREFUSED|connection refused/i,
    message: 'nothing listens there',
    hints: () => ['is sshd running there, and is this the right port? ansible_port'],
  },
  {
    matches: /ENOTFOUND|EAI_AGAIN/,
    message: 'the name has no address',
    hints: ({ address }) => [`check ansible_host and DNS: getent hosts ${address}`],
  },
  {
    matches: /EHOSTUNREACH|ENETUNREACH|no route to host/i,
    message: 'there is no way to it',
    hints: ({ address }) => [
      'is the host up, and on a network this machine reaches?',
      `ip route get ${address}`,
    ],
  },
  {
    matches: /ETIMEDOUT|timed out|due to timeout/i,
    message: 'it does not answer',
    hints: (target) => ['is the host up, and does a firewall drop the port?', tryIt(target)],
  },
  {
    matches: /channel open failure/i,
    message: 'the bastion cannot connect to it',
    hints: ({ address, port }) => [`try it on the bastion: nc -vz ${address} ${port}`],
  },
  {
    matches: /no matching/i,
    message: 'there is no algorithm that both sides know',
    hints: (target) => ['ssh2 has no post-quantum key exchange, and no SHA-1 is offered', tryIt(target)],
    needsOpenssh: true,
  },
  {
    matches: /lost before handshake|closed before|ECONNRESET|EPIPE/i,
    message: 'it closed the connection before the handshake',
    hints: () => [
      'is it sshd that listens there? it may also be limiting (MaxStartups, PerSourcePenalties): wait a minute',
    ],
  },
];
