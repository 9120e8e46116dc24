import { createHash } from 'node:crypto';

/** The type a public key blob names itself (RFC 4253 §6.6). */
export function keyTypeOf(key: Buffer): string | undefined {
  return stringAt(key, 0)?.bytes.toString('latin1');
}

/** Whether `key` is a public key of `type`, which OpenSSH would read as one. */
export function hasShapeOf(type: string, key: Buffer): boolean {
  const [name, ...fields] = stringsOf(key) ?? [];
  return name?.toString('latin1') === type && SHAPES.get(type)?.(fields) === true;
}

/** A key as people compare it: `SHA256:…`, as `ssh-keygen -l` writes it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The kind of key as ssh says it: `ED25519`, `ECDSA`, `RSA`. */
export function kindOf(key: Buffer): string {
  const type = keyTypeOf(key) ?? 'unknown';
  return type.startsWith('ecdsa-') ? 'ECDSA' : type.replace(/^ssh-/, '').toUpperCase();
}

/** One string of a blob (RFC 4251 §5) and where it ends; undefined when it is cut off. */
export function stringAt(
  blob: Buffer,
  at: number | undefined,
): { readonly bytes: Buffer; readonly end: number } | undefined {
  if (at === undefined || at + 4 > blob.length) return undefined;
  const end = at + 4 + blob.readUInt32BE(at);
  return end > blob.length ? undefined : { bytes: blob.subarray(at + 4, end), end };
}

/** The strings that a blob is made of; undefined when it is cut off or something else follows them. */
export function stringsOf(blob: Buffer): readonly Buffer[] | undefined {
  const strings: Buffer[] = [];
  for (let at = 0; at < blob.length;) {
    const string = stringAt(blob, at);
    if (string === undefined) return undefined;
    strings.push(string.bytes);
    at = string.end;
  }
  return strings;
}

type Shape = (fields: readonly Buffer[]) => boolean;

const ed25519: Shape = ([key, ...more]) => key?.length === 32 && more.length === 0;

/** A point of a curve, not compressed (SEC 1, 2.3.3). */
function ecdsa(curve: string, pointBytes: number): Shape {
  return ([name, point, ...more]) =>
    name?.toString('latin1') === curve && point?.length === pointBytes && point[0] === 4 && more.length === 0;
}

/** A key in a FIDO device, which names an application as well (OpenSSH, PROTOCOL.u2f); authorities may have one. */
function fido(shape: Shape): Shape {
  return (fields) => fields.length > 1 && shape(fields.slice(0, -1));
}

const SHAPES: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['ssh-ed25519', ed25519],
  ['sk-ssh-ed25519@openssh.com', fido(ed25519)],
  ['sk-ecdsa-sha2-nistp256@openssh.com', fido(ecdsa('nistp256', 65))],
  ['ecdsa-sha2-nistp256', ecdsa('nistp256', 65)],
  ['ecdsa-sha2-nistp384', ecdsa('nistp384', 97)],
  ['ecdsa-sha2-nistp521', ecdsa('nistp521', 133)],
  // Shorter moduli than 1024 bits are no keys to OpenSSH.
  [
    'ssh-rsa',
    ([exponent, modulus, ...more]) =>
      (exponent?.length ?? 0) > 0 && bitsOf(modulus) >= 1024 && more.length === 0,
  ],
  ['ssh-dss', (fields) => fields.length === 4],
]);

function bitsOf(number: Buffer | undefined): number {
  const digits = number?.toString('hex').replace(/^0+/, '') ?? '';
  return digits === '' ? 0 : digits.length * 4 - Math.clz32(Number.parseInt(digits[0] ?? '0', 16)) + 28;
}
