import {
  mutateScript,
  probe,
  probeScript,
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
  /** What an installation would bring. A host without this package manager answers nothing. */
  queryCandidate(name: string): Probe;
  /** Its version, or `undefined` when the package is installed or there is none. */
  parseCandidate(result: CommandResult): string | undefined;
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
  queryCandidate: (name) => probeScript(APT_CANDIDATE, name),
  parseCandidate: (result) =>
    /^ {2}Candidate: (?<version>\d\S*)/m.exec(stdoutOf(result))?.groups?.['version'],
  install: (name) => mutateScript(APT_INSTALL, name),
  remove: (name) => mutateScript(APT_REMOVE, name),
  installByHand: (name) => `apt-get install ${name}`,
};

/** Of a package that is there already nothing is asked: apt takes a while to read its lists. */
const APT_CANDIDATE = `case $(dpkg-query -W -f '\${db:Status-Abbrev}' "$1" 2>/dev/null) in [hi]i*) exit 0;; esac
command -v apt-cache >/dev/null 2>&1 || exit 0
LC_ALL=C apt-cache policy "$1"`;

const APT_INSTALL = `export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
run() { apt-get -y -q -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=120 --no-install-recommends install "$1"; }
run "$1" >/dev/null 2>&1 || { apt-get -q -o DPkg::Lock::Timeout=120 update && run "$1"; }`;

const APT_REMOVE = `export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
apt-get -y -q -o DPkg::Lock::Timeout=120 purge "$1"`;
