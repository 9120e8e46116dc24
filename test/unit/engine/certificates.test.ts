import { describe, expect, test } from 'vitest';
import { readCertificate } from '../../../src/engine/certificates.ts';
import { ip } from '../../support/branded.ts';

// What the stand-in of an API server served on a host of the lab: good for 10.77.0.100, fd77::100 and its own addresses.
const SERVED = `-----BEGIN CERTIFICATE-----
MIICCTCCAa+gAwIBAgIUNU27IkQJowbwFsvOgjQGrzEg6ygwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNa29udm95LWhhIGxhYjAeFw0yNjExMjcwNTQ1MjBaFw0zNjEx
MjQwNTQ1MjBaMA4xDDAKBgNVBAMMA2NwMTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABNGKXG2mNk5yZw2v6vQH/t+RWwSOLFsxkjnFExzxkDAXuaFUZMH3bJyGR9j1
OvfB5nTaYUljlQVlzrLLjxEuBTOjgeAwgd0wgYUGA1UdEQR+MHyCCmt1YmVybmV0
ZXOCFmt1YmVybmV0ZXMuZGVmYXVsdC5zdmOCCWxvY2FsaG9zdIIDY3AxhwR/AAAB
hxAAAAAAAAAAAAAAAAAAAAABhwQKTQBkhxD9dwAAAAAAAAAAAAAAAAEAhwQKTQAL
hxD9dwAAAAAAAAAAAAAAAAARMBMGA1UdJQQMMAoGCCsGAQUFBwMBMB0GA1UdDgQW
BBQ3ihuOj1MoSCyjtLctvd7NPb1WvDAfBgNVHSMEGDAWgBTlSTjdPVgeS5gTcOrl
9WWTDY06vjAKBggqhkjOPQQDAgNIADBFAiEAxvrJOr9K0Rl137PkksQyXK2Zd13c
4tuJ2fQHqTjzpLACID8/KW/Vcm5YbA+pKLL9QFuobS7EYJD5i2NkN2Lr6EI6
-----END CERTIFICATE-----`;

describe('a certificate', () => {
  test.each([
    ['its VIP', '10.77.0.100', true],
    ['its VIP of IPv6', 'fd77::100', true],
    ['another VIP', '10.77.0.101', false],
  ])('is asked for %s', (_, address, isGood) => {
    expect(readCertificate(SERVED, [ip(address)])?.vips).toEqual(isGood ? [address] : []);
  });

  test('says from when until when it is good', () => {
    expect(readCertificate(SERVED, [])).toMatchObject({
      notBeforeMs: Date.parse('2026-11-27T05:45:20Z'),
      notAfterMs: Date.parse('2036-11-24T05:45:20Z'),
    });
  });

  test('is the same in DER', () => {
    const der = Buffer.from(SERVED.replace(/-----[A-Z ]+-----/g, ''), 'base64');
    expect(readCertificate(der, [ip('10.77.0.100')])).toEqual(readCertificate(SERVED, [ip('10.77.0.100')]));
  });

  test('that cannot be read says nothing', () => {
    expect(
      readCertificate('-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----', []),
    ).toBeUndefined();
  });
});
