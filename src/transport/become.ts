import { KonvoyError } from '../domain/error.ts';
import type { HostName, UserName } from '../domain/names.ts';

/**
 * The command line that any login shell turns into one root shell reading its standard input.
 * No `'`, `!`, backslash or newline inside the quotes: fish, csh and sh must agree on what it says.
 */
export const rootShellCommand =
  'exec /bin/sh -c \'LC_ALL=C; export LC_ALL; if [ "$(id -u)" = 0 ]; then exec /bin/sh -s; else exec sudo -n -- /bin/sh -s; fi\'';

/** What was printed by a login that ended before the root shell was there. */
export interface RefusedLogin {
  readonly host: HostName;
  readonly user: UserName;
  readonly stderr: string;
  readonly stdout: string;
  /** How the login ended, for people. */
  readonly reason: string;
}

/** Says why there is no root shell and what to do about it. */
export function explainRefusal(login: RefusedLogin): KonvoyError {
  const { host, user, stderr } = login;
  const sudo = sudoRefusals.find(({ pattern }) => pattern.test(stderr));
  if (sudo !== undefined) {
    return new KonvoyError(`${host}: ${sudo.message(user)}`, {
      code: 'sudo-refused',
      host,
      hints: sudo.hints(user, host),
    });
  }
  const said = lastLine(stderr) ?? lastLine(login.stdout);
  const because = said === undefined ? login.reason : `${login.reason}: ${said}`;
  if (/\bsudo:/.test(stderr)) {
    return new KonvoyError(`${host}: sudo does not give ${user} a root shell: ${said ?? login.reason}`, {
      code: 'sudo-refused',
      host,
      hints: [sudoersHint(user), `try it: ssh ${user}@${host} sudo -n id`],
    });
  }
  return new KonvoyError(`${host}: the login of ${user} ended before a root shell was there (${because})`, {
    code: 'connect-failed',
    host,
    hints: [
      `try it: ssh ${user}@${host} /bin/sh -c id`,
      'the account needs a login shell and no forced command',
    ],
  });
}

interface SudoRefusal {
  readonly pattern: RegExp;
  readonly message: (user: UserName) => string;
  readonly hints: (user: UserName, host: HostName) => readonly string[];
}

// The texts of sudo 1.8–1.9 and of sudo-rs under LC_ALL=C.
const sudoRefusals: readonly SudoRefusal[] = [
  {
    pattern: /a password is required|interactive authentication is required/i,
    message: (user) => `sudo wants a password of ${user}`,
    hints: (user) => [sudoersHint(user)],
  },
  {
    pattern: /you must have a tty to run sudo/i,
    message: () => 'sudo demands a terminal (requiretty)',
    hints: (user) => [`add to the sudoers: Defaults:${user} !requiretty`],
  },
  {
    pattern: /not in the sudoers file|is not allowed to (?:execute|run)|may not run sudo|I'm sorry/i,
    message: (user) => `sudo does not let ${user} run /bin/sh as root`,
    hints: (user) => [sudoersHint(user)],
  },
  {
    pattern: /sudo: (?:command )?not found|sudo: No such file|Unknown command.*sudo/i,
    message: (user) => `${user} is not root and there is no sudo`,
    hints: () => ['install sudo there, or log in as root: ansible_user: root'],
  },
];

function sudoersHint(user: UserName): string {
  return `write to /etc/sudoers.d/konvoy-ha there: ${user} ALL=(root) NOPASSWD: /bin/sh -s`;
}

function lastLine(text: string): string | undefined {
  return text
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '');
}
