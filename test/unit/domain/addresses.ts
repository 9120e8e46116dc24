import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { parseIpAddress, type IpAddress } from '../../../src/domain/address.ts';

/** An address that is known to be one. */
export function ip(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (!address.ok) throw new Error(address.error);
  return address.value;
}

export const ipv4 = fc
  .tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
  .map((octets) => octets.join('.'));

/** IPv6 in every notation: with runs of zeros, leading zeros, upper case and an IPv4 tail. */
export const ipv6 = fc
  .record({
    groups: fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 }),
    from: fc.nat(8),
    upperCase: fc.boolean(),
    padded: fc.boolean(),
    dotted: fc.boolean(),
  })
  .map(({ groups, from, upperCase, padded, dotted }) => {
    const hex = groups.map((group) => group.toString(16).padStart(padded ? 4 : 1, '0'));
    const [high = 0, low = 0] = groups.slice(6);
    const tail = dotted ? [[high >> 8, high & 255, low >> 8, low & 255].join('.')] : hex.slice(6);
    const parts = [...hex.slice(0, 6), ...tail];
    const zeros = groups.slice(from, 6).findIndex((group) => group !== 0);
    const until = zeros === -1 ? Math.min(6, groups.length) : from + zeros;
    const text =
      until - from >= 1 && from < 6
        ? `${parts.slice(0, from).join(':')}::${parts.slice(until).join(':')}`
        : parts.join(':');
    return upperCase ? text.toUpperCase() : text;
  })
  .filter((text) => isIPv6(text));
