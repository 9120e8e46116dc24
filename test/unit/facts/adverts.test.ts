import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Advert } from '../../../src/domain/advert.ts';
import { advertsFact, LISTEN_MS, parseListening } from '../../../src/facts/adverts.ts';
import { parseFrame } from '../../../src/facts/vrrp-frame.ts';
import { interfaceName, ip, vrid } from '../../support/branded.ts';
import { said } from '../../support/command-results.ts';
import { advert, frameOf } from '../../support/vrrp-frames.ts';

function read(hex: string): Advert | undefined {
  return parseFrame(Buffer.from(hex, 'hex'));
}

/** A frame with other bytes from a place on. */
function edited(hex: string, at: number, bytes: string): string {
  return hex.slice(0, 2 * at) + bytes + hex.slice(2 * at + bytes.length);
}

describe('an advert', () => {
  const seven = advert({ version: 2, vips: Array.from({ length: 7 }, () => ip('10.0.50.9')) });

  test.each<readonly [string, Advert]>([
    ['of version 3', advert()],
    ['of version 2, with a password', advert({ version: 2, authentication: 'password' })],
    [
      'of version 2, with a way to authenticate that nobody has',
      advert({ version: 2, authentication: 'unknown' }),
    ],
    ['of a router that leaves', advert({ priority: 0 })],
    ['of the owner of the addresses, which is fast', advert({ priority: 255, advertIntervalMs: 10 })],
    ['with the longest interval', advert({ advertIntervalMs: 40_950 })],
    ['without a VIP', advert({ vips: [] })],
    [
      'of IPv6, the link-local VIP first',
      advert({ source: ip('fe80::1'), vips: [ip('fe80::20'), ip('2001:db8::20')] }),
    ],
    ['of seven VIPs, in version 2', seven],
  ])('%s is read as it was sent', (_, sent) => {
    expect(read(frameOf(sent))).toEqual(sent);
    expect(read(frameOf(sent, 30))).toEqual(sent);
  });

  test('of any kind is read as it was sent', () => {
    const address = fc
      .ipV4()
      .filter((text) => text !== '0.0.0.0')
      .map(ip);
    const any = fc.record({
      source: address,
      version: fc.constantFrom(2 as const, 3 as const),
      vrid: fc.integer({ min: 1, max: 255 }).map(vrid),
      priority: fc.integer({ min: 0, max: 255 }),
      advertIntervalMs: fc.integer({ min: 1, max: 40 }).map((seconds) => seconds * 1000),
      vips: fc.array(address, { maxLength: 20 }),
    });
    fc.assert(
      fc.property(any, (sent) => {
        expect(read(frameOf(advert(sent)))).toEqual(advert(sent));
      }),
    );
  });

  test('that was cut off has the addresses that are there whole', () => {
    const sent = advert({ vips: [ip('10.0.50.98'), ip('10.0.50.99')] });
    expect(read(frameOf(sent).slice(0, -2))).toEqual({ ...sent, vips: ['10.0.50.98'] });
  });

  test.each<readonly [string, string]>([
    ['nothing', ''],
    ['a frame that ends in its head', frameOf(advert()).slice(0, 60)],
    ['a frame of a VLAN', edited(frameOf(advert()), 12, '81000064')],
    ['another protocol', edited(frameOf(advert()), 23, '11')],
    ['another protocol of IPv6', edited(frameOf(advert({ source: ip('fe80::1') })), 20, '3a')],
    ['a later fragment', edited(frameOf(advert()), 20, '0010')],
    ['another type of packet', edited(frameOf(advert()), 34, '32')],
    ['a version that nobody knows', edited(frameOf(advert()), 34, '41')],
    ['version 2 over IPv6, which there is not', edited(frameOf(advert({ source: ip('fe80::1') })), 54, '21')],
    ['a VRID of 0', edited(frameOf(advert()), 35, '00')],
    // As carp(4) sends it: seven words of authentication, and nothing after them.
    ['an advert of CARP', edited(frameOf(seven).slice(0, -16), 16, '0038')],
  ])('is not %s', (_, hex) => {
    expect(read(hex)).toBeUndefined();
  });

  test('is never found where there is none, and looking for it never fails', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const found = parseFrame(bytes);
        if (found !== undefined) expect([0x31, 0x21]).toContain(bytes[14 + 4 * ((bytes[14] ?? 0) & 15)]);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 70 })), fc.uint8Array({ maxLength: 8 }), (places, bytes) => {
        const frame = Buffer.from(frameOf(advert()), 'hex');
        places.forEach((place, index) => (frame[place] = bytes[index] ?? 0));
        expect(() => parseFrame(frame)).not.toThrow();
      }),
    );
  });
});

describe('what a host says that listened', () => {
  test('is the program and what it heard; lines that are no frame are nothing', () => {
    const text = ['by perl', frameOf(advert()), '', 'abc', 'zz', '00'.repeat(40), ''].join('\n');
    expect(parseListening(text)).toEqual({ kind: 'listened', by: 'perl', adverts: [advert()] });
  });

  test.each<readonly [string, string]>([
    ['deaf neither python3, perl nor tcpdump is there\n', 'neither python3, perl nor tcpdump is there'],
    ['', 'the programs that could have did not end well'],
    ['sh: 1: syntax error\n', 'the programs that could have did not end well'],
  ])('is why it could not: %j', (text, because) => {
    expect(parseListening(text)).toEqual({ kind: 'deaf', because });
  });

  test('is never an error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parseListening(text)).not.toThrow();
        expect(parseListening(`by ${text}`)).toHaveProperty('kind', 'listened');
      }),
    );
  });

  test('is asked with the interface as a word of its own', () => {
    const fact = advertsFact(interfaceName('bond0.10'));
    expect(fact.probes[0]?.argv.slice(4, 6)).toEqual(['bond0.10', '3.61']);
    expect(LISTEN_MS).toBe(3610);
    expect(fact.parse([said('by python3\n')])).toEqual({ kind: 'listened', by: 'python3', adverts: [] });
    expect(fact.parse([])).toMatchObject({ kind: 'deaf' });
  });
});
