import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Whether users can be made here and sudo be asked for real: it needs root and the sudo of the system. */
export const sudoIsAvailable = existsSync('/usr/bin/sudo') && process.getuid?.() === 0;

export interface LoginUserOptions {
  /** Default `/bin/sh`. */
  readonly shell?: string;
  /** Files below the home directory. */
  readonly files?: Readonly<Record<string, string>>;
  /** Lines for the sudoers; `USER` stands for the name. */
  readonly sudoers?: readonly string[];
}

/** A user of this machine with a password, a home, and rules of its own for sudo; all of it goes with the test. */
export class LoginUser implements Disposable {
  readonly name: string;
  readonly password: string;
  readonly home: string;
  readonly uid: number;
  readonly gid: number;

  private constructor(name: string, password: string) {
    this.name = name;
    this.password = password;
    this.home = `/var/tmp/${name}`;
    [this.uid, this.gid] = [numberOf('-u', name), numberOf('-g', name)];
  }

  static create({ shell = '/bin/sh', files = {}, sudoers = [] }: LoginUserOptions = {}): LoginUser {
    const name = `konvoy-${randomBytes(5).toString('hex')}`;
    // A worker that ends in the middle of a test must not leave a user who may become root.
    const remove = (): void => removeUser(name);
    process.once('exit', remove);
    removals.set(name, remove);
    execFileSync('useradd', ['--create-home', '--home-dir', `/var/tmp/${name}`, '--shell', shell, name]);
    const user = new LoginUser(name, `correct-${randomBytes(8).toString('hex')}`);
    execFileSync('chpasswd', { input: `${name}:${user.password}\n` });
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(user.home, path)), { recursive: true });
      writeFileSync(join(user.home, path), text);
    }
    execFileSync('chown', ['--recursive', `${user.uid}:${user.gid}`, user.home]);
    if (sudoers.length > 0) user.allow(sudoers);
    return user;
  }

  /** Sets the rules; what sudo does for the user is logged from then on. */
  allow(sudoers: readonly string[]): void {
    const rules = [`Defaults:USER logfile=${this.#sudoLogPath}, !syslog`, ...sudoers];
    const text = `${rules.join('\n').replaceAll('USER', this.name)}\n`;
    const checked = spawnSync('/usr/sbin/visudo', ['-c', '-f', '-'], { input: text, encoding: 'utf8' });
    // A mistake there would stop sudo for everybody on this machine.
    if (checked.status !== 0) throw new Error(`not a sudoers file: ${checked.stderr}${text}`);
    writeFileSync(`/etc/sudoers.d/${this.name}`, text, { mode: 0o440 });
  }

  /** What sudo logged of the user, each entry one line. */
  get sudoLog(): readonly string[] {
    if (!existsSync(this.#sudoLogPath)) return [];
    return readFileSync(this.#sudoLogPath, 'utf8').replaceAll('\n    ', ' ').trim().split('\n');
  }

  get #sudoLogPath(): string {
    return `/var/tmp/${this.name}.sudo.log`;
  }

  [Symbol.dispose](): void {
    const remove = removals.get(this.name);
    if (remove === undefined) return;
    process.off('exit', remove);
    removals.delete(this.name);
    remove();
  }
}

const removals = new Map<string, () => void>();

function removeUser(name: string): void {
  // The rules first: whatever fails after that, nobody may become root.
  for (const path of [
    `/etc/sudoers.d/${name}`,
    `/var/lib/sudo/lectured/${name}`,
    `/run/sudo/ts/${name}`,
    `/var/tmp/${name}.sudo.log`,
  ]) {
    rmSync(path, { force: true });
  }
  spawnSync('userdel', ['--force', '--remove', name]);
  rmSync(`/var/tmp/${name}`, { recursive: true, force: true });
}

function numberOf(option: '-u' | '-g', name: string): number {
  return Number(execFileSync('id', [option, name], { encoding: 'utf8' }));
}
