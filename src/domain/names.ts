import { err, ok, type Brand, type Result } from './result.ts';

/** The name of a host as the inventory gives it: safe on a command line, in a config file and in a path. */
export type HostName = Brand<string, 'HostName'>;

/** The name of a network interface: 1–15 bytes, none of them `/` or white space (linux `dev_valid_name`). */
export type InterfaceName = Brand<string, 'InterfaceName'>;

/** The name under which a cluster's generations are kept on its hosts. */
export type ClusterName = Brand<string, 'ClusterName'>;

/** The name of a login account (Debian's `adduser` NAME_REGEX, with upper case and dots allowed). */
export type UserName = Brand<string, 'UserName'>;

export function parseHostName(input: unknown): Result<HostName, string> {
  if (typeof input !== 'string' || !/^[A-Za-z0-9_[:][A-Za-z0-9_.:%[\]-]{0,252}$/.test(input)) {
    return err(`expected a host name or an address, got ${JSON.stringify(input)}`);
  }
  return ok(input as HostName);
}

export function parseInterfaceName(input: unknown): Result<InterfaceName, string> {
  // Narrower than the kernel on purpose: quotes, braces, `!` and `#` mean something to keepalived.
  if (typeof input !== 'string' || !/^[A-Za-z0-9_][A-Za-z0-9_.@:-]{0,14}$/.test(input)) {
    return err(
      `expected the name of a network interface (at most 15 characters), got ${JSON.stringify(input)}`,
    );
  }
  return ok(input as InterfaceName);
}

export function parseClusterName(input: unknown): Result<ClusterName, string> {
  // Konvoy's rule ("must contain only 'a-z, 0-9, . - and _'"), with a length that fits a file name.
  if (typeof input !== 'string' || !/^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/.test(input)) {
    return err(`expected a cluster name of a-z, 0-9, '.', '-' and '_', got ${JSON.stringify(input)}`);
  }
  return ok(input as ClusterName);
}

export function parseUserName(input: unknown): Result<UserName, string> {
  if (typeof input !== 'string' || !/^[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?$/.test(input)) {
    return err(`expected the name of a user, got ${JSON.stringify(input)}`);
  }
  return ok(input as UserName);
}

/** `present`, `latest`, or a version as the package manager writes it. */
export type PackageVersion = Brand<string, 'PackageVersion'>;

/** What deb-version(7) and RPM allow, a digit first: nothing that a shell or a package manager would take for more. */
export function parsePackageVersion(input: unknown): Result<PackageVersion, string> {
  if (typeof input !== 'string' || !/^(?:present|latest|[0-9][A-Za-z0-9.+~:-]{0,99})$/.test(input))
    return err(`expected present, latest or a version such as 1:2.2.7-1, got ${JSON.stringify(input)}`);
  return ok(input as PackageVersion);
}
