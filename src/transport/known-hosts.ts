import { createHmac } from 'node:crypto';

/** One line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHostLine {
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  readonly marker: 'none' | 'revoked' | 'cert-authority';
  /** The host field as it stands: patterns, or one hashed name. */
  readonly hosts: string;
  readonly keyType: string;
  readonly key: Buffer;
}

/** What known_hosts says about a key that a host has shown. */
export type HostKeyVerdict =
  | { readonly verdict: 'known' }
  /** No line names this host. */
  | { readonly verdict: 'unknown' }
  /** Lines name this host, but none with this key. */
  | { readonly verdict: 'changed'; readonly known: KnownHostLine }
  | { readonly verdict: 'revoked'; readonly known: KnownHostLine };

/** Reads a known_hosts file; lines that are no host key are passed over, as OpenSSH does. */
export function parseKnownHosts(text: string, file: string): readonly KnownHostLine[] {
  return text.split('\n').flatMap((line, index) => {
    const parsed = parseLine(line.trim(), file, index + 1);
    return parsed === undefined ? [] : [parsed];
  });
}

/** The name under which known_hosts keeps a host: `[address]:port` unless the port is 22. */
export function knownHostName(address: string, port: number): string {
  const name = address.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** The lines that speak of `name`, as made by `knownHostName`. */
export function linesFor(name: string, lines: readonly KnownHostLine[]): readonly KnownHostLine[] {
  return lines.filter(({ hosts }) =>
    hosts.startsWith('|') ? matchesHash(name, hosts) : matchesPatterns(name, hosts),
  );
}

/** Judges a key against the lines that speak of its host. */
export function judgeHostKey(key: Buffer, lines: readonly KnownHostLine[]): HostKeyVerdict {
  const revoked = lines.find((line) => line.marker === 'revoked' && line.key.equals(key));
  if (revoked !== undefined) return { verdict: 'revoked', known: revoked };
  // An authority vouches for certificates, which ssh2 cannot check: its line never makes a bare key known.
  const plain = lines.filter((line) => line.marker === 'none');
  if (plain.some((line) => line.key.equals(key))) return { verdict: 'known' };
  const keyType = keyTypeOf(key);
  // Known by another type only is also a change: whoever sits in between could show a type that nobody wrote down.
  const known = plain.find((line) => line.keyType === keyType) ?? plain[0];
  return known === undefined ? { verdict: 'unknown' } : { verdict: 'changed', known };
}

/** The line to add for a host that is met for the first time. */
export function knownHostLine(name: string, key: Buffer): string {
  return `${name} ${keyTypeOf(key) ?? 'unknown'} ${key.toString('base64')}\n`;
}

/** The type a public key blob names itself (RFC 4253 §6.6). */
export function keyTypeOf(key: Buffer): string | undefined {
  if (key.length < 4) return undefined;
  const end = 4 + key.readUInt32BE(0);
  return end <= key.length ? key.toString('latin1', 4, end) : undefined;
}

function parseLine(text: string, file: string, line: number): KnownHostLine | undefined {
  if (text === '' || text.startsWith('#')) return undefined;
  const fields = text.split(/[ \t]+/);
  const marker = fields[0]?.startsWith('@') === true ? markers.get(fields.shift() ?? '') : 'none';
  const [hosts, keyType, base64] = fields;
  if (marker === undefined || hosts === undefined || keyType === undefined || base64 === undefined)
    return undefined;
  const key = Buffer.from(base64, 'base64');
  return keyTypeOf(key) === keyType ? { file, line, marker, hosts, keyType, key } : undefined;
}

function matchesHash(name: string, hosts: string): boolean {
  const [, version, salt, hash] = hosts.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

function matchesPatterns(name: string, hosts: string): boolean {
  const patterns = hosts.toLowerCase().split(',');
  if (patterns.some((pattern) => pattern.startsWith('!') && matchesGlob(name, pattern.slice(1))))
    return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && matchesGlob(name, pattern));
}

// OpenSSH's patterns (ssh_config(5), PATTERNS): `*` any run of characters, `?` one, everything else itself.
function matchesGlob(name: string, pattern: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(name);
}

const markers = new Map<string, KnownHostLine['marker']>([
  ['@revoked', 'revoked'],
  ['@cert-authority', 'cert-authority'],
]);
