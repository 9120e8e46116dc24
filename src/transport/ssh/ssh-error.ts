import { KonvoyError } from '../../domain/error.ts';
import type { Target } from '../../domain/target.ts';

/** How far a connection had come, and what the server said, when it failed. */
export interface LoginProgress {
  /** The names of the keys that were offered. */
  readonly offered: readonly string[];
  /** The methods the server would still take; empty before it said so. */
  readonly accepted: readonly string[];
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
  return new KonvoyError(`${target.host}: ${message} (${place})`, {
    code: 'connect-failed',
    host: target.host,
    hints: known?.hints(target) ?? [tryIt(target)],
    cause: error,
  });
}

function authenticationFailed(
  target: Target,
  error: Error,
  { offered, accepted, troubles }: LoginProgress,
): KonvoyError {
  const { host, user } = target;
  const methods = accepted.length > 0 ? `; it accepts ${accepted.join(', ')}` : '';
  const keys = offered.length > 0 ? `offered ${offered.join(', ')}` : 'no key was offered';
  const tooMany = /too many authentication failures/i.test(error.message);
  return new KonvoyError(`${host} refuses to log in ${user}: ${keys}${methods}`, {
    code: 'authentication-failed',
    host,
    hints: [
      ...troubles.map((trouble) => `a key could not be used: ${trouble}`),
      tooMany
        ? 'too many keys were offered: name the right one with ansible_ssh_private_key_file'
        : `put the public key into ~${user}/.ssh/authorized_keys there: ssh-copy-id -i KEY.pub ${user}@${target.address}`,
      tryIt(target),
    ],
    cause: error,
  });
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

function tryIt({ user, address, port }: Target): string {
  return `try it: ssh ${port === 22 ? '' : `-p ${port} `}${user}@${address}`;
}

interface ConnectFailure {
  readonly matches: RegExp;
  readonly message: string;
  readonly hints: (target: Target) => readonly string[];
}

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
    hints: (target) => ['konvoy-ha offers no SHA-1 and no post-quantum key exchange', tryIt(target)],
  },
  {
    matches: /lost before handshake|closed before|ECONNRESET|EPIPE/i,
    message: 'it closed the connection before the handshake',
    hints: () => [
      'is it sshd that listens there? it may also be limiting (MaxStartups, PerSourcePenalties): wait a minute',
    ],
  },
];
