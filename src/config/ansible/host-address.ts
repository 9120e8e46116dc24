/** A host pattern and the port it carries, if any. */
export interface HostAddress {
  /** A name or an address; parts of it may be ranges. */
  readonly pattern: string;
  /** Decimal digits without leading zeros. */
  readonly port?: string;
}

/**
 * Splits `name:port`, `address:port` and `[anything]:port` as Ansible's `parse_address` does: what is no name and no address
 * afterwards had no port either, and an IPv6 address has one only after brackets.
 */
export function parseHostAddress(text: string): HostAddress {
  let pattern = text;
  let port: string | undefined;
  // One after the other: what the brackets hold may have a port of its own, which then counts.
  for (const form of [BRACKETED, PLAIN]) {
    const match = form.exec(pattern)?.groups;
    if (match === undefined) continue;
    pattern = match['pattern'] ?? '';
    port = match['port']?.replace(/^0+(?=.)/, '');
  }
  if (port === undefined || !isAddress(pattern)) return { pattern: text };
  return { pattern, port };
}

/** True for one name or address, with ranges or without: what Ansible does not take apart at its colons. */
export function isHostAddress(text: string): boolean {
  return isAddress(parseHostAddress(text).pattern);
}

function isAddress(pattern: string): boolean {
  return IPV4.test(pattern) || IPV6.test(pattern) || HOST_NAME.test(pattern);
}

const BRACKETED = /^\[(?<pattern>.+)\]:(?<port>[0-9]+)$/s;
const PLAIN = /^(?<pattern>(?:[^:[\]]|\[[^\]]*\])*):(?<port>[0-9]+)$/;

const STEP = '(?::[0-9]+)?';
const NUMBERS = `\\[[0-9]+:[0-9]+${STEP}\\]`;
const HEXADECIMALS = `\\[[0-9a-f]+:[0-9a-f]+${STEP}\\]`;
const LETTERS_OR_NUMBERS = `\\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)${STEP}\\]`;

const OCTET = `(?:[01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]|${NUMBERS})`;
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

/** Only the beginning has to be an address: Ansible's own pattern looks no further, and so a zone may follow. */
const GROUP = `(?:[0-9a-f]{1,4}|${HEXADECIMALS})`;
const DOTTED = `(?:${GROUP}\\.){3}${GROUP}`;
const IPV6 = new RegExp(
  `^(?:(?:${GROUP}:){1,6}:|::|(?:${GROUP}:){7}${GROUP}|(?:0:){6}${DOTTED}|(?:0:){5}ffff:${DOTTED}$)`,
  'i',
);

/** A label begins with a letter, a digit or an underscore, and does not end with a dash or an underscore. */
const WORD = '[\\p{L}\\p{N}_]';
const LABEL = `(?:${WORD}|${LETTERS_OR_NUMBERS})(?:${WORD}|-|${LETTERS_OR_NUMBERS})*(?<![_-])`;
const HOST_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, 'iu');
