import { expect, test } from 'vitest';
import { certificates, type ServedCertificate } from '../../../src/plan/certificate.ts';
import { hostName, ip } from '../../support/branded.ts';

const VIP = ip('192.0.2.10');
const DAY = 86_400_000;
const NOW = 1_000 * DAY;

const good: ServedCertificate = { notBeforeMs: NOW - 30 * DAY, notAfterMs: NOW + 335 * DAY, vips: [VIP] };

test.each<readonly [string, Partial<ServedCertificate>, string, string]>([
  ['that is good', {}, 'pass', 'is good for 192.0.2.10, for 335 days'],
  ['of the last fortnight', { notAfterMs: NOW + 14 * DAY - 1 }, 'warn', 'expires in 13 days'],
  ['of the last day', { notAfterMs: NOW + 1 }, 'warn', 'expires in less than a day'],
  [
    'that has expired',
    { notAfterMs: NOW - DAY },
    'fail',
    'expired 1 day ago: clients that verify it refuse the VIP while it is here',
  ],
  ['from the future', { notBeforeMs: NOW + 2 * DAY }, 'fail', 'is good only in 2 days'],
  [
    'without the VIP',
    { vips: [] },
    'warn',
    'is not good for 192.0.2.10: clients that verify it refuse the VIP while it is here',
  ],
])('a certificate %s is said to be so', (_, rest, status, evidence) => {
  const served = new Map([[hostName('cp1'), { ...good, ...rest }]]);
  expect(certificates(served, { vips: [VIP], nowMs: NOW })).toMatchObject([
    { name: 'certificate', host: 'cp1', status, evidence },
  ]);
});
