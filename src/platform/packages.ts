import {
  mutateScript,
  probe,
  probeScript,
  stdoutOf,
  type CommandResult,
  type Mutation,
  type Probe,
} from '../domain/command.ts';
import type { PackageOffer } from '../domain/facts.ts';

/** One package manager, as data: how to ask for a package, read the answer, and install or remove it. */
export interface PackageManager {
  readonly name: string;
  query(name: string): Probe;
  /** The installed version, or `undefined`. */
  parseQuery(result: CommandResult): string | undefined;
  /** Installs without questions and never replaces a configuration file that exists. */
  install(name: string): Mutation;
  /**
   * Asks which versions the host could install, by the lists that it has; it fetches none. With `unless`, only where the
   * package is not installed: the answer takes tens of milliseconds.
   */
  offers(name: string, unless: 'installed' | 'never'): Probe;
  parseOffers(result: CommandResult): PackageOffer;
  /**
   * Installs that very version, newer or older. The one that it replaces is packed again first, so that it can come back
   * without a network (`putBack`): the mirror may have it no more.
   */
  installVersion(name: string, version: string): Mutation;
  /** Brings back a version that `installVersion` has replaced; nothing happens where that is what there is. */
  putBack(name: string, version: string): Mutation;
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
  offers: (name, unless) => probeScript(APT_OFFERS, name, unless),
  parseOffers: (result) => {
    const text = stdoutOf(result);
    const candidate = /^ {2}Candidate: (?<version>[0-9]\S*)$/m.exec(text)?.groups?.['version'];
    const versions = [...text.matchAll(/^ (?: {4}|\*\*\* )(?<version>[0-9]\S*) -?\d+$/gm)].flatMap(
      ({ groups }) => groups?.['version'] ?? [],
    );
    return { ...(candidate === undefined ? {} : { candidate }), versions };
  },
  installVersion: (name, version) => mutateScript(APT_INSTALL_VERSION, name, version, PACKED),
  putBack: (name, version) => mutateScript(APT_PUT_BACK, name, version, PACKED),
  remove: (name) => mutateScript(APT_REMOVE, name),
  installByHand: (name) => `apt-get install ${name}`,
};

const APT_INSTALL = `export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
run() { apt-get -y -q -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=120 --no-install-recommends install "$1"; }
run "$1" >/dev/null 2>&1 || { apt-get -q -o DPkg::Lock::Timeout=120 update && run "$1"; }`;

const APT_REMOVE = `export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
apt-get -y -q -o DPkg::Lock::Timeout=120 purge "$1"`;

// Without a cache of its own: apt-cache would write it, and a look writes nothing.
const APT_OFFERS = `[ "$2" = installed ] && dpkg-query -W "$1" >/dev/null 2>&1 ||
  LC_ALL=C apt-cache -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= policy -- "$1" 2>/dev/null; true`;

/** Where packages are kept that were replaced. A dot: it is no cluster, whose names have a letter or digit there. */
const PACKED = '/var/lib/konvoy-ha/.packages';

/**
 * Packs what is installed, as dpkg-repack(1) does: the files that dpkg knows of, as they are now, with the scripts of the
 * package. A `_`, which no version has, stands for the colon of its epoch.
 */
export const PACK = `packed() { printf '%s/%s_%s.deb' "$store" "$1" "$(printf '%s' "$2" | tr : _)"; }
installed() { dpkg-query -W -f '\${db:Status-Status} \${Version}' "$1" 2>/dev/null; }
pack() {
  [ ! -f "$(packed "$1" "$2")" ] || return 0
  (umask 077; mkdir -p -- "$store") && rm -rf -- "$store"/.tree.* && tree=$(mktemp -d "$store/.tree.XXXXXX") || return 1
  trap 'rm -rf -- "$tree"' EXIT; trap 'exit 1' HUP INT TERM
  # The first folders may be links to those in /usr, which no package brings: what is below them belongs to the package.
  dpkg-query -L "$1" | sed -n 's#^/\\([^.].*\\)#\\1#p' | while read -r file; do
    case $file in bin | sbin | lib | lib32 | lib64 | libx32) mkdir -p -- "$tree/$file" || exit 1; continue ;; esac
    if [ -d "/$file" ] && [ ! -L "/$file" ]; then
      mkdir -p -- "$tree/$file" && chown --reference="/$file" "$tree/$file" && chmod --reference="/$file" "$tree/$file" || exit 1
    elif [ -e "/$file" ] || [ -L "/$file" ]; then printf '%s\\n' "$file"; fi
  done | tar -C / --no-recursion -cf - -T - | tar -C "$tree" -xpf - || return 1
  chmod 755 "$tree" && mkdir -m 755 -- "$tree/DEBIAN" || return 1
  dpkg-query --control-path "$1" | while read -r file; do
    case $file in *.list) ;; *) cp -- "$file" "$tree/DEBIAN/\${file##*.}" || exit 1 ;; esac
  done || return 1
  dpkg-query -s "$1" | awk '/^[^ ]/ { skip = /^(Status|Conffiles|Config-Version):/ } !skip' >"$tree/DEBIAN/control" || return 1
  if [ -f "$tree/DEBIAN/conffiles" ]; then
    while read -r file _; do [ ! -f "$tree/$file" ] || printf '%s\\n' "$file"; done <"$tree/DEBIAN/conffiles" >"$tree/.conffiles" &&
      mv -- "$tree/.conffiles" "$tree/DEBIAN/conffiles" || return 1
  fi
  rm -f -- "$tree/DEBIAN/md5sums"
  dpkg-deb -Zgzip --build "$tree" "$tree.deb" >/dev/null && sync "$tree.deb" && mv -- "$tree.deb" "$(packed "$1" "$2")" || return 1
  rm -rf -- "$tree"
  # The newest few; file names of ours have no blanks.
  ls -t -- "$store" | tail -n +6 | while read -r old; do rm -f -- "$store/$old"; done
}
install() { apt-get -y -q -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=120 --no-install-recommends --allow-downgrades install "$1"; }
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 LC_ALL=C
umask 022`;

const APT_INSTALL_VERSION = `store=$3
${PACK}
had=$(installed "$1")
[ "$had" != "installed $2" ] || exit 0
case $had in 'installed '*) pack "$1" "\${had#installed }" || exit 1 ;; esac
[ ! -f "$(packed "$1" "$2")" ] || { install "$(packed "$1" "$2")"; exit; }
install "$1=$2" >/dev/null 2>&1 || { apt-get -q -o DPkg::Lock::Timeout=120 update && install "$1=$2"; }`;

const APT_PUT_BACK = `store=$3
${PACK}
[ "$(installed "$1")" != "installed $2" ] || exit 0
[ -f "$(packed "$1" "$2")" ] || exit 0
install "$(packed "$1" "$2")"`;
