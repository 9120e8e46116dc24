import { createHmac } from 'node:crypto';
import { hasShapeOf, keyTypeOf } from './public-key.ts';

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
  /** Only an authority is known of this host, which vouches for certificates and never for a bare key. */
  | { readonly verdict: 'needs-certificate'; readonly known: KnownHostLine }
  /** Lines name this host, but none with this key. */
  | { readonly verdict: 'changed'; readonly known: KnownHostLine }
  | { readonly verdict: 'revoked'; readonly known: KnownHostLine };

/** Reads a known_hosts file; lines that are no host key are passed over, as OpenSSH does. */
export function parseKnownHosts(text: string, file: string): readonly KnownHostLine[] {
  return text.split('\n').flatMap((line, index) => {
    const parsed = parseLine(line.replace(/^[ \t]+/, '').replace(/\r$/, ''), file, index + 1);
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
  const plain = lines.filter((line) => line.marker === 'none');
  if (plain.some((line) => line.key.equals(key))) return { verdict: 'known' };
  const keyType = keyTypeOf(key);
  // Known by another type only is also a change: whoever sits in between could show a type that nobody wrote down.
  const changed = plain.find((line) => line.keyType === keyType) ?? plain[0];
  if (changed !== undefined) return { verdict: 'changed', known: changed };
  const authority = lines.find((line) => line.marker === 'cert-authority');
  if (authority !== undefined) return { verdict: 'needs-certificate', known: authority };
  return { verdict: 'unknown' };
}

/** The line to add for a host that is met for the first time. */
export function knownHostLine(name: string, key: Buffer): string {
  return `${name} ${keyTypeOf(key) ?? 'unknown'} ${key.toString('base64')}\n`;
}

function parseLine(text: string, file: string, line: number): KnownHostLine | undefined {
  if (text === '' || text.startsWith('#')) return undefined;
  const fields = text.split(/[ \t]+/);
  const marker = fields[0]?.startsWith('@') === true ? markers.get(fields.shift() ?? '') : 'none';
  const [hosts, keyType, base64] = fields;
  if (marker === undefined || hosts === undefined || keyType === undefined || base64 === undefined)
    return undefined;
  // Buffer reads anything as base64, and would find keys in what OpenSSH takes for garbage.
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64)) return undefined;
  const key = Buffer.from(base64, 'base64');
  return hasShapeOf(keyType, key) ? { file, line, marker, hosts, keyType, key } : undefined;
}

function matchesHash(name: string, hosts: string): boolean {
  const [, version, salt] = hosts.split('|');
  if (version !== '1' || salt === undefined) return false;
  const key = Buffer.from(salt, 'base64');
  if (key.length !== SALT_BYTES) return false;
  return hosts === `|1|${salt}|${createHmac('sha1', key).update(name).digest('base64')}`;
}

function matchesPatterns(name: string, hosts: string): boolean {
  const patterns = hosts.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()).split(',');
  if (patterns.some((pattern) => pattern.startsWith('!') && matchesGlob(name, pattern.slice(1))))
    return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && matchesGlob(name, pattern));
}

// OpenSSH's patterns (ssh_config(5), PATTERNS): `*` any run of characters, `?` one, everything else itself. No regular
// expression: of several stars in one, a long name would make an eternity.
function matchesGlob(name: string, pattern: string): boolean {
  let [at, inPattern] = [0, 0];
  let star: { readonly inPattern: number; at: number } | undefined;
  while (at < name.length) {
    if (pattern[inPattern] === '*') {
      star = { inPattern, at };
      inPattern += 1;
    } else if (pattern[inPattern] === '?' || pattern[inPattern] === name[at]) {
      at += 1;
      inPattern += 1;
    } else if (star === undefined) {
      return false;
    } else {
      // The last star takes one character more.
      star.at += 1;
      at = star.at;
      inPattern = star.inPattern + 1;
    }
  }
  return /^\**$/.test(pattern.slice(inPattern));
}

// As long as the hash, SHA-1.
const SALT_BYTES = 20;

const markers = new Map<string, KnownHostLine['marker']>([
  ['@revoked', 'revoked'],
  ['@cert-authority', 'cert-authority'],
]);
