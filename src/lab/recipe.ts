import { createHash } from 'node:crypto';
import type { Suite } from './context.ts';
import { apiUnit, bootScript, bootUnit, guestDirectory } from './guest.ts';

/** Packages that every host has from its first boot. */
export const installedPackages: readonly string[] = [
  'systemd',
  'systemd-sysv',
  // A real host's ssh login is a session of logind.
  'libpam-systemd',
  'dbus',
  'openssh-server',
  'sudo',
  'iproute2',
  'iputils-ping',
  'ca-certificates',
  'procps',
  'openssl',
  'curl',
  'nftables',
  'apt-utils',
];

/** Packages that a host can install from the repository it carries, with everything they need. */
export const offeredPackages: readonly string[] = [
  'keepalived',
  'haproxy',
  'ipvsadm',
  'iputils-arping',
  'tcpdump',
  'ufw',
  'firewalld',
  // Shells and tools that are not what Debian's own hosts have.
  'busybox',
  'fish',
  'tcsh',
];

/** As above, where the suite has them: other ways to become root, other tools. */
export const offeredIfThere: readonly string[] = ['opendoas', 'rust-coreutils', 'sudo-rs'];

/** The name of the image for a suite; it changes whenever the recipe does, so a name is never stale. */
export function imageName(suite: Suite): string {
  const hash = createHash('sha256').update(imageRecipe()).update(imageChanges.join('\n')).digest('hex');
  return `konvoy-ha-lab:${suite}-${hash.slice(0, 12)}`;
}

/** The shell script that turns a minimal Debian of any suite into a lab host; it runs once, as root, in a container. */
export function imageRecipe(): string {
  return [
    'set -eu',
    'export DEBIAN_FRONTEND=noninteractive',
    // The official images forbid services to start and throw packages away; a real host does neither.
    'rm -f /usr/sbin/policy-rc.d /etc/apt/apt.conf.d/docker-* /etc/dpkg/dpkg.cfg.d/docker*',
    'printf \'Acquire::Languages "none";\\n\' >/etc/apt/apt.conf.d/90konvoy-ha-lab',
    "printf 'path-exclude=/usr/share/%s/*\\n' doc man locale >/etc/dpkg/dpkg.cfg.d/konvoy-ha-lab",
    'apt-get update -qq',
    `apt-get install -y -qq --no-install-recommends ${installedPackages.join(' ')}`,
    ...repositoryRecipe,
    ...hostRecipe,
    ...bootRecipe,
  ].join('\n');
}

/** What `docker commit` is to note on the image besides its files. */
export const imageChanges: readonly string[] = [
  // systemd 256 and later refuse a machine with cgroup v1 without the first; newer machines ignore it.
  'CMD ["/sbin/init", "SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"]',
  'ENV container docker',
];

const repository = `${guestDirectory}/repository`;

// apt itself says what a host would need: --download-only with recommends, as `apt-get install` on a host would.
const repositoryRecipe: readonly string[] = [
  `mkdir -p ${repository}/partial`,
  `for package in ${offeredIfThere.join(' ')}; do`,
  '  if apt-cache show "$package" >/dev/null 2>&1; then set -- "$@" "$package"; fi',
  'done',
  `apt-get install -y -qq --download-only -o Dir::Cache::archives=${repository} ${offeredPackages.join(' ')} "$@"`,
  `apt-get install -y -qq --download-only --reinstall -o Dir::Cache::archives=${repository} curl`,
  `rm -rf ${repository}/partial ${repository}/lock`,
  `cd ${repository}`,
  'apt-ftparchive packages . >Packages',
  'apt-ftparchive release . >/tmp/Release',
  'mv /tmp/Release Release',
  'cd /',
  'rm -f /etc/apt/sources.list.d/*',
  `echo 'deb [trusted=yes] file:${repository} ./' >/etc/apt/sources.list`,
  'apt-get clean',
  'rm -rf /var/lib/apt/lists/*',
  'apt-get update -qq',
];

const hostRecipe: readonly string[] = [
  // Debian has a group "operator" already.
  'useradd --create-home --shell /bin/bash --gid operator operator',
  'useradd --create-home --shell /bin/bash nosudo',
  'useradd --create-home --shell /bin/bash asksudo',
  "echo 'asksudo:lab-password' | chpasswd",
  "printf '%s\\n' 'operator ALL=(ALL:ALL) NOPASSWD: ALL' 'asksudo ALL=(ALL:ALL) ALL' >/etc/sudoers.d/konvoy-ha-lab",
  'chmod 0440 /etc/sudoers.d/konvoy-ha-lab',
  "printf '%s\\n' 'PasswordAuthentication no' 'PermitRootLogin prohibit-password' 'UseDNS no' >/etc/ssh/sshd_config.d/konvoy-ha-lab.conf",
  'rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub',
  'rm -f /etc/machine-id /var/lib/dbus/machine-id',
  'touch /etc/machine-id',
  // Their locks on the package database would make a test's duration a matter of luck.
  'systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer systemd-udevd.service',
];

const bootRecipe: readonly string[] = [
  ...writeFile(`${guestDirectory}/boot`, bootScript),
  `chmod 0755 ${guestDirectory}/boot`,
  ...writeFile('/etc/systemd/system/konvoy-ha-lab-boot.service', bootUnit),
  ...writeFile('/etc/systemd/system/konvoy-ha-lab-api.service', apiUnit),
  'systemctl enable konvoy-ha-lab-boot.service konvoy-ha-lab-api.service',
];

function writeFile(path: string, content: string): readonly string[] {
  return [`cat >${path} <<'END-OF-FILE'`, `${content}END-OF-FILE`];
}
