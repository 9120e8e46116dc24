import { parseConfiguration } from './configuration.ts';
import { uses } from './instances.ts';
import { isAtLeast, releaseOf } from './version.ts';

/** A mistake in some releases of keepalived. */
export interface Fault {
  /** What it is called, where it has a name. */
  readonly id: string;
  readonly what: string;
  /** The first release that has it; absent when older ones have it as well. */
  readonly since?: string;
  /** The first one that has not. */
  readonly mended: string;
  /** Packages of releases that have it, in which a distribution has mended it. */
  readonly backports: readonly RegExp[];
  /** Keywords of which one has to be in the file for it to hurt; empty when it always can. */
  readonly concerns: readonly string[];
}

/** The faults of one keepalived, apart by whether a configuration has anything to do with them. */
export interface KnownFaults {
  readonly hurting: readonly Fault[];
  readonly idle: readonly Fault[];
}

/** What is known to be wrong with a keepalived that reads `conf`; `packageVersion` is the distribution's, with its revision. */
export function knownFaults(version: string, packageVersion: string, conf: string): KnownFaults {
  const release = releaseOf(version);
  if (release === undefined) return { hurting: [], idle: [] };
  const configuration = parseConfiguration(conf);
  const there = FAULTS.filter(
    ({ since, mended, backports }) =>
      !isAtLeast(release, mended) &&
      (since === undefined || isAtLeast(release, since)) &&
      !backports.some((pattern) => pattern.test(packageVersion)),
  );
  const hurts = ({ concerns }: Fault): boolean => concerns.length === 0 || uses(configuration, ...concerns);
  return { hurting: there.filter(hurts), idle: there.filter((fault) => !hurts(fault)) };
}

/** What a release older than 2.0.19 knows was never tried. */
export const OLDEST_TRIED = '2.0.19';

const FAULTS: readonly Fault[] = [
  {
    id: 'CVE-2018-19115',
    what: 'the answer of a server that is checked can overwrite memory',
    mended: '2.0.7',
    backports: [],
    concerns: ['HTTP_GET', 'SSL_GET'],
  },
  {
    id: 'CVE-2018-19046',
    what: 'any user can make root overwrite a file, by way of /tmp',
    mended: '2.0.10',
    backports: [],
    concerns: [],
  },
  {
    id: 'CVE-2021-44225',
    what: 'its D-Bus policy lets any user change properties of other services',
    mended: '2.2.5',
    // Debian 11, RHEL 8 (2.1.5-8 and later) and RHEL 9 (2.2.4-2 and later).
    backports: [
      /^(?:\d+:)?2\.1\.5-[\d.]+\+deb11u/,
      /^(?:\d+:)?2\.1\.5-(?:[89]|\d\d)\b/,
      /^2\.2\.4-(?:[2-9]|\d\d)\.el/,
    ],
    concerns: [],
  },
  {
    id: 'reload-crash',
    what: 'a reload while a check script is past its time can end the daemon, which is then started again',
    mended: '2.3.2',
    backports: [],
    concerns: [],
  },
  {
    id: 'CVE-2024-41184',
    what: 'an empty name of an ipset or a chain reads beyond memory',
    mended: '2.3.2',
    backports: [],
    concerns: ['vrrp_ipsets', 'vrrp_iptables'],
  },
  {
    id: 'checker-overflow',
    what: 'the answer of a server that is checked can overwrite memory',
    mended: '2.4.0',
    backports: [],
    concerns: ['HTTP_GET', 'SSL_GET', 'PING_CHECK'],
  },
  {
    id: 'ssl-get-leak',
    what: 'SSL_GET loses memory with OpenSSL 3.0.0 to 3.0.4 (keepalived #2199)',
    since: '2.2.4',
    mended: '2.2.5',
    backports: [/^2\.2\.4-(?:[5-9]|\d\d)\.el/],
    concerns: ['SSL_GET'],
  },
  {
    id: 'ssl-get-failures',
    what: 'SSL_GET fails now and then (keepalived #2351)',
    since: '2.2.7',
    mended: '2.2.8',
    backports: [],
    concerns: ['SSL_GET'],
  },
  {
    id: 'reload-check',
    what: 'reload_check_config refuses every reload when script_user is not root (keepalived #2617)',
    since: '2.2.5',
    mended: '2.2.8',
    backports: [],
    concerns: ['reload_check_config'],
  },
  {
    id: 'reload-dbus',
    what: 'a reload that switches D-Bus on again or removes a sorry server ends the daemon',
    mended: '2.3.4',
    backports: [],
    concerns: ['enable_dbus', 'sorry_server'],
  },
];
