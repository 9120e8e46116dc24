import { randomBytes } from 'node:crypto';
import { KonvoyError } from '../domain/error.ts';
import type { Secret } from '../domain/secret.ts';
import type { Target } from '../domain/target.ts';

/** How a login of one target becomes a root shell. */
export interface Elevation {
  /** The command line that any login shell turns into one root shell reading its standard input. */
  readonly command: string;
  /** Present when the command may ask for a password: nothing may be sent before it says what it wants. */
  readonly question?: PasswordQuestion;
}

/**
 * What the command prints when it wants the password, and when the root shell is there, which may come unasked. An
 * empty line has to be the first that the root shell is sent.
 */
export interface PasswordQuestion {
  /** On standard error, alone or within other words; random, so that no noise and no prompt of another can be it. */
  readonly asks: string;
  /** On standard output. */
  readonly isRoot: string;
  readonly password: Secret;
}

/**
 * Decides how to become root; a new one is needed for each connection. Throws `sudo-refused` for a password that
 * cannot be one line.
 */
export function elevationOf({ host, user, become }: Target): Elevation {
  const { method, password } = become;
  // doas reads a password from a terminal only, and there is none here: `doas -n` says so where it wants one.
  if (method === 'doas') return { command: commandLine('exec doas -n -- /bin/sh -s') };
  if (password === undefined) return { command: commandLine('exec sudo -n -- /bin/sh -s') };
  if (/[\n\r\0]/.test(password.reveal())) {
    throw new KonvoyError(`${host}: the password of ${user} for sudo is more than one line`, {
      code: 'sudo-refused',
      host,
      hints: ['sudo reads one line: look for a line break at the end of ansible_become_password'],
    });
  }
  return askingElevation(password);
}

function askingElevation(password: Secret): Elevation {
  // In two halves that are joined over there: a shell that traces itself prints the command, but neither mark.
  const [first, second] = [randomHalf(), randomHalf()];
  const halves = `a=${first}; b=${second}`;
  const command = commandLine(
    `${halves}; if ${dryRun}; then echo $b$a; exec sudo -n -- /bin/sh -s; fi; ${relay} | { ` +
      `sudo -k -S -p $a$b -- /bin/sh -c "echo $b$a; exec /bin/sh -s"; kill -TERM 0; }`,
    `${halves}; echo $b$a; exec /bin/sh -s`,
  );
  return { command, question: { asks: first + second, isRoot: second + first, password } };
}

// No `'`, `!`, backslash or newline inside the quotes: fish, csh and sh must agree on what it says.
function commandLine(asUser: string, asRoot = 'exec /bin/sh -s'): string {
  return `exec /bin/sh -c 'LC_ALL=C; PATH=\${PATH:-/usr/bin}:${morePath}; export LC_ALL PATH; if [ "$(id -u)" = 0 ]; then ${asRoot}; else ${asUser}; fi'`;
}

function randomHalf(): string {
  return randomBytes(8).toString('hex');
}

// After the user's own, for a login whose files spoil it.
const morePath = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';

// The very command that would be run, with nothing to do: no other question tells whether sudo wants a password for it.
const dryRun = 'sudo -n -- /bin/sh -s </dev/null >/dev/null 2>/dev/null';

// One line, the password, and the rest only after another line, which we send when the root shell is there. Without
// that line sudo is ended while it waits: to sudo-rs the end of its input is one more wrong password, and then another,
// which locks accounts. When sudo has ended the relay has to go as well, or nobody would see the end.
const relay = '{ head -n 1; if read -r c; then exec cat; fi; kill -TERM 0; }';
