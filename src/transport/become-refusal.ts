import { KonvoyError } from '../domain/error.ts';
import type { Target } from '../domain/target.ts';

/** What was printed by a login that ended, or was given up, before the root shell was there. */
export interface RefusedLogin {
  readonly target: Pick<Target, 'host' | 'user' | 'become'>;
  readonly stderr: string;
  readonly stdout: string;
  /** How the login ended, for people. */
  readonly reason: string;
}

/** Says why there is no root shell and what to do about it. */
export function explainRefusal(login: RefusedLogin): KonvoyError {
  const { target, stderr } = login;
  const { host, user } = target;
  // sshd lets the user in by a key and then starts nothing; no sudo was asked.
  if (/Password change required but no TTY available/.test(stderr)) {
    return new KonvoyError(`${host} refuses to log in ${user}: the password has expired`, {
      code: 'authentication-failed',
      host,
      hints: [`log in once and give it a new one: ssh ${user}@${host}`],
    });
  }
  const known = refusals.find(({ pattern }) => pattern.test(stderr));
  if (known !== undefined) return refused(target, known.message(target), known.hints(target));
  const said = lastLine(stderr) ?? lastLine(login.stdout);
  if (/\b(?:sudo|doas)(?:-rs)?:/.test(stderr)) {
    const { method } = target.become;
    return refused(target, `${method} does not give ${user} a root shell: ${said ?? login.reason}`, [
      ruleHint(target),
      tryIt(target),
    ]);
  }
  const because = said === undefined ? login.reason : `${login.reason}: ${said}`;
  return new KonvoyError(`${host}: the login of ${user} ended before a root shell was there (${because})`, {
    code: 'connect-failed',
    host,
    hints: [
      `try it: ssh ${user}@${host} /bin/sh -c id`,
      'the account needs a login shell and no forced command',
    ],
  });
}

/** What it means that the password was asked for a second time; it is never sent again. */
export function wrongPassword(target: RefusedLogin['target']): KonvoyError {
  return refused(target, `sudo does not take the password of ${target.user}`, [
    'it was tried once and not again; check it, or ansible_become_password',
    'a second factor or a one-time password cannot be given: allow /bin/sh -s without one',
  ]);
}

/** Whether what sudo says after the password means that it will go on asking for something else. */
export function isHopeless(stderr: string): boolean {
  return expired.test(stderr);
}

function refused(target: RefusedLogin['target'], message: string, hints: readonly string[]): KonvoyError {
  return new KonvoyError(`${target.host}: ${message}`, { code: 'sudo-refused', host: target.host, hints });
}

interface Refusal {
  readonly pattern: RegExp;
  readonly message: (target: RefusedLogin['target']) => string;
  readonly hints: (target: RefusedLogin['target']) => readonly string[];
}

const expired = /account or password is expired|password expired|account expired|expired password/i;

// The texts of sudo 1.8–1.9, of sudo-rs 0.2 and of opendoas 6.8 under LC_ALL=C; the first that matches counts.
const refusals: readonly Refusal[] = [
  {
    pattern: expired,
    message: ({ user, become }) =>
      `${become.method}: the account or the password of ${user} has expired there`,
    hints: ({ user, host }) => [`on ${host}: chage -l ${user}`, 'a new password is never set by konvoy-ha'],
  },
  {
    pattern: /account validation failure|is your account locked/i,
    message: ({ user, become }) =>
      `${become.method}: the account of ${user} is not valid there; it may be locked`,
    hints: ({ user, host }) => [`on ${host}: passwd -S ${user}`],
  },
  {
    pattern: /incorrect (?:password|authentication) attempt|authentication failed, try again/i,
    message: ({ user }) => `sudo does not take the password of ${user}`,
    hints: () => ['it was tried once and not again; check it, or ansible_become_password'],
  },
  {
    pattern: /(?:a password|interactive authentication) is required/i,
    message: ({ user }) => `sudo wants a password of ${user}`,
    hints: (target) => ['give it: -K asks for it, or ansible_become_password', ruleHint(target)],
  },
  {
    pattern: /you must have a tty to run sudo/i,
    message: () => 'sudo demands a terminal (requiretty)',
    hints: ({ user }) => [`add to the sudoers: Defaults:${user} !requiretty`],
  },
  {
    pattern: /not in the sudoers file|is not allowed to (?:execute|run)|may not run sudo|I'm sorry/i,
    message: ({ user }) => `sudo does not let ${user} run /bin/sh as root`,
    hints: (target) => [ruleHint(target)],
  },
  {
    pattern: /doas: (?:authentication|authorization) required/i,
    message: ({ user }) => `doas wants a password of ${user}, and would take it from a terminal only`,
    hints: (target) => [
      ruleHint(target),
      'or become root with sudo, which takes a password: ansible_become_method: sudo',
    ],
  },
  {
    pattern: /doas: Operation not permitted/i,
    message: ({ user }) => `doas does not let ${user} run /bin/sh as root`,
    hints: (target) => [ruleHint(target)],
  },
  {
    pattern:
      /(?:sudo|doas): (?:command )?not found|(?:sudo|doas): No such file|Unknown command.*(?:sudo|doas)/i,
    message: ({ user, become }) => `${user} is not root and there is no ${become.method}`,
    hints: ({ become }) => [`install ${become.method} there, or log in as root: ansible_user: root`],
  },
];

function ruleHint({ user, become }: RefusedLogin['target']): string {
  if (become.method === 'doas')
    return `write to /etc/doas.conf there: permit nopass ${user} as root cmd /bin/sh`;
  return become.password === undefined
    ? `write to /etc/sudoers.d/konvoy-ha there: ${user} ALL=(root) NOPASSWD: /bin/sh -s`
    : `write to /etc/sudoers.d/konvoy-ha there: ${user} ALL=(root) /bin/sh`;
}

function tryIt({ host, user, become }: RefusedLogin['target']): string {
  return `try it: ssh ${user}@${host} ${become.method} -n id`;
}

function lastLine(text: string): string | undefined {
  return text
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '');
}
