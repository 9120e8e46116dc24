import type { Advert } from '../../src/domain/advert.ts';
import { advertIntervalMs, ip, vrid } from './branded.ts';

/** A stranger of version 3 at 10.0.50.201 that has the VRID 77 and a VIP of its own. */
export function advert(rest: Partial<Advert> = {}): Advert {
  return {
    source: ip('10.0.50.201'),
    mac: '52:54:00:ff:00:01',
    version: 3,
    vrid: vrid(77),
    priority: 100,
    advertIntervalMs: advertIntervalMs(1000),
    vips: [ip('10.0.50.99')],
    authentication: 'none',
    ...rest,
  };
}

/** The Ethernet frame that carries an advert, in hex; `padding` bytes follow it. */
export function frameOf(sent: Advert, padding = 0): string {
  const payload = Buffer.concat([headOf(sent), ...sent.vips.map(bytesOf), authenticationOf(sent)]);
  const source = bytesOf(sent.source);
  const packet =
    source.length === 4
      ? [Buffer.from([0x45, 0, ...short(20 + payload.length), 0, 7, 0, 0, 255, 112, 0, 0]), source, GROUP4]
      : [Buffer.from([0x60, 0, 0, 0, ...short(payload.length), 112, 255]), source, GROUP6];
  const head = [Buffer.from('01005e000012', 'hex'), Buffer.from(sent.mac.replaceAll(':', ''), 'hex')];
  const type = Buffer.from(source.length === 4 ? '0800' : '86dd', 'hex');
  return Buffer.concat([...head, type, ...packet, payload, Buffer.alloc(padding)]).toString('hex');
}

function headOf({ version, vrid: id, priority, vips, advertIntervalMs: ms, authentication }: Advert): Buffer {
  const kinds = { none: 0, password: 1, ipsec: 2, unknown: 9 };
  const interval = version === 2 ? [kinds[authentication], ms / 1000] : short(ms / 10);
  return Buffer.from([version * 16 + 1, id, priority, vips.length, ...interval, 0xab, 0xcd]);
}

/** Version 2 always has eight bytes of it. */
function authenticationOf({ version }: Advert): Buffer {
  return Buffer.from(version === 2 ? 'secret\0\0' : '');
}

function bytesOf(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [left = '', right = ''] = address.split('::');
  const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const missing = address.includes('::') ? 8 - groups(left).length - groups(right).length : 0;
  const all = [...groups(left), ...Array<string>(missing).fill('0'), ...groups(right)];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function short(value: number): readonly [number, number] {
  return [value >> 8, value & 0xff];
}

const GROUP4 = bytesOf('224.0.0.18');
const GROUP6 = bytesOf('ff02::12');
