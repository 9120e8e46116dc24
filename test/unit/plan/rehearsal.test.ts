import { expect, test } from 'vitest';
import type { Rehearsal } from '../../../src/domain/rehearsal.ts';
import { judgeRehearsals } from '../../../src/plan/rehearsal.ts';
import { hostName, ip } from '../../support/branded.ts';

const [CP1, CP2, CP3] = ['cp1', 'cp2', 'cp3'].map(hostName) as [
  Rehearsal['host'],
  Rehearsal['host'],
  Rehearsal['host'],
];
const peers = (cp2: boolean, cp3: boolean): Rehearsal['peers'] => [
  { host: CP2, reached: cp2 },
  { host: CP3, reached: cp3 },
];

test.each<readonly [string, Omit<Rehearsal, 'host'>, string, string]>([
  [
    'reached from everywhere',
    { peers: peers(true, true), here: { reached: true, words: 'connection refused' } },
    'pass',
    'had 192.0.2.10 for a moment, and was reached there from cp2, cp3, here',
  ],
  [
    'not reached from a host',
    { peers: peers(true, false) },
    'fail',
    'had 192.0.2.10 for a moment, and was not reached there from cp3',
  ],
  [
    'not reached from here, and why',
    { peers: peers(true, true), here: { reached: false, words: 'no answer within 3000 ms' } },
    'fail',
    'had 192.0.2.10 for a moment, and was not reached there from here (here: no answer within 3000 ms)',
  ],
  ['of which nobody was asked', { peers: [] }, 'skipped', 'there is nowhere to ask for 192.0.2.10 from'],
])('a VIP that was %s is said to be so', (_, seen, status, evidence) => {
  expect(judgeRehearsals(ip('192.0.2.10'), [{ host: CP1, ...seen }])).toMatchObject([
    { name: 'rehearsal', host: 'cp1', status, evidence },
  ]);
});
