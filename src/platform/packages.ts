import {
  mutateScript,
  probe,
  stdoutOf,
  type CommandResult,
  type Mutation,
  type Probe,
} from '../domain/command.ts';

/** One package manager, as data: how to ask for a package, read the answer, and install or remove it. */
export interface PackageManager {
  readonly name: string;
  query(name: string): Probe;
  /** The installed version, or `undefined`. */
  parseQuery(result: CommandResult): string | undefined;
  /** Installs without questions and never replaces a configuration file that exists. */
  install(name: string): Mutation;
  /** Removes the package and its configuration; what it depends on stays, it may have been there before. */
  remove(name: string): Mutation;
  /** What an operator would type to install it. */
  installByHand(name: string): string;
}

/**
 * The lists are fetched only when the installation fails without that: a mirror that is down must not stop an
 * installation from the cache. A lock of another apt (unattended-upgrades) is waited for, 120 s.
 */
export const APT: PackageManager = {
  name: 'apt',
  query: (name) => probe('dpkg-query', '-W', '-f', '${db:Status-Abbrev}${Version}', name),
  parseQuery: (result) => /^[hi]i[ R](?<version>\S+)/.exec(stdoutOf(result))?.groups?.['version'],
  install: (name) => mutateScript(APT_INSTALL, name),
  remove: (name) => mutateScript(APT_REMOVE, name),
  installByHand: (name) => `apt-get install ${name}`,
};

const APT_INSTALL = `export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
run() { apt-get -y -q -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=120 --no-install-recommends install "$1"; }
run "$1" >/dev/null 2>&1 || { apt-get -q -o DPkg::Lock::Timeout=120 update && run "$1"; }`;

const APT_REMOVE = `export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
apt-get -y -q -o DPkg::Lock::Timeout=120 purge "$1"`;
