import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { KonvoyError } from '../../domain/error.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Target } from '../../domain/target.ts';

/** A program that tells ssh a password, once. */
export interface Askpass extends AsyncDisposable {
  /** What makes ssh ask the program, and not a terminal. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Lets ssh ask for the password of a login. The password waits in a pipe of the kernel, below a directory that nobody else can
 * enter: it stands in no file, no argument and no environment, and can be read once.
 */
export async function askpassFor(target: Target, password: Secret, parent = tmpdir()): Promise<Askpass> {
  refuseUnfit(target, password);
  const directory = await mkdtemp(`${parent}/kha-`);
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    await once(spawn('mkfifo', ['-m', '600', `${directory}/pipe`], { stdio: 'ignore' }), 'exit');
    await writeFile(`${directory}/ask`, askScript, { mode: 0o700 });
    // For both ends: an end that only writes would wait for a reader, who may never come.
    const pipe = await open(`${directory}/pipe`, constants.O_RDWR | constants.O_NONBLOCK);
    await pipe.write(`${password.reveal()}\n`);
    return {
      environment: { SSH_ASKPASS: `${directory}/ask`, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':none' },
      [Symbol.asyncDispose]: async () => {
        await pipe.close();
        await remove();
      },
    };
  } catch (cause) {
    await remove();
    throw cause;
  }
}

function refuseUnfit({ host, proxyCommand }: Target, password: Secret): void {
  const hints = ['log in with a key', 'or let konvoy-ha speak SSH itself: --transport ssh2'];
  const failure = { code: 'authentication-failed', host, hints } as const;
  // A ProxyCommand would inherit the program, and a bastion that asks for a password would be told this one.
  if (proxyCommand !== undefined)
    throw new KonvoyError(`${host}: OpenSSH's client would show the password to the ProxyCommand`, failure);
  if (/[\n\0]/.test(password.reveal()))
    throw new KonvoyError(`${host}: the password to log in with is more than one line`, failure);
}

// Passphrases and PINs of keys, and questions about host keys, are not what this password is for.
const askScript = `#!/bin/sh
case $1 in *assphrase*|*PIN*|*yes/no*) exit 1 ;; esac
pipe=\${0%/*}/pipe
[ -p "$pipe" ] || exit 1
IFS= read -r password <"$pipe" && rm -f -- "$pipe" && printf '%s\\n' "$password"
`;
