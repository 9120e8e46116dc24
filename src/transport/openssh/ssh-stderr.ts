import { KonvoyError, type ErrorCode } from '../../domain/error.ts';
import type { Target } from '../../domain/target.ts';

/** Why ssh did not get as far as a shell, by what it printed; undefined when it printed nothing that it prints then. */
export function explainSsh(target: Target, stderr: string): KonvoyError | undefined {
  const failure = failures.find(({ matches }) => matches.test(stderr));
  if (failure === undefined) return undefined;
  const { host } = target;
  const said = failure.matches.exec(stderr)?.[0].trim() ?? '';
  return new KonvoyError(`${host}${failure.message(target, stderr, said)}`, {
    code: failure.code,
    host,
    hints: failure.hints(target, stderr),
    cause: new Error(stderr.trim()),
  });
}

/** Whether sshd closed the connection before anything about us was told to it: MaxStartups does. */
export function isTransientSsh(stderr: string): boolean {
  return (
    /kex_exchange_identification: .*(closed|reset)|Connection (closed|reset) by .* port/i.test(stderr) &&
    !/permission denied|verification failed|authentication failures|open failed|open refused/i.test(stderr)
  );
}

interface Failure {
  readonly matches: RegExp;
  readonly code: ErrorCode;
  /** What follows the name of the host. */
  readonly message: (target: Target, stderr: string, said: string) => string;
  readonly hints: (target: Target, stderr: string) => readonly string[];
}

function place({ address, port, jump }: Target): string {
  return `(${address} port ${port}${jump === undefined ? '' : ` through ${jump.host}`})`;
}

function tryIt({ user, address, port }: Target): string {
  return `try it: ssh ${port === 22 ? '' : `-p ${port} `}${user}@${address}`;
}

function offending(stderr: string): string {
  const { file, line } = /^Offending .*? key in (?<file>.+):(?<line>\d+)/m.exec(stderr)?.groups ?? {};
  return file === undefined ? 'known_hosts' : `${file}:${line ?? ''}`;
}

function fingerprint(stderr: string): string {
  return /SHA256:[A-Za-z0-9+/]{43}/.exec(stderr)?.[0] ?? 'another key';
}

const refused: Pick<Failure, 'code'> = { code: 'authentication-failed' };
const unreachable: Pick<Failure, 'code'> = { code: 'connect-failed' };

// The texts of OpenSSH 7.6–10. Order: what is said first of one failure stands first here.
const failures: readonly Failure[] = [
  {
    matches: /REVOKED HOST KEY DETECTED/,
    code: 'host-key-changed',
    message: ({ address }, stderr) => `: the host key ${fingerprint(stderr)} of ${address} is revoked`,
    hints: () => ["that key is in somebody else's hands: give the host a new one before you go on"],
  },
  {
    matches: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    code: 'host-key-changed',
    message: ({ address }, stderr) =>
      `: ${address} shows ${fingerprint(stderr)}, but ${offending(stderr)} knows it by another key`,
    hints: () => [
      'somebody may be listening in between, or the host was installed anew: ask whoever installed it',
      'if it was: remove that line, then log in once with ssh',
    ],
  },
  {
    matches: /Host key verification failed|host key is known for|Host certificate/i,
    code: 'host-key-unknown',
    message: ({ address, knownHostsFiles }) =>
      `: the host key of ${address} is not in ${knownHostsFiles[0] ?? 'known_hosts'}`,
    hints: (target) => [
      `${tryIt(target)}, and compare the fingerprint with the one on the host's console`,
      'or trust new hosts at first sight: ansible_ssh_common_args: -o StrictHostKeyChecking=accept-new',
    ],
  },
  {
    matches: /too many authentication failures/i,
    ...refused,
    message: ({ user }) => ` refuses to log in ${user}: too many keys were offered`,
    hints: (target) => ['name the right one with ansible_ssh_private_key_file', tryIt(target)],
  },
  {
    matches: /Permission denied \((?<methods>[^)]*)\)/,
    ...refused,
    message: ({ user }, stderr) => {
      const methods = /Permission denied \(([^)]*)\)/.exec(stderr)?.[1] ?? '';
      return ` refuses to log in ${user} by OpenSSH's ssh; it accepts ${methods.replaceAll(',', ', ')}`;
    },
    hints: (target) => ['a key with a passphrase has to be in the agent: ssh-add', tryIt(target)],
  },
  {
    matches: /administratively prohibited/i,
    ...unreachable,
    message: (target) => `: the bastion does not forward connections ${place(target)}`,
    hints: () => ['its sshd_config needs AllowTcpForwarding yes (or local)'],
  },
  {
    matches: /connection refused/i,
    ...unreachable,
    message: (target) => `: nothing listens there ${place(target)}`,
    hints: () => ['is sshd running there, and is this the right port? ansible_port'],
  },
  {
    matches: /could not resolve hostname|name or service not known/i,
    ...unreachable,
    message: (target) => `: the name has no address ${place(target)}`,
    hints: ({ address }) => [`check ansible_host and DNS: getent hosts ${address}`],
  },
  {
    matches: /no route to host|network is unreachable/i,
    ...unreachable,
    message: (target) => `: there is no way to it ${place(target)}`,
    hints: ({ address }) => [
      'is the host up, and on a network this machine reaches?',
      `ip route get ${address}`,
    ],
  },
  {
    matches: /timed out/i,
    ...unreachable,
    message: (target) => `: it does not answer ${place(target)}`,
    hints: (target) => ['is the host up, and does a firewall drop the port?', tryIt(target)],
  },
  {
    matches: /open failed|open refused/i,
    ...unreachable,
    message: (target) => `: the bastion cannot connect to it ${place(target)}`,
    hints: ({ address, port }) => [`try it on the bastion: nc -vz ${address} ${port}`],
  },
  {
    matches: /^Unable to negotiate .*/im,
    ...unreachable,
    message: (target, _, said) => `: there is no algorithm that both sides know ${place(target)}: ${said}`,
    hints: (target) => [
      'see Ciphers, MACs, KexAlgorithms, HostKeyAlgorithms in ssh_config(5)',
      tryIt(target),
    ],
  },
  {
    matches:
      /^.*(bad configuration option|terminating, \d+ bad|bad owner or permissions|command-line line 0|no such identity).*$/im,
    ...unreachable,
    message: (_, __, said) => `: ssh does not accept its configuration: ${said}`,
    hints: () => ['look at it: ssh -G HOST'],
  },
  {
    matches: /kex_exchange_identification|connection (closed|reset) by/i,
    ...unreachable,
    message: (target) => `: it closed the connection before the login was done ${place(target)}`,
    hints: () => [
      'is it sshd that listens there? it may also be limiting (MaxStartups, PerSourcePenalties): wait a minute',
    ],
  },
];
